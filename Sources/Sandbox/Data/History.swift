/// Years of training, made day by day from a seed.
struct History: Sendable {
    var athleteID: Int64
    /// Tells one athlete's days and ids from another's; from 0 to 2, so that ids keep eleven digits.
    var series: Int
    /// Ordinary outings per million days, oddities and occasions not counted.
    var ratePerMillion: Int

    /// The newest `count` activities that began before `end`, oldest first.
    func newest(_ count: Int, before end: Int64) -> [SandboxActivity] {
        var found: [SandboxActivity] = []
        // The next local day has begun in the east while `end`'s day lasts in UTC.
        var day = end.floored(by: CivilTime.secondsPerDay) + 1
        // Days only overlap their neighbours in UTC, so two days beyond the count hold all that could sort before.
        var spare = 2
        while found.count < count || spare > 0 {
            if found.count >= count { spare -= 1 }
            found += activities(onDay: day).filter { $0.start < end }
            day -= 1
        }
        found.sort { ($0.start, $0.id) < ($1.start, $1.id) }
        return Array(found.suffix(max(0, count)))
    }

    /// All activities of one calendar day on the athlete's wall clock.
    func activities(onDay day: Int64) -> [SandboxActivity] {
        var maker = DayMaker(day: day, athleteID: athleteID, series: series)
        var found = Occasion.activities(&maker)
        if day % 11 == 0 {
            found += Oddity.all[Int(day / 11) % Oddity.all.count].make(&maker)
        }
        return found + outings(&maker)
    }

    // MARK: Ordinary days

    /// Per cent of the mean, January to December.
    private static let seasons = [85, 85, 95, 105, 115, 120, 110, 105, 110, 100, 90, 80]

    private func outings(_ maker: inout DayMaker) -> [SandboxActivity] {
        let month = CivilTime.date(ofDay: maker.day).month
        let expected = ratePerMillion * Self.seasons[month - 1] / 100
        let count = expected / 1_000_000 + (maker.random.below(1_000_000) < expected % 1_000_000 ? 1 : 0)
        let place = place(onDay: maker.day)
        return (0..<count).map { index in
            let sport = maker.random.pick(place.zone == Place.oslo.zone ? Self.home(month) : Self.away) ?? .run
            // The day from 05:30 to 20:30 in equal parts, an outing in each.
            let part = 54_000 / count
            return outing(&maker, sport, at: place, second: 19_800 + index * part + maker.random.below(part))
        }
    }

    /// Sundays are long; one run in sixty is a race.
    private func outing(_ maker: inout DayMaker, _ sport: Sport, at place: Place, second: Int) -> SandboxActivity {
        let isSunday = CivilTime.weekday(ofDay: maker.day) == 0
        var activity = maker.outing(sport, at: place, second: second, lengthPercent: isSunday ? 165 : 100)
        if sport.name == "Run" {
            if maker.random.below(60) == 0 {
                maker.makeRace(&activity)
            } else if isSunday {
                activity.workoutType = 2
            }
        }
        if sport.name == "Ride", maker.random.chance(12) { activity.isCommute = true }
        return activity
    }

    /// One week in thirteen is spent elsewhere.
    private func place(onDay day: Int64) -> Place {
        var week = SplitMix64(seed: 0x7217 + UInt64(series), part: day.floored(by: 7))
        guard week.below(13) == 0 else { return .oslo }
        return Place.destinations[week.below(Place.destinations.count)]
    }

    private static let away: [(weight: Int, item: Sport)] = [
        (55, .run), (20, .ride), (15, .named("Hike")), (10, .named("Swim")),
    ]

    private static func home(_ month: Int) -> [(weight: Int, item: Sport)] {
        switch month {
        case 12, 1, 2, 3: winter
        default: summer
        }
    }

    private static let winter: [(weight: Int, item: Sport)] = [
        (42, .run), (24, .named("NordicSki")), (16, .named("VirtualRide")), (8, .named("WeightTraining")),
        (5, .named("Swim")), (3, .named("Walk")), (2, .named("AlpineSki")),
    ]

    private static let summer: [(weight: Int, item: Sport)] = [
        (40, .run), (28, .ride), (8, .named("TrailRun")), (7, .named("GravelRide")), (4, .named("MountainBikeRide")),
        (5, .named("Hike")), (4, .named("Swim")), (2, .named("Walk")), (2, .named("RollerSki")),
    ]
}
