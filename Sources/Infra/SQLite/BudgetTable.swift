import Actors

/// The one row of `paceline_budget`: three columns for each of the four windows, and what is reserved.
enum BudgetTable {
    static func load(_ connection: SQLiteConnection) throws(StoreFailure) -> BudgetLedger? {
        try connection.statement("SELECT \(columns.joined(separator: ", ")) FROM paceline_budget WHERE id = 1")
            .first { (row: inout SQLiteRow) throws(StoreFailure) in
                BudgetLedger(
                    overallQuarter: window(&row), overallDay: window(&row), readQuarter: window(&row),
                    readDay: window(&row), reserved: Int(row.integer() ?? 0))
            }
    }

    static func save(_ budget: BudgetLedger, _ connection: SQLiteConnection) throws(StoreFailure) {
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        try connection.statement(
            "INSERT OR REPLACE INTO paceline_budget (id, \(columns.joined(separator: ", "))) VALUES (1, \(marks))"
        ).run { row in
            for window in [budget.overallQuarter, budget.overallDay, budget.readQuarter, budget.readDay] {
                row.bind(window.start.milliseconds)
                row.bind(window.used)
                row.bind(window.limit)
            }
            row.bind(budget.reserved)
        }
    }

    private static let columns =
        ["overall_quarter", "overall_day", "read_quarter", "read_day"].flatMap { window in
            ["\(window)_start_ms", "\(window)_used", "\(window)_limit"]
        } + ["reserved"]

    private static func window(_ row: inout SQLiteRow) -> BudgetLedger.Window {
        BudgetLedger.Window(
            start: UTCInstant(milliseconds: row.integer() ?? 0), used: Int(row.integer() ?? 0),
            limit: Int(row.integer() ?? 0))
    }
}
