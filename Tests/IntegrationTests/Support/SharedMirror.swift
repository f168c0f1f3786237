import Sandbox
import TestSupport
import Testing

/// A Paceline that has fetched the standard athlete's 3,000 activities, and what it should say of them.
struct Mirror: Sendable {
    let stage: Stage
    let server: Paceline
    let items: [SandboxActivity]

    /// Computed anew by whoever asks, because it depends on the time.
    func truth() throws -> Truth { try Truth(items) }

    @TaskLocal static var current: Mirror?

    /// The suite's.
    static func shared() throws -> Mirror { try #require(current) }
}

/// Sets one stage for a whole suite, whose tests only read.
struct SharedMirror: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withStage(activities: 3000) { stage in
            let server = try await stage.serveMirror([
                "CORS_ORIGINS": "https://friend.example", "FRONTEND_URL": "https://site.example",
            ])
            let mirror = Mirror(stage: stage, server: server, items: await stage.sandbox.activities())
            try await Mirror.$current.withValue(mirror) { try await function() }
        }
    }
}

extension Trait where Self == SharedMirror {
    static var sharedMirror: SharedMirror { SharedMirror() }
}
