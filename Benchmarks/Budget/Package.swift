// swift-tools-version: 6.2
import PackageDescription

// The budget's harness: thirty days of Strava on a clock that jumps from event to event. A package of its own, as the other
// benchmarks are; what it takes from Paceline, from its sandbox and from its tests are links to their sources.

/// As in Paceline's own manifest: the sources are written for these.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let lifecycleTestKit = Target.Dependency.product(
    name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")

let package = Package(
    name: "budget",
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "Locking", swiftSettings: strict),
        .target(name: "Actors", dependencies: ["Locking", log, lifecycle], swiftSettings: strict),
        // The sandbox's counting of requests.
        .target(name: "Accounting", swiftSettings: strict),
        // What the tests use in place of a database and of a list.
        .target(name: "Doubles", dependencies: ["Actors", "Locking"], swiftSettings: strict),
        .executableTarget(
            name: "budget", dependencies: ["Accounting", "Actors", "Doubles", "Locking", lifecycle, lifecycleTestKit],
            swiftSettings: strict),
    ])
