/// The limits every request of one client runs under.
package struct CurlConfiguration: Sendable {
    /// The `User-Agent` header.
    package var userAgent: String
    /// How long resolving, connecting and the TLS handshake may take together.
    package var connectTimeout: Duration = .seconds(10)
    /// How long the whole exchange may take.
    package var totalTimeout: Duration = .seconds(60)
    /// Bytes per second below which an exchange counts as stalled.
    package var lowSpeedLimit = 16
    /// How long it may be stalled.
    ///
    /// Curl counts whole seconds.
    package var lowSpeedTime: Duration = .seconds(20)
    /// The largest body taken, in bytes after decompression.
    package var maximumBodySize = 16 << 20
    /// The largest header block taken, in bytes.
    package var maximumHeaderSize = 64 << 10
    /// A file of certificates in PEM form to trust instead of the system's; nil for the system's.
    package var caFile: String?

    /// - Parameter version: Paceline's own, for the `User-Agent`.
    package init(version: String) {
        userAgent = "paceline/\(version)"
    }
}
