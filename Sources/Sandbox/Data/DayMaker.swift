/// Makes the activities of one calendar day, drawing only from that day's own generator.
///
/// So a history that ends a day later is the same history with one day more: a mirror of yesterday's sandbox stays true.
struct DayMaker {
    let day: Int64
    let athleteID: Int64
    /// Tells one athlete's ids from another's.
    let series: Int
    var random: SplitMix64
    private var made = 0

    init(day: Int64, athleteID: Int64, series: Int) {
        self.day = day
        self.athleteID = athleteID
        self.series = series
        random = SplitMix64(seed: 0x5EED_0000 + UInt64(series), part: day)
    }

    /// An ordinary outing that begins at `second` of the day on the wall clock of `place`.
    mutating func outing(_ sport: Sport, at place: Place, second: Int, lengthPercent: Int = 100) -> SandboxActivity {
        let start = place.utc(wall: day * CivilTime.secondsPerDay + Int64(second))
        var activity = SandboxActivity(
            id: nextID(lateBy: lateness()), athleteID: athleteID, start: start,
            startLocal: start + place.offset(at: start),
            name: Names.usual(sport.name, second: second, &random), sportType: sport.name, type: sport.legacyType)
        activity.timezone = place.label
        measure(&activity, sport, lengthPercent: lengthPercent)
        dress(&activity, sport)
        if sport.isOutdoors { activity.track = route(around: place, metres: activity.distance ?? 0) }
        return activity
    }

    /// Eleven digits, growing with the day of upload; unique because each day numbers what it makes.
    mutating func nextID(lateBy days: Int = 0) -> Int64 {
        made += 1
        let uploadDay = day + Int64(days)
        let suffix = days * 10_000 + made * 100 + random.below(100)
        return 10_000_000_000 + Int64(series) * 30_000_000_000 + uploadDay * 1_000_000 + Int64(suffix)
    }

    /// Days from the activity to its upload; one in thirty was forgotten on the watch for a while.
    private mutating func lateness() -> Int { random.below(30) == 0 ? random.within(1...40) : 0 }

    private mutating func measure(_ activity: inout SandboxActivity, _ sport: Sport, lengthPercent: Int) {
        activity.movingTime = random.within(sport.minutes) * 60 * lengthPercent / 100 + random.below(60)
        let tenths = activity.movingTime * random.within(sport.pace) / 360
        activity.distance = Double(tenths) / 10
        activity.elapsedTime = activity.movingTime + random.below(activity.movingTime / 8 + 1)
        activity.elevationGain =
            sport.climb == 0 ? 0 : Double(tenths / 100 * random.within(10...sport.climb) / 100) / 10
        setSpeeds(&activity)
    }

    /// Sets both speeds to what distance and time say.
    mutating func setSpeeds(_ activity: inout SandboxActivity) {
        activity.averageSpeed = SandboxActivity.speed(distance: activity.distance, seconds: activity.movingTime)
        let peak = Double(random.within(115...170)) / 100
        activity.maxSpeed = (activity.averageSpeed * peak * 1000).rounded() / 1000
    }

    /// Turns a run into a race over a known distance, at a pace that suits it.
    mutating func makeRace(_ activity: inout SandboxActivity) {
        let race = Names.races[random.below(Names.races.count)]
        activity.name = race.name
        activity.workoutType = 1
        activity.distance = race.metres
        activity.movingTime = Int(race.metres) * random.within(238...275) / 1000
        activity.elapsedTime = activity.movingTime
        setSpeeds(&activity)
    }

    private mutating func dress(_ activity: inout SandboxActivity, _ sport: Sport) {
        activity.isIndoor = !sport.isOutdoors && sport.name != "Swim"
        activity.kudosCount = random.below(24)
        activity.achievementCount = random.chance(20) ? random.within(1...9) : 0
        activity.deviceName = random.chance(90) ? "Trailmark 3" : nil
        activity.uploadID = activity.id + 1_000_000_000
        activity.externalID = "trailmark_\(activity.id % 1_000_000_000).fit"
        activity.numbers = random.pick([(90, .usual), (5, .fractions), (5, .whole)]) ?? .usual
        let draw = random.below(100)
        activity.visibility = draw < 3 ? .onlyMe : draw < 15 ? .followersOnly : .everyone
        if random.chance(85) {
            let average = random.within(1180...1620)
            activity.averageHeartrate = Double(average) / 10
            activity.maxHeartrate = Double(average / 10 + random.within(8...32))
        }
        switch activity.type {
        case "Run", "VirtualRun":
            activity.gearID = "g2001"
            activity.averageCadence = Double(random.within(780...920)) / 10
            activity.workoutType = 0
        case "Ride", "VirtualRide":
            activity.gearID = "b1001"
            activity.averageWatts = Double(random.within(1300...2600)) / 10
            activity.workoutType = 10
        default: break
        }
        // Seen on sports newer than the legacy list: no `type` at all.
        if ["TrailRun", "GravelRide"].contains(activity.sportType), random.chance(25) { activity.type = nil }
        if !sport.isOutdoors { activity.track = random.chance(50) ? .blank : .null }
    }

    private mutating func route(around place: Place, metres: Double) -> SandboxActivity.Track {
        let step = max(20, Int(metres) / 24)
        var point = [place.latitude + random.within(-2_000...2_000), place.longitude + random.within(-2_000...2_000)]
        var points = [point]
        var heading = (random.within(-step...step), random.within(-step...step))
        for _ in 0..<16 {
            heading.0 = (heading.0 * 3 + random.within(-step...step)) / 4
            heading.1 = (heading.1 * 3 + random.within(-step...step)) / 4
            point = [point[0] + heading.0, point[1] + heading.1]
            points.append(point)
        }
        return .route(polyline: Polyline.encode(points), start: points[0], end: point)
    }
}
