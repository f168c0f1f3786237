import Actors
import Curl

extension CurlResponse {
    /// The four rate-limit headers; nil when the reply has none that can be read.
    var usage: RateUsage? {
        let usage = RateUsage(
            overallLimit: pair("X-RateLimit-Limit"), overallUsage: pair("X-RateLimit-Usage"),
            readLimit: pair("X-ReadRateLimit-Limit"), readUsage: pair("X-ReadRateLimit-Usage"))
        return usage == RateUsage() ? nil : usage
    }

    /// Strava's clock.
    var serverDate: UTCInstant? { headers["Date"].flatMap(HTTPDate.parse) }

    /// Whether the body may be JSON, as far as the header tells: an outage page says `text/html`, also under status 200.
    var isJSON: Bool { headers["Content-Type"].map { $0.lowercased().contains("json") } ?? true }

    private func pair(_ name: String) -> RateUsage.Pair? { headers[name].flatMap { RateUsage.Pair($0) } }
}
