import Actors

/// The one row of `paceline_sync`.
enum SyncStateTable {
    private static let columns = """
        athlete_id, cursor_before_ms, cursor_page, is_complete, last_success_at_ms, scope, member_since_ms,
        validated_at_ms, held_count, held_at_ms, newest_at_ms, rereading_started_at_ms, rereading_before_ms,
        rereading_page, rereading_pages, rereading_spacing_ms, rereading_is_sound, rereading_missing, rereading_scope,
        rereading_accepts_deletions, rereading_met
        """

    static func load(_ connection: SQLiteConnection) throws(StoreFailure) -> SyncState {
        try connection.statement("SELECT \(columns) FROM paceline_sync WHERE id = 1")
            .first { (row: inout SQLiteRow) throws(StoreFailure) in state(&row) } ?? SyncState()
    }

    /// Reads the columns in their order; those of a re-reading last, for they are not read to their end when there is none.
    private static func state(_ row: inout SQLiteRow) -> SyncState {
        var state = SyncState()
        state.athleteID = row.integer()
        state.cursor = cursor(&row)
        state.isComplete = row.integer() == 1
        state.lastSuccessAt = row.instant()
        state.scope = row.text()
        state.memberSince = row.instant()
        state.validatedAt = row.instant()
        state.heldDeletions = held(&row)
        state.newestAt = row.instant()
        state.rereading = rereading(&row)
        return state
    }

    private static func cursor(_ row: inout SQLiteRow) -> BackfillCursor? {
        let before = row.instant()
        let page = Int(row.integer() ?? 1)
        return before.map { BackfillCursor(before: $0, page: page) }
    }

    private static func held(_ row: inout SQLiteRow) -> HeldDeletions? {
        let count = row.integer()
        let at = row.instant()
        guard let count, let at else { return nil }
        return HeldDeletions(count: Int(count), at: at)
    }

    private static func rereading(_ row: inout SQLiteRow) -> Rereading? {
        guard let startedAt = row.instant() else { return nil }
        let cursor = cursor(&row)
        let pages = Int(row.integer() ?? 0)
        let spacing = Duration.milliseconds(row.integer() ?? 0)
        let isSound = row.integer() == 1
        let missing = ids(&row)
        let scope = row.text()
        let acceptsDeletions = row.integer() == 1
        return Rereading(
            cursor: cursor, startedAt: startedAt, pages: pages, spacing: spacing, missing: missing, met: ids(&row),
            isSound: isSound, scope: scope, acceptsDeletions: acceptsDeletions)
    }

    private static func ids(_ row: inout SQLiteRow) -> [Int64] {
        (row.text() ?? "").split(separator: ",").compactMap { Int64($0) }
    }

    static func save(_ state: SyncState, _ connection: SQLiteConnection) throws(StoreFailure) {
        try connection.statement(
            """
            INSERT OR REPLACE INTO paceline_sync (id, \(columns))
            VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run { row in
            row.bind(state.athleteID)
            bind(state.cursor, &row)
            row.bind(state.isComplete ? 1 : 0)
            row.bind(state.lastSuccessAt?.milliseconds)
            row.bind(state.scope)
            row.bind(state.memberSince?.milliseconds)
            row.bind(state.validatedAt?.milliseconds)
            row.bind((state.heldDeletions?.count).map(Int64.init))
            row.bind(state.heldDeletions?.at.milliseconds)
            row.bind(state.newestAt?.milliseconds)
            bind(state.rereading, &row)
        }
    }

    private static func bind(_ cursor: BackfillCursor?, _ row: inout SQLiteBinder) {
        row.bind(cursor?.before.milliseconds)
        row.bind((cursor?.page).map(Int64.init))
    }

    private static func bind(_ rereading: Rereading?, _ row: inout SQLiteBinder) {
        row.bind(rereading?.startedAt.milliseconds)
        bind(rereading?.cursor, &row)
        row.bind((rereading?.pages).map(Int64.init))
        row.bind(rereading?.spacing.wholeMilliseconds)
        row.bind(rereading.map { Int64($0.isSound ? 1 : 0) })
        bind(rereading?.missing, &row)
        row.bind(rereading?.scope)
        row.bind(rereading.map { Int64($0.acceptsDeletions ? 1 : 0) })
        bind(rereading?.met, &row)
    }

    private static func bind(_ ids: [Int64]?, _ row: inout SQLiteBinder) {
        row.bind(ids?.map(String.init).joined(separator: ","))
    }
}

extension SQLiteRow {
    /// A column of milliseconds since 1970.
    fileprivate mutating func instant() -> UTCInstant? {
        integer().map { UTCInstant(milliseconds: $0) }
    }
}
