import Actors
import Testing

@Suite struct ActivityTests {
    @Test func newestComesFirstAndTiesGoToTheLargerID() {
        let all = [activity(3, 100), activity(12, 200), activity(2, 200), activity(1, 300), activity(9, -50)]
        for _ in 0..<10 {
            #expect(all.shuffled().sorted(by: Activity.newestFirst).map(\.id) == [1, 12, 2, 3, 9])
        }
        #expect(!Activity.newestFirst(all[0], all[0]))
    }

    @Test func theOffsetIsWhatTheWallClockWasAhead() {
        var activity = activity(1, 1_766_649_600)
        #expect(activity.utcOffset == 0)
        activity.startDateLocal.seconds += 20_700
        #expect(activity.utcOffset == 20_700)
        activity.startDateLocal.seconds -= 60_000
        #expect(activity.utcOffset == -39_300)
        activity.startDate = UTCInstant(milliseconds: -1)
        activity.startDateLocal = LocalDateTime(seconds: 3599)
        #expect(activity.utcOffset == 3600)
    }

    @Test(arguments: [
        ("TrailRun", "Run"), ("GravelRide", "Ride"), ("MountainBikeRide", "Ride"), ("EMountainBikeRide", "EBikeRide"),
        ("Run", "Run"), ("VirtualRun", "VirtualRun"), ("Padel", "Padel"), ("", ""),
    ])
    func theLegacyTypeFollowsFromTheSport(_ sport: String, _ type: String) {
        #expect(SportType.legacyType(of: sport) == type)
    }

    @Test func yearToDateCountsRunsAndRidesWithTheirVirtualKind() {
        for type in ["Run", "VirtualRun", "Ride", "VirtualRide", "EBikeRide", "TrailRun", "run", ""] {
            #expect(SportType.isRunForYearToDate(type) == (type == "Run" || type == "VirtualRun"))
            #expect(SportType.isRideForYearToDate(type) == (type == "Ride" || type == "VirtualRide"))
        }
    }

    private func activity(_ id: Int64, _ start: Int64) -> Activity {
        Activity(
            id: id, name: "", type: "Run", sportType: "Run", startDate: UTCInstant(seconds: start),
            startDateLocal: LocalDateTime(seconds: start))
    }
}
