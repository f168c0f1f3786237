// swift-tools-version: 6.2
import PackageDescription

// Micro-benchmarks. A package of its own, so that what it depends on never enters Paceline's graph. The targets of Paceline's
// that it measures are links to their sources: they are built here once more, and so `package` declarations are in reach.

/// As in Paceline's own manifest: the sources are written for these.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // And as the release build is made; see script/lib.sh.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")

let package = Package(
    name: "micro",
    dependencies: [
        // Without its default traits: those bring in packages of which some machines have no copy.
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLinux"),
        .target(name: "Locking", swiftSettings: strict),
        .target(name: "Threads", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "Reactor", dependencies: ["CLinux", "Locking", "Threads", deque], swiftSettings: strict),
        .target(
            name: "HTTP", dependencies: ["Reactor", "CLinux", "Locking", httpTypes, lifecycle, log],
            swiftSettings: strict),
        .target(name: "Actors", dependencies: ["Locking", log, lifecycle], swiftSettings: strict),

        .target(
            name: "Operations", dependencies: ["Actors", "HTTP", "Reactor", httpTypes], swiftSettings: strict),
        // Runs one operation so many times, under callgrind.
        .executableTarget(name: "count", dependencies: ["Operations", "Reactor"], swiftSettings: strict),
        // Runs all of them for a while each, by the clock. The plugin wants it in a folder of the name Benchmarks.
        .executableTarget(
            name: "clock",
            dependencies: ["Operations", .product(name: "Benchmark", package: "benchmark")],
            path: "Benchmarks/clock", swiftSettings: [.swiftLanguageMode(.v6)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ])
