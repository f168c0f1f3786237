import Actors
import FoundationEssentials
import Locking
import Logging
import Telemetry
import TestSupport
import Testing

/// Both forms of log line, by what a sink receives.
@Suite struct TelemetryTests {
    private let lines = Lines()

    @Test func aTextLineHasTimeLevelMessageAndSortedMetadata() {
        var logger = logger(.text)
        logger[metadataKey: "athlete"] = "7"
        logger.info("Synced", metadata: ["pages": "3", "activities": .stringConvertible(200)])
        #expect(lines.all == ["2026-11-23T03:00:00Z info  Synced activities=200 athlete=7 pages=3\n"])
    }

    @Test func aJSONLineHasTheSameInAFixedOrder() {
        logger(.json).info(
            "Synced", metadata: ["pages": "3", "list": ["a", "b"], "inner": ["k": "v"]], source: "Sync")
        #expect(
            lines.all == [
                #"{"time":"2026-11-23T03:00:00.000Z","level":"info","message":"Synced","logger":"test","source":"Sync","#
                    + #""metadata":{"inner":{"k":"v"},"list":["a","b"],"pages":"3"}}"# + "\n"
            ])
    }

    @Test func jsonTimesHaveMilliseconds() {
        let handlers = Telemetry.handlers(
            format: .json, level: .info, clock: ManualClock(UTCInstant(milliseconds: -1)), sink: lines.sink)
        Logger(label: "test") { handlers($0, nil) }.info("x", source: "s")
        #expect(lines.all.first?.contains(#""time":"1969-12-31T23:59:59.999Z""#) == true)
    }

    @Test(arguments: Telemetry.Format.allCases)
    func theLevelDecides(_ format: Telemetry.Format) {
        var logger = logger(format, level: .warning)
        logger.info("no")
        logger.warning("yes")
        logger.logLevel = .debug
        logger.debug("yes")
        #expect(lines.all.count == 2)
        #expect(lines.all.allSatisfy { $0.contains("yes") })
    }

    @Test(arguments: Telemetry.Format.allCases, Self.forgeries)
    func nobodyForgesALine(_ format: Telemetry.Format, _ mark: String) throws {
        let attack = "Lunch\(mark)2026-11-23T03:00:00Z error forged"
        logger(format).info(
            "got \(attack)",
            metadata: ["name": "\(attack)", "k\(mark)ey": "v", "deep": ["list": ["\(attack)"]], "list": ["\(attack)"]])
        logger(format).error("failed", error: Unlucky(description: attack))
        #expect(lines.all.count == 2)
        for line in lines.all {
            #expect(!line.dropLast().contains(mark), "\(line)")
            #expect(line.unicodeScalars.last == "\n")
            #expect(line.unicodeScalars.filter { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }.count == 1)
        }
        if format == .json {
            let decoded = try JSONDecoder().decode(Line.self, from: Data(lines.all[0].utf8))
            #expect(decoded.message == "got \(attack)")
        }
    }

    @Test func aValueCannotPoseAsAnotherPair() {
        logger(.text).info("x", metadata: ["name": "a admin=true", "quote": "\"", "empty": "", "path": "c:\\x"])
        #expect(
            lines.all == [
                #"2026-11-23T03:00:00Z info  x empty="" name="a admin=true" path="c:\\x" quote="\""# + "\"\n"
            ])
    }

    @Test func aDictionaryBecomesDottedKeys() {
        logger(.text).info("x", metadata: ["http": ["status": "200", "peer": ["port": "1"]]])
        #expect(lines.all == ["2026-11-23T03:00:00Z info  x http.peer.port=1 http.status=200\n"])
    }

    @Test(arguments: Telemetry.Format.allCases)
    func aSecretStaysOneInEveryPlaceOfALine(_ format: Telemetry.Format) {
        let secret = Secret("hunter2")
        let grant = TokenGrant(accessToken: secret, refreshToken: secret, expiresAt: UTCInstant(seconds: 0))
        var logger = logger(format)
        logger[metadataKey: "own"] = .stringConvertible(secret)
        logger.error(
            "token \(secret) of \(grant)", error: Careless(token: secret),
            metadata: ["text": "\(secret)", "list": [.stringConvertible(secret)], "in": ["a": "\([secret])"]])
        #expect(lines.all.count == 1)
        #expect(!lines.all[0].contains("hunter2"))
        #expect(lines.all[0].contains("<redacted>"))
    }

    @Test(arguments: Telemetry.Format.allCases)
    func theEventWinsOverTheProviderAndTheProviderOverTheLogger(_ format: Telemetry.Format) {
        let provider = Logger.MetadataProvider { ["a": "provider", "b": "provider"] }
        let handlers = Telemetry.handlers(format: format, level: .info, sink: lines.sink)
        var logger = Logger(label: "test") { handlers($0, provider) }
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "b"] = "logger"
        logger[metadataKey: "c"] = "logger"
        logger.info("x", metadata: ["a": "event"])
        let expected =
            format == .text ? "a=event b=provider c=logger" : #"{"a":"event","b":"provider","c":"logger"}"#
        #expect(lines.all.first?.contains(expected) == true)
    }

    @Test func anErrorTravelsWithItsType() {
        logger(.text).error("Sync failed", error: Unlucky(description: "out of luck"))
        #expect(lines.all.first?.contains(#"error.message="out of luck""#) == true)
        #expect(lines.all.first?.contains("Unlucky") == true)
    }

    @Test func coloursAreAroundTheLevelOnlyAndOnlyWhenAskedFor() {
        let handlers = Telemetry.handlers(
            format: .text, level: .trace, isColoured: true, clock: ManualClock(), sink: lines.sink)
        let logger = Logger(label: "test") { handlers($0, nil) }
        for level in Logger.Level.allCases { logger.log(level: level, "x") }
        #expect(lines.all.count == Logger.Level.allCases.count)
        for (line, level) in zip(lines.all, Logger.Level.allCases) {
            #expect(line.split(separator: "\u{1B}").count == 3)
            #expect(line.contains(level.rawValue))
            #expect(line.hasSuffix("\u{1B}[0m x\n"))
        }
    }

    @Test func theBootstrapSendsEveryLoggerToStandardError() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            Telemetry.bootstrap(format: .json, level: .notice)
            let logger = Logger(label: "far.away")
            logger.info("dropped")
            logger.notice("seen \(String(repeating: "x", count: 200_000))")
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        let mine = text.split(separator: "\n").filter { $0.contains("far.away") }
        #expect(mine.count == 1)
        let line = try JSONDecoder().decode(Line.self, from: Data((mine.first ?? "").utf8))
        #expect(line.level == "notice")
        #expect(line.message.utf8.count == 200_005)
        #expect(!text.contains("dropped"))
    }

    private static let forgeries = [
        "\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{1B}[2J", "\u{9B}2J", "\u{0}", "\u{202E}",
    ]

    private func logger(_ format: Telemetry.Format, level: Logger.Level = .info) -> Logger {
        let handlers = Telemetry.handlers(
            format: format, level: level, isColoured: false, clock: ManualClock(), sink: lines.sink)
        return Logger(label: "test") { handlers($0, nil) }
    }

    private struct Line: Decodable {
        var level: String
        var message: String
    }

    private struct Unlucky: Error, CustomStringConvertible {
        var description: String
    }

    private struct Careless: Error {
        var token: Secret
    }

    /// What a sink received.
    private final class Lines: Sendable {
        private let received = Lock<[String]>([])

        var all: [String] { received.withLock { $0 } }
        var sink: Telemetry.Sink {
            { line in self.received.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        }
    }
}
