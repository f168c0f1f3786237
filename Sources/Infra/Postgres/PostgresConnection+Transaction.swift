import Actors

extension PostgresConnection {
    /// Does all of `body` or nothing of it.
    ///
    /// - Parameter opening: what to run first, together with `BEGIN`.
    package nonisolated func transaction<Value>(
        _ opening: String = "", _ body: () async throws(PostgresFailure) -> Value
    ) async throws(PostgresFailure) -> Value {
        do {
            // A server that waits for a client which has frozen must not keep everybody else's rows locked.
            let patience = settings.idleTransactionTimeout.wholeMilliseconds
            try await execute("BEGIN; SET LOCAL idle_in_transaction_session_timeout = \(patience); \(opening)")
            let value = try await body()
            // Not to be called off: nobody would know on which side of the line it was.
            try await execute("COMMIT", shielded: true)
            return value
        } catch {
            // A connection that refuses this is not usable, and its pool sees that.
            try? await execute("ROLLBACK", shielded: true)
            throw error
        }
    }
}
