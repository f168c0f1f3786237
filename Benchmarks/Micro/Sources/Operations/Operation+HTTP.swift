import HTTP
import HTTPTypes

extension Operation {
    /// A head as browsers send it is read and checked.
    static let requestHead = Operation("request head") { count in
        var reading = HeadReading(browserHead)
        var sum = 0
        for _ in 0..<count { sum &+= reading.read() }
        return sum
    }

    /// The head of a cached answer is written.
    static let responseHead = Operation("response head") { count in
        var response = Response(status: .ok, body: [UInt8](repeating: 0x20, count: 300))
        response.preparedFields = Array(
            """
            content-type: application/json\r
            etag: "0123456789abcdef0123456789abcdef"\r
            cache-control: no-cache\r
            vary: accept-encoding, origin\r

            """.utf8)
        var writing = HeadWriting(response)
        var sum = 0
        for _ in 0..<count { sum &+= writing.write() }
        return sum
    }

    /// The router finds the handler of a request from the wire, and has an answer that is ready.
    static let routeLookup = Operation("route lookup") { count in
        var reading = HeadReading(browserHead)
        guard let request = reading.request() else { return 0 }
        let router = makeRouter()
        var sum = 0
        for _ in 0..<count { sum &+= router.immediateResponse(to: request)?.status.code ?? 0 }
        return sum
    }

    /// The ETag that a browser sends is found among its fields, and compared.
    static let tagComparison = Operation("ETag comparison") { count in
        var reading = HeadReading(browserHead)
        guard let request = reading.request() else { return 0 }
        let tag = Array("\"0123456789abcdef0123456789abcdef\"".utf8)
        var sum = 0
        for _ in 0..<count {
            sum &+= request.hasHeader(.ifNoneMatch, where: { EntityTagList.holds($0, tag.span) }) ? 1 : 0
        }
        return sum
    }

    private static let browserHead = Array(
        """
        GET /strava/stats/ytd HTTP/1.1\r
        Host: stats.example.org\r
        User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r
        Accept: application/json, text/plain, */*\r
        Accept-Language: en-GB,en;q=0.7,nb;q=0.3\r
        Accept-Encoding: gzip, deflate, br\r
        Origin: https://example.org\r
        Connection: keep-alive\r
        Referer: https://example.org/\r
        If-None-Match: "0123456789abcdef0123456789abcdef"\r
        Sec-Fetch-Dest: empty\r
        Sec-Fetch-Mode: cors\r
        Sec-Fetch-Site: same-site\r
        \r

        """.utf8)

    /// As many routes as Paceline has, and with its names.
    private static func makeRouter() -> Router {
        var router = Router()
        let paths = [
            "/", "/docs", "/docs/*", "/openapi.json", "/livez", "/readyz", "/strava/docs", "/strava/openapi.json",
            "/strava/health", "/strava/status", "/strava/authorize", "/strava/callback", "/strava/activities",
            "/strava/stats/activities", "/strava/stats/monthly", "/strava/stats/totals", "/strava/stats/yearly",
            "/strava/stats/longest-run", "/strava/stats/longest-ride", "/strava/stats/ytd",
        ]
        for path in paths {
            router.on(.get, path, immediate: { _ in Response(status: .ok) }, { _ in Response(status: .ok) })
        }
        router.on(.post, "/strava/refresh-data") { _ in Response(status: .accepted) }
        return router
    }
}
