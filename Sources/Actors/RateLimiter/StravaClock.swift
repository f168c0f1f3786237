/// What is known of Strava's clock, by which its windows begin and end.
///
/// Each reply's `Date` bounds how far it is from ours: Strava wrote it after the request was sent and before the reply came. Before
/// the first one, and so after every start, the bounds are two minutes either way: a window that was spent is then taken to
/// last that much longer. Invariant: while the clocks differ by no more than that, no window is believed to have begun that
/// has not.
struct StravaClock: Sendable {
    /// A new window begins this long after its boundary, or when Strava's `Date` says that it has begun.
    ///
    /// The bounds may be a little out, because clocks drift, and a request that comes early counts for the old window.
    static let boundaryMargin = Duration.seconds(3)
    /// How far the local clock may be out before a reply tells.
    static let doubt = Duration.seconds(120)
    /// Milliseconds; programs that share a client id should not all begin in the same second.
    static let longestJitter: UInt64 = 5000

    /// The best guess at Strava's clock minus ours.
    private(set) var skew = Duration.zero
    /// It is no less than this, and no more than that.
    private var least = Duration.zero - StravaClock.doubt
    private var most = StravaClock.doubt
    private var jitter = Duration.zero
    private var random: any RandomNumberGenerator & Sendable

    /// - Parameter random: where the jitter comes from.
    init(random: any RandomNumberGenerator & Sendable) {
        self.random = random
        drawJitter()
    }

    /// A moment that has certainly come for Strava, and by a margin, when it is `now` here.
    func settledTime(at now: UTCInstant) -> UTCInstant { now + least - Self.boundaryMargin - jitter }

    /// When ``settledTime(at:)`` reaches `instant`, on the local clock.
    func localTime(settled instant: UTCInstant) -> UTCInstant { instant - least + Self.boundaryMargin + jitter }

    /// Until when it may certainly not yet be `instant` for Strava, on the local clock.
    func earliest(_ instant: UTCInstant) -> UTCInstant { instant - most - Self.boundaryMargin }

    /// Draws how long the next window is waited for beyond the margin: up to five seconds.
    mutating func drawJitter() {
        jitter = .milliseconds(Int64(random.next() % (Self.longestJitter + 1)))
    }

    /// Learns from the `Date` of a reply, in whole seconds, to a request that was sent no earlier than `sent`.
    ///
    /// What contradicts the earlier bounds replaces them: a clock was set.
    mutating func observed(_ date: UTCInstant, sent: UTCInstant, at now: UTCInstant) {
        let (lower, upper) = (date - now, date + .seconds(1) - sent)
        if lower <= most, upper >= least {
            (least, most) = (max(least, lower), min(most, upper))
        } else {
            (least, most) = (lower, max(lower, upper))
        }
        skew = min(max(skew, least), most)
    }
}
