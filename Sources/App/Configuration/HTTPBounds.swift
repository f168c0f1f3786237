import HTTP

/// The bounds of the HTTP front end that a person can set.
struct HTTPBounds: Sendable, Equatable {
    /// `HTTP_MAX_CONNECTIONS`.
    var connections = 16_384
    /// `HTTP_MAX_CONNECTIONS_PER_CLIENT`.
    var connectionsPerClient = 256
    /// `HTTP_MAX_HEADER_BYTES`: the header fields.
    var headerBytes = 16 << 10
    /// `HTTP_MAX_TARGET_BYTES`: path and query.
    var targetBytes = 8 << 10
    /// `HTTP_MAX_FIELDS`.
    var fields = 100
    /// `HTTP_MAX_BODY_BYTES`.
    ///
    /// No endpoint reads a body; what a client sends along all the same need not be held by the megabyte.
    var bodyBytes = 64 << 10
    /// `HTTP_HEADER_TIMEOUT`, in seconds: to send a whole header.
    var headerSeconds = 30
    /// `HTTP_BODY_TIMEOUT`, in seconds: to send a whole body.
    var bodySeconds = 60
    /// `HTTP_IDLE_TIMEOUT`, in seconds: between two requests.
    var idleSeconds = 30
    /// `HTTP_WRITE_TIMEOUT`, in seconds: without taking a byte of an answer.
    var writeSeconds = 30
}

extension ConfigurationReader {
    mutating func bounds() -> HTTPBounds {
        var bounds = HTTPBounds()
        bounds.connections = bound("HTTP_MAX_CONNECTIONS", bounds.connections, in: 1...1_000_000)
        bounds.connectionsPerClient = bound(
            "HTTP_MAX_CONNECTIONS_PER_CLIENT", bounds.connectionsPerClient, in: 1...1_000_000)
        bounds.headerBytes = bound("HTTP_MAX_HEADER_BYTES", bounds.headerBytes, in: 1024...1_048_576)
        bounds.targetBytes = bound("HTTP_MAX_TARGET_BYTES", bounds.targetBytes, in: 256...1_048_576)
        bounds.fields = bound("HTTP_MAX_FIELDS", bounds.fields, in: 10...10_000)
        bounds.bodyBytes = bound("HTTP_MAX_BODY_BYTES", bounds.bodyBytes, in: 0...16_777_216)
        bounds.headerSeconds = bound("HTTP_HEADER_TIMEOUT", bounds.headerSeconds, in: 1...3600)
        bounds.bodySeconds = bound("HTTP_BODY_TIMEOUT", bounds.bodySeconds, in: 1...3600)
        bounds.idleSeconds = bound("HTTP_IDLE_TIMEOUT", bounds.idleSeconds, in: 1...3600)
        bounds.writeSeconds = bound("HTTP_WRITE_TIMEOUT", bounds.writeSeconds, in: 1...3600)
        return bounds
    }

    private mutating func bound(_ name: String, _ fallback: Int, in range: ClosedRange<Int64>) -> Int {
        Int(
            number(
                name, in: range, default: Int64(fallback),
                cure: "Write a number from \(range.lowerBound) to \(range.upperBound), or leave it out for \(fallback)."
            ))
    }
}

extension HTTPServerConfiguration {
    /// The server that a person configured.
    ///
    /// - Parameters:
    ///   - descriptors: how many files and sockets the process may have open.
    ///   - loops: how many event loops will serve.
    init(_ configuration: Configuration, descriptors: Int, loops: Int) {
        self.init(host: configuration.host, port: configuration.port)
        let bounds = configuration.bounds
        maximumConnections = min(
            bounds.connections, DescriptorLimit.connections(descriptors: descriptors, loops: loops))
        connectionsPerClient = bounds.connectionsPerClient
        limits.headerBytes = bounds.headerBytes
        limits.targetBytes = bounds.targetBytes
        limits.fieldCount = bounds.fields
        limits.bodyBytes = bounds.bodyBytes
        headerTimeout = .seconds(bounds.headerSeconds)
        bodyTimeout = .seconds(bounds.bodySeconds)
        idleTimeout = .seconds(bounds.idleSeconds)
        writeTimeout = .seconds(bounds.writeSeconds)
        trustedProxies = TrustedProxies(blocks: configuration.trustedProxies)
        sharesPort = configuration.sharesPort
    }
}
