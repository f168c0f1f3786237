/// Where a page of the list ends: what begins the next page, as far as the starts on this one tell.
///
/// Strava orders and bounds its list by when activities truly began. Of one whose start time is hidden it tells a second past the
/// midnight before instead (changelog of 2024-07-03), so it may stand as far from where its date belongs as ``reach``. A page on which
/// that shows, or may, hands on a bound that lies so much higher: some items come twice, and none is passed over.
struct PageSeam: Sendable, Hashable {
    /// How far what is told of a start may be off: a day, and the widest zone, where the midnight is that of UTC.
    static let reach = Duration.seconds(2 * 86_400)

    /// Whatever stands lower in the list than this page began before this moment.
    var bound: UTCInstant
    /// Whether `bound` is the second after the page's oldest item.
    var isExact: Bool
}

extension ActivityPage {
    /// Where the page ends; nil when that cannot be told: no item has a date, or the dates are in an order that hidden starts do not
    /// explain.
    var seam: PageSeam? {
        guard let oldest, greatestRise <= PageSeam.reach else { return nil }
        let isExact = greatestRise == .zero && !activities.contains { $0.startDate == oldest && $0.mayHideItsStart }
        return PageSeam(bound: oldest + .seconds(1) + (isExact ? .zero : PageSeam.reach), isExact: isExact)
    }

    /// By how much an item is told to have begun later than one that stands above it.
    private var greatestRise: Duration {
        var (rise, lowest) = (Duration.zero, activities.first?.startDate)
        for activity in activities {
            guard let above = lowest else { break }
            rise = max(rise, activity.startDate - above)
            lowest = min(above, activity.startDate)
        }
        return rise
    }
}

extension Activity {
    /// Whether the start reads as Strava writes one whose time is hidden.
    ///
    /// Whether the midnight is the athlete's or that of UTC is not documented, so either will do.
    var mayHideItsStart: Bool { startDateLocal.seconds.isFirstOfDay || startDate.seconds.isFirstOfDay }
}

extension Int64 {
    /// Whether so many seconds after a midnight it is a second past one.
    fileprivate var isFirstOfDay: Bool { (self - 1).isMultiple(of: 86_400) }
}

extension ActivityMirror {
    /// What is stored within the stretch of the list that a page covers, and is not on it: nothing where the page proves nothing.
    ///
    /// Stored starts may be off as well, as those on the page are, so this names some that are there: on the next page, or with a start
    /// that is hidden.
    ///
    /// - Parameter bound: where the stretch begins; nil at the top of the list.
    func missing(from page: ActivityPage, startedBefore bound: UTCInstant?) -> [Int64] {
        guard let oldest = page.oldest, let seam = page.seam, !page.hasUnknownItems else { return [] }
        // The second of the oldest is left to the next page, which repeats it, unless the page is short and may be the last.
        let isSeamShared = seam.isExact && !page.isShort
        return missing(
            from: page.ids, startedBefore: bound, notBefore: isSeamShared ? oldest + .seconds(1) : oldest)
    }
}
