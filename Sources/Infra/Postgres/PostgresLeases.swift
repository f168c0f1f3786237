import Actors

/// A row of `paceline_leases` for each lease that was ever taken.
enum PostgresLeases {
    private static let columns = [
        ("holder", "text"), ("held_until_ms", "bigint"), ("claimant", "text"), ("claimed_until_ms", "bigint"),
        ("rest_up_to", "integer"), ("rest_until_ms", "bigint"), ("rest_code", "text"), ("rest_message", "text"),
        ("rest_failures", "bigint"),
    ]
    private static let names = columns.map(\.0)

    /// By the server's clock: those of the processes may differ.
    static func load(
        _ lease: Lease, _ connection: PostgresConnection
    ) async throws(PostgresFailure) -> (record: LeaseRecord, at: UTCInstant) {
        try await connection.first(
            """
            SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, \(names.joined(separator: ", "))
            FROM (SELECT 1) AS one LEFT JOIN paceline_leases ON name = $1
            """, [lease.rawValue]
        ) { (row: inout PostgresRow) throws(PostgresFailure) in
            let now = UTCInstant(milliseconds: try row.integer() ?? 0)
            return (LeaseRecord(hold: try hold(&row), claim: try hold(&row), rest: try rest(&row)), now)
        } ?? (LeaseRecord(), UTCInstant(milliseconds: 0))
    }

    private static func hold(_ row: inout PostgresRow) throws(PostgresFailure) -> LeaseRecord.Hold? {
        let (holder, until) = (try row.text(), try row.integer())
        guard let holder, let until else { return nil }
        return LeaseRecord.Hold(holder: holder, until: UTCInstant(milliseconds: until))
    }

    private static func rest(_ row: inout PostgresRow) throws(PostgresFailure) -> LeaseRecord.Rest? {
        let (upTo, until) = (try row.integer(), try row.integer())
        let (code, message, failures) = (try row.text(), try row.text(), try row.integer())
        guard let upTo, let until, let priority = RequestPriority(rawValue: Int(upTo)) else { return nil }
        return LeaseRecord.Rest(
            upTo: priority, until: UTCInstant(milliseconds: until), code: code.flatMap(SyncProblem.Code.init),
            message: message ?? "", failures: Int(failures ?? 0))
    }

    static func save(
        _ record: LeaseRecord, as lease: Lease, _ connection: PostgresConnection
    ) async throws(PostgresFailure) {
        let places = columns.enumerated().map { "$\($0.offset + 2)::\($0.element.1)" }
        try await connection.run(
            """
            INSERT INTO paceline_leases (name, \(names.joined(separator: ", "))) VALUES ($1, \(places.joined(separator: ", ")))
            ON CONFLICT (name) DO UPDATE SET \(names.map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
            """,
            [
                lease.rawValue, record.hold?.holder, text(record.hold?.until.milliseconds), record.claim?.holder,
                text(record.claim?.until.milliseconds), text(record.rest?.upTo.rawValue),
                text(record.rest?.until.milliseconds), record.rest?.code?.rawValue, record.rest?.message,
                text(record.rest?.failures),
            ])
    }

    private static func text(_ number: (some BinaryInteger)?) -> String? { number.map { "\($0)" } }
}
