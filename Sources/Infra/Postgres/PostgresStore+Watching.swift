import Actors
import Reactor

extension PostgresStore {
    private static let channel = "paceline"
    private static let firstPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(5)

    /// Listens on a connection of its own, which takes none from the pool.
    ///
    /// A notification is sent with the commit and only if that succeeds; what was missed while the connection was away is made
    /// up for by the call after it came back.
    package func watch(_ changed: @Sendable () async -> Void) async {
        var pause = Self.firstPause
        while !Task.isCancelled {
            let connection = PostgresConnection(settings, on: loop)
            do throws(PostgresFailure) {
                try await connection.open()
                try await connection.execute("LISTEN \(Self.channel)")
                pause = Self.firstPause
                await changed()
                while true {
                    if try await connection.notification() != name { await changed() }
                }
            } catch {
                // Whatever it was, the next try is the answer; health tells people that the database is away.
                await connection.close()
            }
            try? await loop.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// Tells the other processes, when the transaction under way is committed.
    func notify(_ connection: PostgresConnection) async throws(PostgresFailure) {
        try await connection.run("SELECT pg_notify($1, $2)", [Self.channel, name])
    }
}
