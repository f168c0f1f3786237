import Actors

extension Operation {
    /// One new activity reaches a mirror of so many, a snapshot is taken, and the sums are made anew.
    static func applyOne(to count: Int) -> Operation {
        Operation("apply one activity to \(count)") { times in
            var mirror = ActivityMirror((0..<count).map { activity(Int64($0)) })
            var snapshot = Snapshot(version: 0, activities: mirror.history)
            var sum = 0
            for number in 0..<times {
                mirror.apply(upserts: [activity(Int64(count + number))], deletions: [])
                // The one before is let go only now, as readers do.
                snapshot = Snapshot(version: UInt64(number), activities: mirror.history)
                sum &+=
                    Statistics(of: snapshot.activities, at: LocalDateTime(seconds: 1_795_402_800)).runYearToDate.count
            }
            return sum
        }
    }

    /// A look at the newest finds what is stored.
    static func findNothingNew(in count: Int) -> Operation {
        Operation("find nothing new in \(count)") { times in
            let mirror = ActivityMirror((0..<count).map { activity(Int64($0)) })
            let page = ActivityPage(activities: Array(mirror.history.prefix(200)))
            var plan = SyncPlan(state: SyncState(athleteID: 7, isComplete: true))
            let now = UTCInstant(seconds: 1_795_402_800)
            var sum = 0
            for _ in 0..<times {
                plan.request(.newest, .scheduled)
                guard let step = plan.next(holding: nil, at: now, stored: count),
                    let landing = plan.landed(step, .page(page), mirror: mirror, at: now)
                else { break }
                plan.committed(landing)
                sum &+= landing.batch.upserts.count + 1
            }
            return sum
        }
    }

    /// One every six hours; the larger the number, the later.
    private static func activity(_ number: Int64) -> Activity {
        let start = UTCInstant(seconds: 1_000_000_000 + number * 21_600)
        return Activity(
            id: number, name: "Morning Run along the river", type: number % 3 == 0 ? "Ride" : "Run",
            sportType: "Run", distance: 10_000.5, movingTime: 3000, elapsedTime: 3100, totalElevationGain: 120,
            startDate: start, startDateLocal: LocalDateTime(start, offset: 3600), timezone: "Europe/Oslo",
            averageSpeed: 3.3, maxSpeed: 5, kudosCount: 3, visibility: "everyone")
    }
}
