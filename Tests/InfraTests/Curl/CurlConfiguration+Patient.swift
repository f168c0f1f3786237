import Curl

extension CurlConfiguration {
    /// Waits far longer than any test, so that a busy machine makes no deadline pass but those that a test sets.
    static func patient(version: String = "1") -> CurlConfiguration {
        var configuration = CurlConfiguration(version: version)
        configuration.connectTimeout = .seconds(600)
        configuration.totalTimeout = .seconds(600)
        configuration.lowSpeedTime = .seconds(600)
        return configuration
    }
}
