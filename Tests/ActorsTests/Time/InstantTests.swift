import Actors
import Testing

@Suite struct InstantTests {
    @Test(arguments: [(0, 0), (999, 0), (1000, 1), (-1, -1), (-999, -1), (-1000, -1), (-1001, -2)] as [(Int64, Int64)])
    func secondsAreRoundedTowardsThePast(_ milliseconds: Int64, _ seconds: Int64) {
        #expect(UTCInstant(milliseconds: milliseconds).seconds == seconds)
    }

    @Test func durationsAreAddedAndTakenAwayInMilliseconds() {
        let instant = UTCInstant(milliseconds: -500)
        #expect(instant + .seconds(1) == UTCInstant(milliseconds: 500))
        #expect(instant - .milliseconds(1) == UTCInstant(milliseconds: -501))
        #expect(instant + .microseconds(1999) == UTCInstant(milliseconds: -499))
        #expect(UTCInstant(seconds: 3) - UTCInstant(seconds: 5) == .seconds(-2))
        #expect(Duration.seconds(-1.5).wholeMilliseconds == -1500)
    }

    @Test func instantsCompareByTime() {
        #expect(UTCInstant(milliseconds: -2) < UTCInstant(milliseconds: -1))
        #expect(UTCInstant(seconds: 1) == UTCInstant(milliseconds: 1000))
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00"), (-1, "1969-12-31T23:59:59"), (-86_400, "1969-12-31T00:00:00"),
            (-86_401, "1969-12-30T23:59:59"), (1_766_653_200, "2025-12-25T09:00:00"),
            (-62_135_596_800, "0001-01-01T00:00:00"),
        ] as [(Int64, String)])
    func aWallClockReadingIsWrittenWithoutAZone(_ seconds: Int64, _ text: String) {
        #expect(LocalDateTime(seconds: seconds).description == text)
    }

    @Test func aReadingFallsIntoTheDayOfItsOwnClock() {
        let instant = UTCInstant(seconds: 1_766_705_400)  // 2025-12-25T23:30:00Z
        #expect(LocalDateTime(instant, offset: 0).date == LocalDate(year: 2025, month: 12, day: 25))
        #expect(LocalDateTime(instant, offset: 3600).date == LocalDate(year: 2025, month: 12, day: 26))
        #expect(
            LocalDateTime(UTCInstant(milliseconds: -1), offset: 0).date == LocalDate(year: 1969, month: 12, day: 31))
        let date = LocalDate(year: 1968, month: 2, day: 29)
        #expect(LocalDateTime(startOf: date).date == date)
        #expect(LocalDateTime(seconds: LocalDateTime(startOf: date).seconds - 1).date.day == 28)
    }

    @Test func anInstantIsWrittenInBothForms() {
        let instant = UTCInstant(milliseconds: 1_766_649_600_999)
        #expect(instant.iso8601 == "2025-12-25T08:00:00Z")
        #expect(instant.iso8601WithOffset == "2025-12-25T08:00:00+00:00")
        #expect(UTCInstant(milliseconds: -1).iso8601 == "1969-12-31T23:59:59Z")
    }

    @Test func theMachinesClockSleepsUntilWhatHasPassedAtOnce() async throws {
        let clock = SystemClock()
        #expect(clock.now() > UTCInstant(seconds: 1_700_000_000))
        try await clock.sleep(until: clock.now())
        await #expect(throws: CancellationError.self) {
            let task = Task { try await clock.sleep(until: clock.now() + .seconds(86_400)) }
            task.cancel()
            try await task.value
        }
    }
}
