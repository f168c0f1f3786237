import Actors
import JSON

/// What is told of the database, whoever asks and wherever it is told.
enum DatabaseHealth {
    /// What `/strava/health` says.
    ///
    /// - Parameter failure: why the database cannot be used; nil when it answers.
    static func json(_ failure: StoreFailure?) -> JSON {
        guard let failure else { return ["status": "ok", "service": "strava", "database": "connected"] }
        return [
            "status": "degraded", "service": "strava", "database": "disconnected",
            "reason": .string(failure.publicReason),
        ]
    }
}

extension Store {
    /// Why the database cannot be used now; nil when it answers.
    func failure() async -> StoreFailure? {
        do throws(StoreFailure) { try await ping() } catch { return error }
        return nil
    }
}

extension StoreFailure {
    /// What everybody may read; the message is for the log.
    var publicReason: String { "the database \(kind.inWords); the log says why" }
}
