import Actors

/// The one row of `paceline_sync`.
enum PostgresSyncState {
    private struct Column: Sendable {
        var name: String
        var type: String
        var value: @Sendable (SyncState) -> String?
    }

    /// In the order in which ``state(_:)`` reads them.
    private static let columns = [
        Column(name: "athlete_id", type: "bigint") { text($0.athleteID) },
        Column(name: "cursor_before_ms", type: "bigint") { text($0.cursor?.before.milliseconds) },
        Column(name: "cursor_page", type: "integer") { text($0.cursor?.page) },
        Column(name: "is_complete", type: "boolean") { text($0.isComplete) },
        Column(name: "last_success_at_ms", type: "bigint") { text($0.lastSuccessAt?.milliseconds) },
        Column(name: "scope", type: "text") { $0.scope },
        Column(name: "member_since_ms", type: "bigint") { text($0.memberSince?.milliseconds) },
        Column(name: "validated_at_ms", type: "bigint") { text($0.validatedAt?.milliseconds) },
        Column(name: "held_count", type: "bigint") { text($0.heldDeletions?.count) },
        Column(name: "held_at_ms", type: "bigint") { text($0.heldDeletions?.at.milliseconds) },
        Column(name: "newest_at_ms", type: "bigint") { text($0.newestAt?.milliseconds) },
        // Last, for these are not read to their end when there is none.
        Column(name: "rereading_started_at_ms", type: "bigint") { text($0.rereading?.startedAt.milliseconds) },
        Column(name: "rereading_before_ms", type: "bigint") { text($0.rereading?.cursor?.before.milliseconds) },
        Column(name: "rereading_page", type: "integer") { text($0.rereading?.cursor?.page) },
        Column(name: "rereading_pages", type: "integer") { text($0.rereading?.pages) },
        Column(name: "rereading_spacing_ms", type: "bigint") { text($0.rereading?.spacing.wholeMilliseconds) },
        Column(name: "rereading_is_sound", type: "boolean") { text($0.rereading?.isSound) },
        Column(name: "rereading_missing", type: "text") { text($0.rereading?.missing) },
        Column(name: "rereading_scope", type: "text") { $0.rereading?.scope },
        Column(name: "rereading_accepts_deletions", type: "boolean") { text($0.rereading?.acceptsDeletions) },
        Column(name: "rereading_met", type: "text") { text($0.rereading?.met) },
    ]

    private static let names = columns.map(\.name).joined(separator: ", ")

    private static func text(_ value: (some CustomStringConvertible)?) -> String? { value.map { "\($0)" } }

    private static func text(_ ids: [Int64]?) -> String? { ids?.map(String.init).joined(separator: ",") }

    static func load(_ connection: PostgresConnection) async throws(PostgresFailure) -> SyncState {
        try await connection.first("SELECT \(names) FROM paceline_sync WHERE id = 1") {
            (row: inout PostgresRow) throws(PostgresFailure) in try state(&row)
        } ?? SyncState()
    }

    private static func state(_ row: inout PostgresRow) throws(PostgresFailure) -> SyncState {
        var state = SyncState()
        state.athleteID = try row.integer()
        state.cursor = try cursor(&row)
        state.isComplete = try row.bool() ?? false
        state.lastSuccessAt = try row.instant()
        state.scope = try row.text()
        state.memberSince = try row.instant()
        state.validatedAt = try row.instant()
        let count = try row.integer()
        let at = try row.instant()
        if let count, let at { state.heldDeletions = HeldDeletions(count: Int(count), at: at) }
        state.newestAt = try row.instant()
        state.rereading = try rereading(&row)
        return state
    }

    private static func cursor(_ row: inout PostgresRow) throws(PostgresFailure) -> BackfillCursor? {
        let before = try row.instant()
        let page = Int(try row.integer() ?? 1)
        return before.map { BackfillCursor(before: $0, page: page) }
    }

    private static func rereading(_ row: inout PostgresRow) throws(PostgresFailure) -> Rereading? {
        guard let startedAt = try row.instant() else { return nil }
        let cursor = try cursor(&row)
        let pages = Int(try row.integer() ?? 0)
        let spacing = Duration.milliseconds(try row.integer() ?? 0)
        let isSound = try row.bool() ?? false
        let missing = try ids(&row)
        let scope = try row.text()
        let acceptsDeletions = try row.bool() ?? false
        return Rereading(
            cursor: cursor, startedAt: startedAt, pages: pages, spacing: spacing, missing: missing, met: try ids(&row),
            isSound: isSound, scope: scope, acceptsDeletions: acceptsDeletions)
    }

    private static func ids(_ row: inout PostgresRow) throws(PostgresFailure) -> [Int64] {
        (try row.text() ?? "").split(separator: ",").compactMap { Int64($0) }
    }

    private static let upsert: String = {
        let places = columns.enumerated().map { "$\($0.offset + 1)::\($0.element.type)" }
        let changes = columns.map { "\($0.name) = excluded.\($0.name)" }
        return """
            INSERT INTO paceline_sync (id, \(names)) VALUES (1, \(places.joined(separator: ", ")))
            ON CONFLICT (id) DO UPDATE SET \(changes.joined(separator: ", "))
            """
    }()

    static func save(_ state: SyncState, _ connection: PostgresConnection) async throws(PostgresFailure) {
        try await connection.run(upsert, columns.map { $0.value(state) })
    }
}

extension PostgresRow {
    /// A column of milliseconds since 1970.
    fileprivate mutating func instant() throws(PostgresFailure) -> UTCInstant? {
        try integer().map { UTCInstant(milliseconds: $0) }
    }
}
