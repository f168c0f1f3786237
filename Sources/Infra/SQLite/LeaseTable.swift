import Actors

/// A row of `paceline_leases` for each lease that was ever taken.
enum LeaseTable {
    /// The machine's clock, which all processes on a file share.
    private static let now = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"

    private static let columns = """
        holder, held_until_ms, claimant, claimed_until_ms, rest_up_to, rest_until_ms, rest_code, rest_message, rest_failures
        """

    static func load(
        _ lease: Lease, _ connection: SQLiteConnection
    ) throws(StoreFailure) -> (record: LeaseRecord, at: UTCInstant) {
        try connection.statement(
            """
            SELECT \(now), \(columns)
            FROM (SELECT 1) LEFT JOIN paceline_leases ON name = ?
            """
        ).first { row in
            row.bind(lease.rawValue)
        } _: { (row: inout SQLiteRow) throws(StoreFailure) in
            let now = UTCInstant(milliseconds: row.integer() ?? 0)
            return (LeaseRecord(hold: hold(&row), claim: hold(&row), rest: rest(&row)), now)
        } ?? (LeaseRecord(), UTCInstant(milliseconds: 0))
    }

    private static func hold(_ row: inout SQLiteRow) -> LeaseRecord.Hold? {
        let (holder, until) = (row.text(), row.integer())
        guard let holder, let until else { return nil }
        return LeaseRecord.Hold(holder: holder, until: UTCInstant(milliseconds: until))
    }

    private static func rest(_ row: inout SQLiteRow) -> LeaseRecord.Rest? {
        let (upTo, until) = (row.integer(), row.integer())
        let (code, message, failures) = (row.text(), row.text(), row.integer())
        guard let upTo, let until, let priority = RequestPriority(rawValue: Int(upTo)) else { return nil }
        return LeaseRecord.Rest(
            upTo: priority, until: UTCInstant(milliseconds: until), code: code.flatMap(SyncProblem.Code.init),
            message: message ?? "", failures: Int(failures ?? 0))
    }

    static func save(_ record: LeaseRecord, as lease: Lease, _ connection: SQLiteConnection) throws(StoreFailure) {
        try connection.statement(
            """
            INSERT OR REPLACE INTO paceline_leases (name, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run { row in
            row.bind(lease.rawValue)
            for hold in [record.hold, record.claim] {
                row.bind(hold?.holder)
                row.bind(hold?.until.milliseconds)
            }
            row.bind((record.rest?.upTo.rawValue).map(Int64.init))
            row.bind(record.rest?.until.milliseconds)
            row.bind(record.rest?.code?.rawValue)
            row.bind(record.rest?.message)
            row.bind((record.rest?.failures).map(Int64.init))
        }
    }
}
