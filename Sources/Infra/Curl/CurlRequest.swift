/// One request, whole.
///
/// Its descriptions show the method and the URL only: headers and bodies carry tokens, so URLs must not.
package struct CurlRequest: Sendable {
    /// What is asked of the server.
    package enum Method: Sendable, Hashable {
        case get
        /// With a body, which may be empty.
        case post([UInt8])
    }

    package var method: Method
    /// Absolute, `http` or `https`, percent-encoded.
    package var url: String
    /// Sent in this order, in addition to what curl sends itself.
    package var headers: KeyValuePairs<String, String>

    package init(method: Method = .get, url: String, headers: KeyValuePairs<String, String> = [:]) {
        self.method = method
        self.url = url
        self.headers = headers
    }
}

extension CurlRequest: CustomStringConvertible, CustomReflectable {
    package var description: String { method == .get ? "GET \(url)" : "POST \(url)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
