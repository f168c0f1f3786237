import Actors
import Testing

@testable import paceline

@Suite struct ScheduleInWordsTests {
    private let now = UTCInstant(seconds: 1_795_402_800)

    @Test func itSaysHowOftenAndWhenFirst() {
        func text(_ lastLook: UTCInstant?) -> String {
            ScheduleInWords.text(.seconds(3600), isConnected: true, lastLook: lastLook, at: now)
        }
        #expect(text(now - .seconds(600)) == "every 3600 s, next at 2026-11-23T03:50:00Z")
        #expect(text(now - .seconds(3600)) == "every 3600 s, next at once")
        #expect(text(nil) == "every 3600 s, next at once")
        // Nobody is connected: there is nothing to refresh yet.
        #expect(
            ScheduleInWords.text(.seconds(3600), isConnected: false, lastLook: nil, at: now) == "every 3600 s")
        #expect(ScheduleInWords.text(nil, isConnected: true, lastLook: now, at: now) == "off")
    }
}
