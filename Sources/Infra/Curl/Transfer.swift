import CCurl
import Glibc

/// One request on its way: the easy handle, and what has come so far.
///
/// It belongs to the owner thread. Curl's callbacks hold it unretained; that is sound because they run only inside
/// curl_multi_perform, and ``Transfers`` keeps each transfer until its handle was removed from the multi handle.
final class Transfer {
    let easy: UnsafeMutableRawPointer
    private let configuration: CurlConfiguration
    private let wake: CurlInbox.Wake
    /// Where curl writes its words; it must not move while the easy handle lives.
    private let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var requestHeaders: UnsafeMutablePointer<curl_slist>?
    private var headers = CurlHeaders()
    private var headerSize = 0
    private var body: [UInt8] = []
    private var isTooLarge = false

    /// - Returns: nil when memory is out; `wake` is then still the caller's to resume.
    init?(configuration: CurlConfiguration, wake: CurlInbox.Wake) {
        guard let easy = curl_easy_init() else {
            words.deallocate()
            return nil
        }
        self.easy = easy
        self.configuration = configuration
        self.wake = wake
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(requestHeaders)
        words.deallocate()
    }

    /// Answers the caller; once.
    func finish(_ result: Result<CurlResponse, CurlFailure>) {
        wake.resume(returning: result)
    }

    /// Whether any byte of the request has left.
    var wasSent: Bool { number(CURLINFO_REQUEST_SIZE) > 0 }

    /// What became of the transfer, now that curl says it has ended.
    func result(_ status: CURLcode) -> Result<CurlResponse, CurlFailure> {
        if isTooLarge || status == CURLE_FILESIZE_EXCEEDED {
            return .failure(CurlFailure(.tooLarge, "the answer is larger than allowed", wasSent: true))
        }
        guard status == CURLE_OK else { return .failure(failure(status)) }
        return .success(CurlResponse(status: number(CURLINFO_RESPONSE_CODE), headers: headers, body: body))
    }

    /// Sets every option; the handle is ready for the multi handle then.
    func prepare(_ request: CurlRequest) throws(CurlFailure) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        try check(paceline_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, words))
        try check(paceline_curl_set_data_callback(easy, CURLOPT_HEADERFUNCTION, Self.takeHeader))
        try check(paceline_curl_set_pointer(easy, CURLOPT_HEADERDATA, context))
        try check(paceline_curl_set_data_callback(easy, CURLOPT_WRITEFUNCTION, Self.takeBody))
        try check(paceline_curl_set_pointer(easy, CURLOPT_WRITEDATA, context))
        try setLimits()
        try setTransport()
        try setMethod(request.method)
        try setHeaders(request.headers)
        // NUL would cut the URL short, and a line break would end the request line.
        guard request.url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw CurlFailure(.invalidRequest, "the URL has white space or control characters", wasSent: false)
        }
        try set(CURLOPT_URL, request.url)
    }

    private func setLimits() throws(CurlFailure) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(configuration.connectTimeout))
        try set(CURLOPT_TIMEOUT_MS, milliseconds(configuration.totalTimeout))
        try set(CURLOPT_LOW_SPEED_LIMIT, configuration.lowSpeedLimit)
        try set(CURLOPT_LOW_SPEED_TIME, Int(configuration.lowSpeedTime.components.seconds))
        // Ends an exchange whose announced length is too large before it begins; the callback counts what really comes.
        try check(paceline_curl_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(configuration.maximumBodySize)))
    }

    private func setTransport() throws(CurlFailure) {
        // Curl would otherwise time name resolution with SIGALRM, which belongs to the process.
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        // A redirect could take the Authorization header to another host.
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_ACCEPT_ENCODING, "gzip")
        try set(CURLOPT_USERAGENT, configuration.userAgent)
        let unproxied = (getenv("no_proxy") ?? getenv("NO_PROXY")).map { String(cString: $0) }
        try set(CURLOPT_NOPROXY, Self.unproxied(unproxied))
        if let caFile = configuration.caFile { try set(CURLOPT_CAINFO, caFile) }
    }

    /// A proxy named in the environment is used, but not for this machine's own addresses: the sandbox lives there.
    ///
    /// - Parameter theirs: the environment's list of hosts without a proxy; the star that means all of them counts alone only.
    static func unproxied(_ theirs: String?) -> String {
        if theirs == "*" { return "*" }
        return (["localhost", "127.0.0.1", "::1"] + (theirs.map { [$0] } ?? [])).joined(separator: ",")
    }

    private func setMethod(_ method: CurlRequest.Method) throws(CurlFailure) {
        guard case .post(let body) = method else { return try set(CURLOPT_HTTPGET, 1) }
        try set(CURLOPT_POST, 1)
        // The size must be known before the copy is made; copied, the bytes need not outlive this call.
        try check(paceline_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        var copy = body.isEmpty ? [0] : body
        try check(
            copy.withUnsafeMutableBytes { paceline_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) })
        // Curl repeats a request by itself when a reused connection turns out dead, also when the server has seen it. A POST
        // that trades a refresh token must not be sent twice, so it gets a connection of its own.
        try set(CURLOPT_FRESH_CONNECT, 1)
    }

    private func setHeaders(_ headers: KeyValuePairs<String, String>) throws(CurlFailure) {
        for (name, value) in headers {
            guard Self.isToken(name), !value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }) else {
                throw CurlFailure(.invalidRequest, "a header has characters that headers cannot carry", wasSent: false)
            }
            // curl takes "Name:" for "leave this header out" and "Name;" for one without a value.
            guard let list = curl_slist_append(requestHeaders, value.isEmpty ? "\(name);" : "\(name): \(value)") else {
                throw CurlFailure(.interrupted, "out of memory", wasSent: false)
            }
            requestHeaders = list
        }
        try check(paceline_curl_set_pointer(easy, CURLOPT_HTTPHEADER, requestHeaders))
    }

    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }
    }

    /// A header line of the answer; several heads come when a proxy or `100 Continue` speaks first, and the last one counts.
    private func take(header line: UnsafeRawBufferPointer) -> Bool {
        headerSize += line.count
        guard headerSize <= configuration.maximumHeaderSize else {
            isTooLarge = true
            return false
        }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") { headers = CurlHeaders() }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let value = text[text.index(after: colon)...].drop { $0.isWhitespace }
        let end = value.lastIndex { !$0.isWhitespace }.map { value.index(after: $0) } ?? value.startIndex
        headers.append(text[..<colon], String(value[..<end]))
        return true
    }

    private func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= configuration.maximumBodySize else {
            isTooLarge = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    private static let takeHeader: paceline_curl_data_callback = { bytes, size, count, context in
        Transfer.from(context).take(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
            ? size * count : 0
    }

    private static let takeBody: paceline_curl_data_callback = { bytes, size, count, context in
        Transfer.from(context).take(body: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
        guard let context else { preconditionFailure("curl called back without the context it was given") }
        // See the type's comment: the transfer outlives every callback.
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
        try check(paceline_curl_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(CurlFailure) {
        try check(paceline_curl_set_string(easy, option, value))
    }

    private func check(_ status: CURLcode) throws(CurlFailure) {
        guard status == CURLE_OK else { throw failure(status) }
    }

    private func failure(_ status: CURLcode) -> CurlFailure {
        let detail = String(cString: words).filter { !$0.isNewline }
        let message = detail.isEmpty ? String(cString: curl_easy_strerror(status)) : detail
        var kind = CurlFailure.Kind(status)
        // Curl has one code for a URL it will not take and for an answer that is not HTTP.
        if kind == .invalidRequest && wasSent { kind = .interrupted }
        return CurlFailure(kind, message, wasSent: wasSent)
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        return paceline_curl_get_long(easy, info, &value) == CURLE_OK ? value : 0
    }

    private func milliseconds(_ duration: Duration) -> Int {
        Int(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000)
    }
}
