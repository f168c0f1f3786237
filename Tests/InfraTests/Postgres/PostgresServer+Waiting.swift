import Postgres
import TestSupport

extension PostgresServer {
    /// Returns when the process runs a statement with this text.
    func untilRuns(_ text: String, _ pid: Int64) async throws {
        try await execute(
            """
            DO $$ BEGIN
                LOOP
                    EXIT WHEN EXISTS (SELECT 1 FROM pg_stat_activity
                        WHERE pid = \(pid) AND state = 'active' AND strpos(query, '\(text)') > 0);
                    PERFORM pg_stat_clear_snapshot(), pg_sleep(0.005);
                END LOOP;
            END $$
            """)
    }
}

extension Gate {
    /// Returns when the task has been cancelled.
    static func untilCancelled() async {
        let (stream, held) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        held.finish()
    }
}
