/// One of the strange things that Strava really sends, made on a given day.
///
/// The list is walked round in a fixed order, one oddity every eleven days, so that a history of three years has them all.
struct Oddity: Sendable {
    /// What is strange, for tests that look for it.
    var name: String
    /// Makes the activity, or several where the oddity lies in their being together.
    var make: @Sendable (inout DayMaker) -> [SandboxActivity]

    static let all: [Oddity] = Sport.all.map(everySport) + shapes + numbers + times

    /// An oddity that changes one ordinary morning run.
    private static func run(
        _ name: String, _ change: @escaping @Sendable (inout SandboxActivity, inout DayMaker) -> Void
    ) -> Oddity {
        Oddity(name: name) { maker in
            var activity = maker.outing(.run, at: .oslo, second: 25_200 + maker.random.below(3600))
            change(&activity, &maker)
            return [activity]
        }
    }

    private static func everySport(_ sport: Sport) -> Oddity {
        Oddity(name: "sport \(sport.name)") { maker in
            [maker.outing(sport, at: .oslo, second: 36_000 + maker.random.below(7200))]
        }
    }

    private static func typeless(_ sport: String) -> Oddity {
        Oddity(name: "type missing on \(sport)") { maker in
            var activity = maker.outing(.named(sport), at: .oslo, second: 61_200 + maker.random.below(3600))
            activity.type = nil
            return [activity]
        }
    }

    // MARK: Shapes

    private static let shapes: [Oddity] = [
        run("unknown sport") { activity, _ in
            activity.sportType = "Orienteering"
            activity.type = "Orienteering"
        },
        Oddity(name: "legacy type WaterSport") { maker in
            var activity = maker.outing(.named("Canoeing"), at: .oslo, second: 50_400)
            activity.type = "WaterSport"
            return [activity]
        },
        typeless("TrailRun"), typeless("GravelRide"),
        run("manual") { activity, _ in
            activity.isManual = true
            activity.deviceName = nil
            activity.externalID = nil
            activity.uploadID = nil
            activity.maxSpeed = 0
            activity.averageHeartrate = nil
            activity.maxHeartrate = nil
            activity.track = .null
        },
        run("indoors with a blank map") { activity, _ in
            activity.isIndoor = true
            activity.track = .blank
        },
        run("indoors with a null map") { activity, _ in
            activity.isIndoor = true
            activity.track = .null
        },
        run("coordinates absent") { activity, _ in activity.track = .absent },
        run("hidden map") { activity, _ in activity.track = .blank },
        run("no upload") { activity, _ in
            activity.externalID = nil
            activity.uploadID = nil
        },
        run("empty name") { activity, _ in activity.name = "" },
        run("missing name") { activity, _ in activity.name = nil },
        run("name of 400 characters") { activity, _ in
            activity.name = String(repeating: "Så langt som å bli til Kapp ", count: 15).prefix(400).description
        },
        run("name with control characters") { activity, _ in activity.name = "Tab\tLine\nQuote\" Nul\u{1}" },
        run("only me") { activity, _ in activity.visibility = .onlyMe },
        run("followers only") { activity, _ in activity.visibility = .followersOnly },
        run("race") { activity, maker in maker.makeRace(&activity) },
        run("late upload") { activity, maker in activity.id = maker.nextID(lateBy: 55) },
    ]

    // MARK: Numbers

    private static let numbers: [Oddity] = [
        run("everything with a fraction") { activity, _ in activity.numbers = .fractions },
        run("everything whole") { activity, _ in activity.numbers = .whole },
        run("metres with an exponent") { activity, _ in activity.numbers = .exponents },
        run("null distance") { activity, maker in
            activity.distance = nil
            maker.setSpeeds(&activity)
        },
        run("zero distance and time") { activity, maker in
            activity.distance = 0
            activity.movingTime = 0
            activity.elapsedTime = 0
            maker.setSpeeds(&activity)
        },
        // 1168 hours: a watch that was never stopped.
        run("absurd elapsed time") { activity, _ in activity.elapsedTime = 1168 * 3600 },
        run("null time zone") { activity, _ in activity.timezone = nil },
    ]

    // MARK: Times

    private static let times: [Oddity] = [
        abroad(.kolkata), abroad(.auckland), abroad(.atlantis),
        Oddity(name: "hidden start times") { maker in
            // Strava reports a hidden start as one second past midnight, so a day's activities share it.
            (0..<3).map { _ in maker.outing(.run, at: .oslo, second: 1, lengthPercent: 60) }
        },
        Oddity(name: "equal start times") { maker in
            // Two devices recorded the same ride.
            (0..<2).map { _ in maker.outing(.ride, at: .oslo, second: 61_200) }
        },
        Oddity(name: "last second of the day") { maker in
            [maker.outing(.run, at: .oslo, second: 86_399, lengthPercent: 60)]
        },
    ]

    private static func abroad(_ place: Place) -> Oddity {
        Oddity(name: "zone \(place.zone)") { maker in
            [maker.outing(.run, at: place, second: 22_500 + maker.random.below(3600))]
        }
    }
}
