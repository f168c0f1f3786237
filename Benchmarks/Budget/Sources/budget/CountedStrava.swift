import Accounting
import Actors
import Doubles
import Locking

/// What the run is judged by.
struct Tally: Sendable {
    /// Requests of ours that Strava refused, by the quarter of an hour.
    var refusals: [Int64: Int] = [:]
    /// How many reads each day held when the last request of a backfill was counted.
    var reach: [Int64: Int] = [:]
    /// How many requests of a backfill went into the reserve, by the day.
    var intrusions: [Int64: Int] = [:]
    var requests = 0
    var pages = 0
    var tokenCalls = 0
    var strangers = 0
}

/// Strava as far as the budget is concerned: it counts as the sandbox does, when a request comes, and answers some time later.
final class CountedStrava: StravaGateway {
    /// What the reserve leaves to a backfill of a day's reads.
    static let available = 1000 - 50

    private struct State {
        var account = Account(.standard)
        var random: SeededGenerator
        var tally = Tally()
    }

    private enum Answer {
        case granted(headers: [String: String], at: UTCInstant)
        case refused(headers: [String: String], at: UTCInstant)
    }

    private let timeline: Timeline
    private let list: [Activity]
    private let telling: Scenario.Telling
    private let state: Lock<State>

    /// - Parameter list: newest first.
    init(_ timeline: Timeline, list: [Activity], telling: Scenario.Telling, seed: UInt64) {
        self.timeline = timeline
        self.list = list
        self.telling = telling
        state = Lock(State(random: SeededGenerator(seed: seed)))
    }

    var tally: Tally { state.withLock { $0.tally } }

    /// Another program with the same client id sends a request.
    func stranger() {
        let now = timeline.now
        state.withLock { state in
            state.tally.strangers += 1
            _ = state.account.admitRead(now: now.milliseconds)
        }
    }

    /// How many requests Strava would admit now.
    var room: Int { state.withLock { max(0, $0.account.room(now: timeline.now.milliseconds)) } }

    // MARK: StravaGateway

    func exchange(code: Secret) async throws(StravaFailure) -> StravaReply<TokenGrant> { try await token() }

    func refresh(_ refreshToken: Secret) async throws(StravaFailure) -> StravaReply<TokenGrant> { try await token() }

    func activities(_ query: ActivityQuery, accessToken: Secret) async throws(StravaFailure)
        -> StravaReply<ActivityPage>
    {
        switch try await send(query.before == nil ? nil : query) {
        case .granted(let headers, let date):
            return StravaReply(
                page(query), usage: telling.hasUsage ? RateUsage(headers) : nil, serverDate: shown(date))
        case .refused(let headers, let date):
            throw StravaFailure(
                .limited, "429", usage: telling.hasUsage ? RateUsage(headers) : nil, serverDate: shown(date))
        }
    }

    /// Token calls are not counted, and their replies have no usage (that they are is not documented, and Paceline expects it).
    private func token() async throws(StravaFailure) -> StravaReply<TokenGrant> {
        state.withLock { $0.tally.tokenCalls += 1 }
        let replyAt = timeline.now + latency()
        try await wait(until: replyAt)
        let grant = TokenGrant(
            accessToken: Secret("access \(replyAt.seconds)"), refreshToken: Secret("refresh \(replyAt.seconds)"),
            expiresAt: replyAt + .seconds(21_600), athleteID: Simulation.athlete)
        return StravaReply(grant, serverDate: shown(replyAt))
    }

    /// - Parameter walk: the query of a backfill; nil for a look at the newest.
    private func send(_ walk: ActivityQuery?) async throws(StravaFailure) -> Answer {
        let latency = latency()
        let arrival = timeline.now + latency / 2
        let box = Box<Answer>()
        // Whoever is killed meanwhile has sent it all the same.
        timeline.at(arrival) { [self] in box.put(count(arrival, isWalk: walk != nil)) }
        try await wait(until: timeline.now + latency)
        guard let answer = box.take() else { throw StravaFailure(.unavailable, "no answer") }
        return answer
    }

    private func count(_ now: UTCInstant, isWalk: Bool) -> Answer {
        state.withLock { state in
            let isAdmitted = state.account.admitRead(now: now.milliseconds)
            state.tally.requests += 1
            if isWalk {
                state.tally.pages += 1
                let day = now.seconds / 86_400
                state.tally.reach[day] = state.account.readsToday
                if state.account.readsToday > Self.available { state.tally.intrusions[day, default: 0] += 1 }
            }
            guard isAdmitted else {
                state.tally.refusals[now.seconds / 900, default: 0] += 1
                return .refused(headers: state.account.headers, at: now)
            }
            return .granted(headers: state.account.headers, at: now)
        }
    }

    private func wait(until instant: UTCInstant) async throws(StravaFailure) {
        do { try await timeline.sleep { instant } } catch { throw StravaFailure(.unavailable, "cut") }
    }

    /// A tenth of a second to a second and a half; it depends on the seed and on the order of the requests alone.
    private func latency() -> Duration {
        state.withLock { .milliseconds(Int.random(in: 100...1500, using: &$0.random)) }
    }

    private func shown(_ date: UTCInstant) -> UTCInstant? {
        telling.hasDate ? UTCInstant(seconds: date.seconds) : nil
    }

    private func page(_ query: ActivityQuery) -> ActivityPage {
        var low = 0
        if let before = query.before {
            var high = list.count
            while low < high {
                let middle = (low + high) / 2
                if list[middle].startDate >= before { low = middle + 1 } else { high = middle }
            }
        }
        let first = min(list.count, low + (query.page - 1) * query.perPage)
        return ActivityPage(activities: Array(list[first..<min(list.count, first + query.perPage)]))
    }
}

/// A place for one value, between an event and the task that waits for it.
private final class Box<Value: Sendable>: Sendable {
    private let value: Lock<Value?>

    init() { value = Lock(nil) }

    func put(_ new: Value) { value.withLock { $0 = new } }

    func take() -> Value? { value.withLock { $0 } }
}

extension RateUsage {
    /// From headers in Strava's own form.
    init(_ headers: [String: String]) {
        func pair(_ name: String) -> Pair? { headers[name].flatMap(Pair.init) }
        self.init(
            overallLimit: pair("X-RateLimit-Limit"), overallUsage: pair("X-RateLimit-Usage"),
            readLimit: pair("X-ReadRateLimit-Limit"), readUsage: pair("X-ReadRateLimit-Usage"))
    }
}
