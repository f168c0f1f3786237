// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that SwiftNIO never enters Paceline's graph.
let package = Package(
    name: "hummingbird-peer",
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: [])
    ],
    targets: [
        .executableTarget(
            name: "hummingbird-peer", dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
            path: "Sources", swiftSettings: [.swiftLanguageMode(.v6)])
    ])
