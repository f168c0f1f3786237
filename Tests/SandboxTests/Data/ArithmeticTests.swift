import Testing

@testable import Sandbox

@Suite struct ArithmeticTests {
    @Test func theGeneratorGivesTheKnownSequence() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
        #expect(random.next() == 9_817_491_932_198_370_423)
    }

    @Test(
        arguments: [
            (0, 1970, 1, 1), (-1, 1969, 12, 31), (11_016, 2000, 2, 29), (20_780, 2026, 11, 23), (16_801, 2016, 1, 1),
            (19_782, 2024, 2, 29), (-719_162, 1, 1, 1),
        ] as [(Int64, Int, Int, Int)])
    func dayNumbersAndDatesAgree(number: Int64, year: Int, month: Int, day: Int) {
        #expect(CivilTime.day(year: year, month: month, day: day) == number)
        #expect(CivilTime.date(ofDay: number) == (year, month, day))
    }

    @Test func everyDayOfThirtyYearsSurvivesTheRoundTrip() {
        for number in Int64(10_957)...21_915 {
            let date = CivilTime.date(ofDay: number)
            #expect(CivilTime.day(year: date.year, month: date.month, day: date.day) == number)
        }
    }

    @Test func datesAreWrittenAsStravaWritesThem() {
        #expect(CivilTime.iso8601(1_795_402_800) == "2026-11-23T03:00:00Z")
        #expect(CivilTime.iso8601(-1) == "1969-12-31T23:59:59Z")
    }

    @Test func sundaysAreFound() {
        #expect(CivilTime.sunday(5, month: 3, year: 2026) == CivilTime.day(year: 2026, month: 3, day: 29))
        #expect(CivilTime.sunday(2, month: 3, year: 2026) == CivilTime.day(year: 2026, month: 3, day: 8))
        #expect(CivilTime.sunday(1, month: 11, year: 2026) == CivilTime.day(year: 2026, month: 11, day: 1))
        #expect(CivilTime.weekday(ofDay: 20_780) == 1)
    }

    /// The instants are the zone database's: `zdump -v` for each zone in 2026.
    @Test(
        arguments: [
            (Place.oslo, 1_774_746_000, 3600, 7200), (Place.oslo, 1_792_890_000, 7200, 3600),
            (Place.denver, 1_772_960_400, -25_200, -21_600), (Place.denver, 1_793_520_000, -21_600, -25_200),
            (Place.adelaide, 1_775_320_200, 37_800, 34_200), (Place.adelaide, 1_791_045_000, 34_200, 37_800),
            (Place.auckland, 1_775_311_200, 46_800, 43_200), (Place.auckland, 1_790_431_200, 43_200, 46_800),
        ] as [(Place, Int64, Int64, Int64)])
    func clocksChangeOnTheSecond(place: Place, instant: Int64, before: Int64, after: Int64) {
        #expect(place.offset(at: instant - 1) == before)
        #expect(place.offset(at: instant) == after)
    }

    @Test func aWallClockBecomesAnInstantAndBack() {
        for place in [Place.oslo, .london, .denver, .newYork, .kolkata, .adelaide, .auckland] {
            let noon = CivilTime.day(year: 2025, month: 7, day: 4) * 86_400 + 43_200
            let utc = place.utc(wall: noon)
            #expect(utc + place.offset(at: utc) == noon)
        }
    }

    @Test func zonesAreLabelledWithTheirWinterOffset() {
        #expect(Place.oslo.label == "(GMT+01:00) Europe/Oslo")
        #expect(Place.kolkata.label == "(GMT+05:30) Asia/Kolkata")
        #expect(Place.denver.label == "(GMT-07:00) America/Denver")
        #expect(Place.london.label == "(GMT+00:00) Europe/London")
    }

    /// Google's own example for the format.
    @Test func routesAreEncodedAsDocumented() {
        let points = [[3_850_000, -12_020_000], [4_070_000, -12_095_000], [4_325_200, -12_645_300]]
        #expect(Polyline.encode(points) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@")
    }
}
