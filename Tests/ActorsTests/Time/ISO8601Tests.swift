import Actors
import Testing

@Suite struct ISO8601Tests {
    @Test(arguments: [
        "2025-12-25T08:00:00Z", "2025-12-25T08:00:00", "2025-12-25 08:00:00Z", "2025-12-25T08:00:00.999Z",
        "2025-12-25T10:00:00+02:00", "2025-12-25T10:00:00+0200", "2025-12-25T10:00:00+02", "2025-12-25T00:30:00-07:30",
        "2025-12-25T00:30:00-0730", "2025-12-26T03:00:00.123456789+19:00",
    ])
    func theZoneIsAppliedToAnInstant(_ text: String) {
        #expect(ISO8601.instant(text) == UTCInstant(seconds: 1_766_649_600))
    }

    @Test(arguments: [
        "2025-12-25T09:00:00Z", "2025-12-25T09:00:00", "2025-12-25 09:00:00+05:00", "2025-12-25T09:00:00.5Z",
    ])
    func theZoneIsDroppedFromAWallClock(_ text: String) {
        #expect(ISO8601.localDateTime(text) == LocalDateTime(seconds: 1_766_653_200))
    }

    @Test(arguments: [
        "", "2025-12-25", "2025-12-25T", "2025-12-25T08:00", "2025-12-25T08:00:0", "25-12-25T08:00:00",
        "2025-13-01T00:00:00", "2025-00-01T00:00:00", "2025-02-29T00:00:00", "2025-04-31T00:00:00",
        "2025-01-00T00:00:00",
        "2025-01-01T24:00:00", "2025-01-01T00:60:00", "2025-01-01T00:00:61", "2025-1-01T00:00:00",
        "+2025-01-01T00:00:00",
        "2025-01-01t00:00:00", "٢٠٢٥-01-01T00:00:00", " 2025-01-01T00:00:00", "soon",
    ])
    func whatIsNoDateWithATimeIsNeither(_ text: String) {
        #expect(ISO8601.instant(text) == nil)
        #expect(ISO8601.localDateTime(text) == nil)
    }

    @Test(arguments: [
        "2025-01-01T00:00:00+", "2025-01-01T00:00:00+2", "2025-01-01T00:00:00+24:00", "2025-01-01T00:00:00+02:60",
        "2025-01-01T00:00:00+02:0", "2025-01-01T00:00:00Zz", "2025-01-01T00:00:00Z ", "2025-01-01T00:00:00 UTC",
        "2025-01-01T00:00:00+02:00:00",
    ])
    func aZoneThatIsNoneSpoilsAnInstant(_ text: String) {
        #expect(ISO8601.instant(text) == nil)
    }

    @Test func aLeapSecondIsTheSecondAfter() {
        #expect(ISO8601.instant("2016-12-31T23:59:60Z") == ISO8601.instant("2017-01-01T00:00:00Z"))
    }

    @Test func leapDaysExistInLeapYearsOnly() {
        #expect(ISO8601.instant("2000-02-29T00:00:00Z") != nil)
        #expect(ISO8601.instant("2024-02-29T00:00:00Z") != nil)
        #expect(ISO8601.instant("1900-02-29T00:00:00Z") == nil)
    }

    @Test func whatIsWrittenIsReadBack() {
        for seconds in stride(from: Int64(-62_135_596_800), through: 253_402_300_799, by: 86_399 * 977) {
            let instant = UTCInstant(seconds: seconds)
            guard ISO8601.instant(instant.iso8601) == instant, ISO8601.instant(instant.iso8601WithOffset) == instant,
                ISO8601.localDateTime(LocalDateTime(seconds: seconds).description)?.seconds == seconds
            else {
                Issue.record("\(seconds) became \(instant.iso8601)")
                return
            }
        }
    }
}
