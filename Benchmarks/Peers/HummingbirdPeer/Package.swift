// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that SwiftNIO never enters Paceline's graph. Its folder may not be called Hummingbird: a package is known
// by its folder's name, and would be its own dependency.
let package = Package(
    name: "hummingbird-peer",
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.65.0"),
    ],
    targets: [
        .executableTarget(
            name: "hummingbird-peer",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Sources", swiftSettings: [.swiftLanguageMode(.v6)])
    ])
