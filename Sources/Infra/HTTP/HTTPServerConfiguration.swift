/// Where the server listens, and how much of anything it allows.
package struct HTTPServerConfiguration: Sendable {
    /// A numeric address, or `localhost`.
    package var host: String
    /// 0 lets the kernel choose; `HTTPServer.boundPort()` tells which.
    package var port: Int
    /// The `Server` field of every response.
    package var serverName = "paceline"
    package var limits = RequestLimits()
    /// From a connection's beginning, or a further request's first byte, to the end of its header; not renewed by bytes.
    package var headerTimeout: Duration = .seconds(30)
    /// From the header's end to the body's; not renewed by bytes.
    package var bodyTimeout: Duration = .seconds(60)
    /// How long a connection may stay between two requests.
    package var idleTimeout: Duration = .seconds(30)
    /// How long a peer may take nothing of a response.
    package var writeTimeout: Duration = .seconds(30)
    /// How long a connection may have been silent and yet be kept once the server shuts down: a request may be on its way.
    package var farewellTimeout: Duration = .seconds(1)
    /// How long requests under way may take once the server shuts down; then they are cancelled.
    package var drainTimeout: Duration = .seconds(10)
    /// How long the rest of a refused request is read and dropped, so that the answer is not lost to a reset.
    package var lingerTimeout: Duration = .seconds(2)
    /// Connections at one time, over all loops; more are answered 503.
    package var maximumConnections = 16_384
    /// Connections of one client at one time, or requests under way of one behind a trusted proxy; more are answered 503.
    ///
    /// A client is an IPv4 address or an IPv6 network of 64 bits.
    package var connectionsPerClient = 256
    /// The proxies whose connections count for no client, and whose `X-Forwarded-For` is believed.
    package var trustedProxies = TrustedProxies.loopback
    /// Whether another process may listen on the same port at the same time: the next version of this one, for a change without
    /// a gap.
    package var sharesPort = false
    /// The kernel's send buffer per connection in bytes; nil leaves the choice to the kernel, which is best but for tests.
    package var sendBufferBytes: Int?

    package init(host: String = "127.0.0.1", port: Int = 5001) {
        self.host = host
        self.port = port
    }
}
