import Actors

/// The one row of `paceline_budget`: three columns for each of the four windows, and what is reserved.
enum PostgresBudget {
    static func load(_ connection: PostgresConnection) async throws(PostgresFailure) -> BudgetLedger? {
        try await connection.first("SELECT \(columns.joined(separator: ", ")) FROM paceline_budget WHERE id = 1") {
            (row: inout PostgresRow) throws(PostgresFailure) in
            BudgetLedger(
                overallQuarter: try window(&row), overallDay: try window(&row), readQuarter: try window(&row),
                readDay: try window(&row), reserved: Int(try row.integer() ?? 0))
        }
    }

    static func save(_ budget: BudgetLedger, _ connection: PostgresConnection) async throws(PostgresFailure) {
        let values =
            [budget.overallQuarter, budget.overallDay, budget.readQuarter, budget.readDay]
            .flatMap { [$0.start.milliseconds, Int64($0.used), Int64($0.limit)] } + [Int64(budget.reserved)]
        let marks = values.indices.map { "$\($0 + 1)::bigint" }.joined(separator: ", ")
        try await connection.run(
            """
            INSERT INTO paceline_budget (id, \(columns.joined(separator: ", "))) VALUES (1, \(marks))
            ON CONFLICT (id) DO UPDATE SET \(columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
            """, values.map { "\($0)" })
    }

    private static let columns =
        ["overall_quarter", "overall_day", "read_quarter", "read_day"].flatMap { window in
            ["\(window)_start_ms", "\(window)_used", "\(window)_limit"]
        } + ["reserved"]

    private static func window(_ row: inout PostgresRow) throws(PostgresFailure) -> BudgetLedger.Window {
        BudgetLedger.Window(
            start: UTCInstant(milliseconds: try row.integer() ?? 0), used: Int(try row.integer() ?? 0),
            limit: Int(try row.integer() ?? 0))
    }
}
