import Actors
import Logging
import Sandbox

/// The sandbox inside the server: what a person connects to who has no app at Strava.
enum BuiltInSandbox {
    /// Starts one on a port of the kernel's choice, reachable from this machine only.
    static func start(clock: any WallClock, logger: Logger) async throws -> SandboxServer {
        var settings = SandboxSettings()
        // It forgets its tokens when the process ends, and the store does not.
        settings.adoptsEarlierTokens = true
        let sandbox = Sandbox(
            athletes: [.standard(endingAt: clock.now().milliseconds)], settings: settings,
            clock: { clock.now().milliseconds })
        return SandboxServer(sandbox, logger: logger)
    }
}
