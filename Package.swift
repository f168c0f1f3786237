// swift-tools-version: 6.2
import PackageDescription

/// Swift 6 mode with every upcoming feature that 6.3 accepts: what later becomes the language is the language here.
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
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// One library target in `Sources/Infra`: a folder that is usable alone.
func infra(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/Infra/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "paceline",
    products: [
        .executable(name: "paceline", targets: ["paceline"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The lock that everybody uses.
        .target(name: "Locking", swiftSettings: strict),

        // The domain. It depends on no C library and no socket, and the compiler holds it to that.
        .target(name: "Actors", dependencies: ["Locking", log, lifecycle], swiftSettings: strict),

        // What touches the world.
        .systemLibrary(name: "CLinux", path: "Sources/Infra/System/CLinux"),
        .systemLibrary(
            name: "CCurl", path: "Sources/Infra/System/CCurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "COpenSSL", path: "Sources/Infra/System/COpenSSL", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CPostgres", path: "Sources/Infra/System/CPostgres", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CSQLite", path: "Sources/Infra/System/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(
            name: "CZlib", path: "Sources/Infra/System/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        infra("Threads", ["CLinux"]),
        infra("Reactor", ["CLinux", "Locking", "Threads", deque]),
        infra("HTTP", ["Reactor", "CLinux", "Locking", httpTypes, lifecycle, log]),
        infra("JSON", []),
        infra("Gzip", ["CZlib"]),
        infra("Curl", ["CCurl", "Locking", "Threads"]),
        infra("Crypto", ["Actors", "COpenSSL"]),
        infra("Postgres", ["Actors", "CPostgres", "Reactor", "Threads"]),
        infra("SQLite", ["Actors", "CSQLite", "Threads"]),
        infra("Strava", ["Actors", "Curl", "JSON"]),
        infra("Telemetry", ["Actors", "JSON", log]),
        infra("Prometheus", ["Locking", coreMetrics]),

        // The stand-in for Strava.
        .target(
            name: "Sandbox", dependencies: ["HTTP", "JSON", "Reactor", httpTypes, lifecycle, log],
            swiftSettings: strict),

        // The executable.
        .executableTarget(
            name: "paceline",
            dependencies: [
                "Actors", "CLinux", "Crypto", "Curl", "Gzip", "HTTP", "JSON", "Locking", "Postgres", "Prometheus",
                "Reactor", "SQLite", "Sandbox", "Strava", "Telemetry", arguments, coreMetrics, httpTypes, lifecycle,
                log, signals,
            ],
            path: "Sources/App",
            swiftSettings: strict),

        // Tests, and what they share.
        .target(
            name: "TestSupport",
            dependencies: ["Actors", "CLinux", "HTTP", "Locking", "Postgres", "Reactor", "Threads", httpTypes],
            path: "Tests/TestSupport", swiftSettings: strict),
        tests("ActorsTests", ["Actors", "Locking", "TestSupport", lifecycle, lifecycleTestKit]),
        tests(
            "InfraTests",
            [
                "Actors", "CLinux", "Crypto", "Curl", "Gzip", "HTTP", "JSON", "Locking", "Postgres", "Prometheus",
                "Reactor", "SQLite", "Strava", "Telemetry", "TestSupport", "Threads", coreMetrics, httpTypes, log,
                lifecycle,
            ]),
        tests("SandboxTests", ["Sandbox", "HTTP", "Locking", "Reactor", "TestSupport", httpTypes, lifecycle, log]),
        tests(
            "AppTests",
            [
                "paceline", "Actors", "Crypto", "Gzip", "HTTP", "JSON", "Locking", "Prometheus", "Reactor", "SQLite",
                "Sandbox", "TestSupport", arguments, httpTypes, log,
            ]),
        // What the fuzzers in Fuzz/ check, without a fuzzer.
        tests("FuzzTests", ["paceline", "HTTP", "Reactor", httpTypes]),
        // They start the built `paceline`, and so depend on it without importing it.
        tests("IntegrationTests", ["paceline", "Locking", "Reactor", "Sandbox", "TestSupport", log]),
    ]
)
