import FoundationEssentials
import Testing

@testable import Sandbox

@Suite struct HistoryTests {
    private static let now = HandClock.start
    private static let athlete = SandboxAthlete.standard(endingAt: now)
    private let all = athlete.activities.all

    /// FNV-1a over every byte of JSON.
    private func digest(_ activities: [SandboxActivity]) -> UInt64 {
        activities.reduce(0xCBF2_9CE4_8422_2325) { hash, activity in
            activity.json.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }

    @Test func thereAreExactlyAsManyActivitiesAsAskedFor() {
        #expect(all.count == 3000)
        for count in [0, 1, 7, 500] {
            #expect(SandboxAthlete.standard(count: count, endingAt: Self.now).activities.count == count)
        }
    }

    /// The figure is of this data's first version; a change of it means that every mirror of the sandbox changes too.
    @Test func theBytesAreTheSameOnEveryMachine() {
        #expect(digest(all) == 15_520_264_179_119_863_412)
    }

    @Test func theDataHangsOnTheDayNotOnTheSecond() {
        let later = SandboxAthlete.standard(endingAt: Self.now + 20 * 3_600_000)
        #expect(digest(later.activities.all) == digest(all))
    }

    @Test func aLaterDayGivesTheSameHistoryAndTheDaysBetween() {
        let later = Set(SandboxAthlete.standard(endingAt: Self.now + 7 * 86_400_000).activities.all)
        let lost = all.filter { !later.contains($0) }
        #expect(lost.count < 30)
        // What is lost is only what the count leaves out at the old end.
        #expect(lost == Array(all.prefix(lost.count)))
    }

    @Test func historyGoesBackAboutTwelveYearsAndUpToYesterday() throws {
        let first = CivilTime.year(try #require(all.first).startLocal)
        #expect((2014...2015).contains(first))
        let last = try #require(all.last).start
        #expect(last < CivilTime.day(year: 2026, month: 11, day: 23) * 86_400)
        #expect(last > CivilTime.day(year: 2026, month: 11, day: 18) * 86_400)
        for year in first + 1...2026 {
            #expect(all.count { CivilTime.year($0.startLocal) == year } > 150)
        }
    }

    @Test func everyMonthOfTheLastYearHasActivities() {
        let months = Set(
            all.filter { $0.start > Self.now / 1000 - 365 * 86_400 }.map { CivilTime.iso8601($0.startLocal).prefix(7) })
        #expect(months.count >= 12)
    }

    @Test func theNewYearHasDataFromItsFirstSecond() {
        let midnight = CivilTime.day(year: 2027, month: 1, day: 1) * 86_400_000
        let activities = SandboxAthlete.standard(endingAt: midnight).activities.all
        #expect(activities.contains { CivilTime.year($0.startLocal) == 2027 && CivilTime.year($0.start) == 2026 })
    }

    @Test func everyNewYearsEveLiesInTwoYearsAtOnceInBothDirections() {
        for year in 2016...2025 {
            #expect(all.contains { CivilTime.year($0.startLocal) == year && CivilTime.year($0.start) == year + 1 })
            #expect(all.contains { CivilTime.year($0.startLocal) == year + 1 && CivilTime.year($0.start) == year })
        }
    }

    @Test func idsAreUniqueOfElevenDigitsAndNotInTheOrderOfDates() {
        #expect(Set(all.map(\.id)).count == all.count)
        #expect(all.allSatisfy { (10_000_000_000...99_999_999_999).contains($0.id) })
        #expect(zip(all, all.dropFirst()).contains { $0.id > $1.id + 1_000_000 })
        let other = Set(SandboxAthlete.other(endingAt: Self.now).activities.all.map(\.id))
        #expect(other.count == 40)
        #expect(other.isDisjoint(with: all.map(\.id)))
    }

    @Test func theOddityHistoryIsSmallAndHasThemAll() {
        let odd = SandboxAthlete.oddities(endingAt: Self.now).activities.all
        #expect(odd.count < 200)
        #expect(Set(odd.map(\.id)).count == odd.count)
        for wanted in Self.wanted {
            #expect(odd.contains { wanted.isIt($0) }, "\(wanted.name)")
        }
    }

    @Test func theStandardHistoryHasEveryOddity() {
        for wanted in Self.wanted {
            #expect(all.contains { wanted.isIt($0) }, "\(wanted.name)")
        }
    }

    private struct Wanted: Sendable {
        var name: String
        var isIt: @Sendable (SandboxActivity) -> Bool

        init(_ name: String, _ isIt: @escaping @Sendable (SandboxActivity) -> Bool) {
            self.name = name
            self.isIt = isIt
        }
    }

    private static let wanted: [Wanted] =
        Sport.all.map { sport in Wanted(sport.name) { $0.sportType == sport.name } } + [
            Wanted("unknown sport") { activity in !Sport.all.contains { $0.name == activity.sportType } },
            Wanted("WaterSport") { $0.type == "WaterSport" && $0.sportType == "Canoeing" },
            Wanted("trail run without type") { $0.type == nil && $0.sportType == "TrailRun" },
            Wanted("gravel ride without type") { $0.type == nil && $0.sportType == "GravelRide" },
            Wanted("manual") { $0.isManual && $0.uploadID == nil && $0.externalID == nil && $0.track == .null },
            Wanted("indoors, blank") { $0.isIndoor && $0.track == .blank },
            Wanted("indoors, null") { $0.isIndoor && $0.track == .null },
            Wanted("no coordinates") { $0.track == .absent },
            Wanted("empty name") { $0.name == "" },
            Wanted("no name") { $0.name == nil },
            Wanted("long name") { $0.name?.count == 400 },
            Wanted("only me") { $0.visibility == .onlyMe },
            Wanted("followers only") { $0.visibility == .followersOnly },
            Wanted("null distance") { $0.distance == nil },
            Wanted("absurd time") { $0.elapsedTime == 1168 * 3600 },
            Wanted("null zone") { $0.timezone == nil },
            Wanted("unknown zone") { $0.timezone == "(GMT+01:00) Europe/Atlantis" },
            Wanted("half-hour zone") { $0.utcOffset == 19_800 && $0.timezone == "(GMT+05:30) Asia/Kolkata" },
            Wanted("half-hour zone in summer") { $0.utcOffset == 37_800 },
            Wanted("hidden start") { (($0.startLocal % 86_400) + 86_400) % 86_400 == 1 },
            Wanted("fractions") { $0.numbers == .fractions },
            Wanted("whole") { $0.numbers == .whole },
            Wanted("exponents") { $0.numbers == .exponents },
            Wanted("summer time") { $0.utcOffset == 7200 && $0.timezone == "(GMT+01:00) Europe/Oslo" },
        ]

    @Test func hiddenStartsComeSeveralADay() {
        let hidden = all.filter { $0.startLocal % 86_400 == 1 }
        #expect(Set(hidden.map(\.start)).count * 3 <= hidden.count)
        #expect(!hidden.isEmpty)
    }

    @Test func someDifferentActivitiesStartTogether() {
        let rides = all.filter { $0.sportType == "Ride" }
        #expect(zip(rides, rides.dropFirst()).contains { $0.start == $1.start && $0.id != $1.id })
    }

    @Test func autumnsDoubledHourHappensTwice() {
        let night = CivilTime.sunday(5, month: 10, year: 2025) * 86_400 + 9000
        let doubled = all.filter { $0.startLocal == night }
        #expect(doubled.map(\.utcOffset) == [7200, 3600])
        #expect(doubled.count == 2 && doubled[1].start - doubled[0].start == 3600)
    }

    @Test func thereAreTheSportsThatStravaLists() {
        #expect(Sport.all.count == 56)
        #expect(Set(Sport.all.map(\.name)).count == 56)
        #expect(Sport.all.count { $0.legacyType != $0.name } == 19)
    }

    @Test func aBenchmarkCanHaveFortyThousand() throws {
        let count = 40_000
        let history = History(
            athleteID: 1, series: 0, ratePerMillion: count * 1_000_000 / 4383 - 115_000
        ).newest(count, before: Self.now / 86_400_000 * 86_400)
        #expect(history.count == count)
        #expect(Set(history.map(\.id)).count == count)
        #expect((2013...2016).contains(CivilTime.year(try #require(history.first).startLocal)))
    }
}
