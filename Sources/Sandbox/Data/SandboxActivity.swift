/// One invented activity: the truth that its JSON tells, in all of Strava's dialects.
///
/// Units are Strava's: metres, seconds, metres per second, beats per minute. An optional that is nil is missing from the JSON
/// or null there, as ``json`` says.
package struct SandboxActivity: Sendable, Hashable, Identifiable {
    /// Who may see it.
    package enum Visibility: String, Sendable, CaseIterable {
        case everyone
        case followersOnly = "followers_only"
        case onlyMe = "only_me"
    }

    /// What the map says, and the coordinates of start and end with it.
    package enum Track: Sendable, Hashable {
        /// Coordinates in degrees times 100,000.
        case route(polyline: String, start: [Int], end: [Int])
        /// `""` and `[]`: a hidden map, or indoors since 2021.
        case blank
        /// `null` everywhere: manual entries, and indoors before that.
        case null
        /// The coordinate keys are missing.
        case absent
    }

    /// How numbers are written; Strava's literals vary for the same field.
    package enum Numbers: Sendable, Hashable {
        /// Metres with a fraction, seconds without.
        case usual
        /// Everything with a fraction, seconds too: `7200.0`.
        case fractions
        /// Everything without, rounded: `9`.
        case whole
        /// Metres with an exponent: `104215e-1`.
        case exponents
    }

    package var id: Int64
    package var athleteID: Int64
    /// Nil: the key is missing.
    package var name: String?
    package var sportType: String
    /// The legacy sport; nil: the key is missing.
    package var type: String?
    /// Seconds since the epoch.
    package var start: Int64
    /// The athlete's wall clock at the start, in seconds since 1970-01-01T00:00:00 on that clock.
    package var startLocal: Int64
    /// As Strava writes it: `(GMT+01:00) Europe/Oslo`; nil: null.
    package var timezone: String?
    /// Nil: null.
    package var distance: Double?
    package var movingTime: Int
    package var elapsedTime: Int
    package var elevationGain: Double
    package var averageSpeed: Double
    package var maxSpeed: Double
    /// Nil: the keys are missing.
    package var averageHeartrate: Double?
    package var maxHeartrate: Double?
    package var averageCadence: Double?
    package var averageWatts: Double?
    package var kudosCount: Int
    package var achievementCount: Int
    package var visibility: Visibility
    package var isManual: Bool
    package var isIndoor: Bool
    package var isCommute: Bool
    /// Nil: null.
    package var workoutType: Int?
    package var gearID: String?
    package var deviceName: String?
    package var externalID: String?
    package var uploadID: Int64?
    package var track: Track
    package var numbers: Numbers

    /// A run of ten kilometres, for tests that need an activity of their own.
    package init(
        id: Int64, athleteID: Int64, start: Int64, startLocal: Int64, name: String? = "Test Run",
        sportType: String = "Run", type: String? = "Run", distance: Double? = 10_000, movingTime: Int = 3000,
        visibility: Visibility = .everyone
    ) {
        self.id = id
        self.athleteID = athleteID
        self.name = name
        self.sportType = sportType
        self.type = type
        self.start = start
        self.startLocal = startLocal
        timezone = Place.oslo.label
        self.distance = distance
        self.movingTime = movingTime
        elapsedTime = movingTime
        elevationGain = 0
        averageSpeed = Self.speed(distance: distance, seconds: movingTime)
        maxSpeed = averageSpeed
        kudosCount = 0
        achievementCount = 0
        self.visibility = visibility
        isManual = false
        isIndoor = false
        isCommute = false
        track = .blank
        numbers = .usual
    }

    /// Seconds that the wall clock was ahead of UTC.
    package var utcOffset: Int64 { startLocal - start }

    /// Metres per second to three decimals, as Strava rounds it; zero without time.
    static func speed(distance: Double?, seconds: Int) -> Double {
        guard let distance, seconds > 0 else { return 0 }
        return (distance / Double(seconds) * 1000).rounded() / 1000
    }
}
