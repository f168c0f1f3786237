// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Only what is under test, and the references it is compared with, tell libFuzzer which edges an input takes.
///
/// `script/fuzz` asks for both sanitizers on the command line, which links them; there the compiler heeds only the last, so coverage
/// needs the flag here. The checks look at internals, in an optimised build too.
let fuzzed = strict + [.unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"])]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")

func library(_ name: String, pkgConfig: String? = nil) -> Target {
    .systemLibrary(name: name, path: "Paceline/Infra/System/\(name)", pkgConfig: pkgConfig)
}

func infra(_ name: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = strict) -> Target {
    .target(name: name, dependencies: dependencies, path: "Paceline/Infra/\(name)", swiftSettings: settings)
}

func fuzzer(_ name: String) -> Target {
    .executableTarget(name: name, dependencies: ["Checks"], path: "Targets/\(name)", swiftSettings: strict)
}

/// Coverage-guided fuzzing of the HTTP front end with libFuzzer, which comes with the toolchain; `script/fuzz` builds and runs it.
///
/// A package of its own, because these flags and programs have no place in the other. A target's path may not leave its package, so
/// `Paceline`, `App` and `Checks` are links to the real sources:
///
/// - `Paceline`: `Sources`;
/// - `App`: the file of `Sources/App` that reads header values;
/// - `Checks`: `Tests/FuzzTests/Checks`, the properties, which the tests check too;
/// - `Targets`: a program for each case of `FuzzTarget`, which hands libFuzzer's inputs over;
/// - `Corpus`: the inputs to begin with, by target; `http.dict`: the words that they are put together from;
/// - `Crashes`: the inputs that broke something once, by target.
let package = Package(
    name: "paceline-fuzz",
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        library("CLinux"), library("COpenSSL", pkgConfig: "libcrypto"), library("CZlib", pkgConfig: "zlib"),
        .target(name: "Locking", path: "Paceline/Locking", swiftSettings: strict),
        .target(
            name: "Actors", dependencies: ["Locking", log, lifecycle], path: "Paceline/Actors", swiftSettings: strict),
        infra("Threads", ["CLinux"]),
        infra("Reactor", ["CLinux", "Locking", "Threads", deque]),
        infra("HTTP", ["Reactor", "CLinux", "Locking", httpTypes, lifecycle, log], fuzzed),
        infra("JSON", []),
        infra("Gzip", ["CZlib"]),
        infra("Crypto", ["Actors", "COpenSSL"]),
        .target(
            name: "paceline", dependencies: ["Crypto", "Gzip", "HTTP", "JSON", httpTypes], path: "App",
            swiftSettings: fuzzed),
        .target(
            name: "Checks", dependencies: ["HTTP", "Reactor", "paceline", httpTypes], path: "Checks",
            swiftSettings: fuzzed),
        fuzzer("RequestHead"), fuzzer("ChunkedBody"), fuzzer("Target"), fuzzer("HeaderValues"), fuzzer("Connection"),
    ]
)
