/// A place where the athlete trains: its zone and a spot to draw routes around.
///
/// The summer-time rules stand here in arithmetic, because a zone database would make the data depend on the machine.
struct Place: Sendable {
    /// When the clocks are an hour ahead.
    enum SummerTime: Sendable {
        case never
        /// Last Sundays of March and October, 01:00 UTC.
        case europe
        /// Second Sunday of March and first of November, 02:00 on the wall.
        case america
        /// First Sundays of October and April, 02:00 and 03:00 on the wall.
        case southAustralia
        /// Last Sunday of September and first of April, 02:00 and 03:00 on the wall.
        case newZealand
    }

    var zone: String
    /// Seconds ahead of UTC in winter.
    var standardOffset: Int64
    var summerTime: SummerTime
    /// Degrees times 100,000.
    var latitude: Int
    var longitude: Int

    /// The zone as Strava writes it: `(GMT+01:00) Europe/Oslo`, with the winter offset all year.
    var label: String {
        let minutes = Int(standardOffset.magnitude) / 60
        let sign = standardOffset < 0 ? "-" : "+"
        return "(GMT\(sign)\(CivilTime.padded(minutes / 60, 2)):\(CivilTime.padded(minutes % 60, 2))) \(zone)"
    }

    /// Seconds that clocks here are ahead of UTC at a moment in seconds since the epoch.
    func offset(at utc: Int64) -> Int64 {
        isSummer(at: utc) ? standardOffset + 3600 : standardOffset
    }

    /// The moment when clocks here showed `wall`; the earlier one in autumn's doubled hour.
    func utc(wall: Int64) -> Int64 {
        let inSummer = wall - standardOffset - 3600
        return isSummer(at: inSummer) ? inSummer : wall - standardOffset
    }

    private func isSummer(at utc: Int64) -> Bool {
        let year = CivilTime.year(utc + standardOffset)
        func instant(_ nth: Int, _ month: Int, _ secondOfDay: Int64) -> Int64 {
            CivilTime.sunday(nth, month: month, year: year) * CivilTime.secondsPerDay + secondOfDay
        }
        switch summerTime {
        case .never:
            return false
        case .europe:
            return utc >= instant(5, 3, 3600) && utc < instant(5, 10, 3600)
        case .america:
            return utc >= instant(2, 3, 7200 - standardOffset) && utc < instant(1, 11, 3600 - standardOffset)
        case .southAustralia:
            return utc >= instant(1, 10, 7200 - standardOffset) || utc < instant(1, 4, 7200 - standardOffset)
        case .newZealand:
            return utc >= instant(5, 9, 7200 - standardOffset) || utc < instant(1, 4, 7200 - standardOffset)
        }
    }

    static let oslo = Place(
        zone: "Europe/Oslo", standardOffset: 3600, summerTime: .europe, latitude: 5_996_400, longitude: 1_067_000)
    static let mallorca = Place(
        zone: "Europe/Madrid", standardOffset: 3600, summerTime: .europe, latitude: 3_957_100, longitude: 265_000)
    static let london = Place(
        zone: "Europe/London", standardOffset: 0, summerTime: .europe, latitude: 5_150_700, longitude: -16_500)
    static let denver = Place(
        zone: "America/Denver", standardOffset: -25_200, summerTime: .america, latitude: 3_973_900,
        longitude: -10_499_000)
    static let newYork = Place(
        zone: "America/New_York", standardOffset: -18_000, summerTime: .america, latitude: 4_078_200,
        longitude: -7_396_500)
    static let kolkata = Place(
        zone: "Asia/Kolkata", standardOffset: 19_800, summerTime: .never, latitude: 2_257_200, longitude: 8_836_300)
    static let adelaide = Place(
        zone: "Australia/Adelaide", standardOffset: 34_200, summerTime: .southAustralia, latitude: -3_492_800,
        longitude: 13_860_000)
    static let auckland = Place(
        zone: "Pacific/Auckland", standardOffset: 43_200, summerTime: .newZealand, latitude: -3_684_800,
        longitude: 17_476_300)
    /// No zone database knows it; Strava has sent such names.
    static let atlantis = Place(
        zone: "Europe/Atlantis", standardOffset: 3600, summerTime: .never, latitude: 3_800_000, longitude: -2_600_000)

    static let destinations = [mallorca, london, denver, newYork, kolkata, adelaide, auckland]
}
