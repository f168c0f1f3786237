import Crypto
import Gzip
import HTTP
import HTTPTypes
import JSON

/// An answer as bytes, made once and sent many times: body, strong ETag, and the gzip form for those who accept it.
///
/// A class, so that handing it on costs one count of references and not ten.
///
/// Both forms have an ETag of their own, as RFC 9110 §8.8.1 asks of strong ones, and their header lines are written down ready.
final class Representation: Sendable {
    /// One form of the body with the header lines that describe it.
    private struct Form: Sendable {
        var body: [UInt8]
        var etag: [UInt8]
        var lines: [UInt8]
        /// The lines of a 304: the same without the ones that describe a body.
        var notModifiedLines: [UInt8]

        init(_ body: [UInt8], tag: String, _ contentType: String, encoding: String?, _ freshness: Freshness) {
            self.body = body
            let quoted = "\"\(tag)\""
            etag = Array(quoted.utf8)
            let shared =
                "etag: \(quoted)\r\ncache-control: \(freshness.rawValue)\r\nvary: accept-encoding, origin\r\n"
            // A browser must believe the type, and tell no other site where its visitor came from.
            let described =
                "content-type: \(contentType)\r\n" + (encoding.map { "content-encoding: \($0)\r\n" } ?? "")
                + "x-content-type-options: nosniff\r\nreferrer-policy: same-origin\r\n"
            notModifiedLines = Array(shared.utf8)
            lines = Array((described + shared).utf8)
        }
    }

    /// How caches may treat an answer.
    enum Freshness: String, Sendable {
        /// Keep it, but ask each time whether it is still right; the ETag makes that cheap.
        case revalidate = "no-cache"
        /// Files that change only with the program.
        case day = "public, max-age=86400"
    }

    /// Below this a gzip header costs more than it saves.
    private static let smallestWorthCompressing = 860

    /// From here on the level that takes a third of the time: whoever asks for one large page after another must not be able to keep
    /// the server busy with packing.
    private static let largeBody = 64 << 10

    let status: HTTPResponse.Status
    private let identity: Form
    private let gzip: Form?

    init(
        _ body: [UInt8], contentType: String, status: HTTPResponse.Status = .ok, freshness: Freshness = .revalidate
    ) {
        self.status = status
        // 128 bits of SHA-256: equal bodies have equal tags across restarts and replicas.
        let tag = Hex.encode(SHA256.hash(body).prefix(16))
        identity = Form(body, tag: tag, contentType, encoding: nil, freshness)
        let compressed =
            body.count < Self.smallestWorthCompressing
            ? nil : Gzip.compress(body, level: body.count < Self.largeBody ? 6 : 1)
        gzip = compressed.map { Form($0, tag: tag + "-gzip", contentType, encoding: "gzip", freshness) }
    }

    convenience init(json: JSON, status: HTTPResponse.Status = .ok, freshness: Freshness = .revalidate) {
        self.init(json.bytes, contentType: "application/json", status: status, freshness: freshness)
    }

    /// What it occupies in memory, nearly.
    var weight: Int { identity.body.count + (gzip?.body.count ?? 0) + 512 }

    /// The answer to one request: in the form it accepts, or 304 when it has that already.
    func response(to request: Request) -> Response {
        let form = choose(for: request)
        if status == .ok, request.hasHeader(.ifNoneMatch, where: { EntityTagList.holds($0, form.etag.span) }) {
            var response = Response(status: .notModified)
            response.preparedFields = form.notModifiedLines
            return response
        }
        var response = Response(status: status, body: form.body)
        response.preparedFields = form.lines
        return response
    }

    private func choose(for request: Request) -> Form {
        guard let gzip else { return identity }
        for usual in Self.usualGzip where request.header(.acceptEncoding, is: usual) { return gzip }
        guard let accepted = request.header(.acceptEncoding), Self.acceptsGzip(accepted) else { return identity }
        return gzip
    }

    /// What curl, browsers and their like send: known without being taken apart.
    private static let usualGzip = ["gzip, deflate, br, zstd", "gzip, deflate, br", "gzip, deflate", "gzip"]

    /// RFC 9110 §12.5.3: `gzip`, `x-gzip` or `*` in the list, unless its weight is zero.
    static func acceptsGzip(_ field: String) -> Bool {
        var wildcard = false
        for coding in field.split(separator: ",") {
            let parts = coding.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let name = parts.first else { continue }
            let isRefused = parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
            if name == "gzip" || name == "x-gzip" { return !isRefused }
            if name == "*" { wildcard = !isRefused }
        }
        return wildcard
    }
}
