import Testing

@testable import Actors

@Suite struct LeaseRecordTests {
    private let start = UTCInstant(seconds: 1_795_000_000)
    private var lease = LeaseRecord()

    @Test("the first who asks has it, and the others are told for how long")
    func exclusive() {
        var lease = lease
        #expect(lease.take(by: "a", .background, at: start) == .begun)
        #expect(lease.take(by: "a", .background, at: start + .seconds(1)) == .kept)
        #expect(lease.take(by: "b", .scheduled, at: start + .seconds(5)) == .taken(for: .seconds(25)))
    }

    @Test("it is renewed when less than twenty seconds are left, so that a step always has as much")
    func renewed() {
        var lease = lease
        _ = lease.take(by: "a", .background, at: start)
        let before = lease
        #expect(lease.take(by: "a", .background, at: start + .seconds(10)) == .kept)
        #expect(lease == before)
        #expect(lease.take(by: "a", .background, at: start + .seconds(11)) == .kept)
        #expect(lease.hold?.until == start + .seconds(41))
    }

    @Test("whoever dies holds up nobody for longer than the term, and who wakes up late begins anew")
    func takenOver() {
        var lease = lease
        _ = lease.take(by: "a", .background, at: start)
        #expect(lease.take(by: "b", .background, at: start + .seconds(29)) == .taken(for: .seconds(1)))
        #expect(lease.take(by: "b", .background, at: start + .seconds(30)) == .begun)
        #expect(lease.take(by: "a", .background, at: start + .seconds(31)) == .taken(for: .seconds(29)))
        lease.giveBack(by: "a", resting: nil, at: start + .seconds(32))
        #expect(lease.take(by: "b", .background, at: start + .seconds(32)) == .kept)
    }

    @Test("a person who waits in another process goes next, and the rest of the work after")
    func claimed() {
        var lease = lease
        _ = lease.take(by: "a", .background, at: start)
        #expect(lease.take(by: "b", .interactive, at: start) == .taken(for: .seconds(30)))
        // Between two steps: even of a person's work, for the newest page is not to wait for a whole re-reading.
        #expect(lease.take(by: "a", .interactive, at: start + .seconds(1)) == .taken(for: .seconds(4)))
        #expect(lease.take(by: "b", .interactive, at: start + .seconds(1)) == .begun)
        lease.giveBack(by: "b", resting: nil, at: start + .seconds(2))
        #expect(lease.take(by: "a", .background, at: start + .seconds(2)) == .begun)
    }

    @Test("a claim of a process that does not come back is forgotten")
    func claimExpires() {
        var lease = lease
        _ = lease.take(by: "a", .background, at: start)
        _ = lease.take(by: "b", .interactive, at: start)
        #expect(lease.take(by: "a", .background, at: start + .seconds(5)) == .kept)
    }

    @Test("a claim is kept up by asking again")
    func claimRenewed() {
        var lease = lease
        _ = lease.take(by: "a", .background, at: start)
        _ = lease.take(by: "b", .interactive, at: start)
        _ = lease.take(by: "b", .interactive, at: start + .seconds(4))
        #expect(lease.take(by: "a", .background, at: start + .seconds(6)) == .taken(for: .seconds(3)))
    }

    @Test("only what a person waits for makes the holder give way")
    func onlyPeopleClaim() {
        var lease = lease
        _ = lease.take(by: "a", .background, at: start)
        _ = lease.take(by: "b", .scheduled, at: start)
        #expect(lease.take(by: "a", .background, at: start) == .kept)
    }

    @Test("while it rests nobody takes it for what is no more urgent, and a person does")
    func rests() {
        var lease = lease
        _ = lease.take(by: "a", .background, at: start)
        let rest = LeaseRecord.Rest(
            upTo: .scheduled, until: start + .seconds(300), code: .stravaUnavailable, message: "503", failures: 2)
        lease.giveBack(by: "a", resting: rest, at: start)
        #expect(lease.take(by: "b", .scheduled, at: start) == .resting(rest, for: .seconds(300)))
        #expect(lease.take(by: "a", .background, at: start + .seconds(299)) == .resting(rest, for: .seconds(1)))
        #expect(lease.take(by: "b", .interactive, at: start + .seconds(299)) == .begun)
        // What a person's request has shown to be well is well for whatever follows.
        #expect(lease.take(by: "b", .background, at: start + .seconds(299)) == .kept)
        lease.giveBack(by: "b", resting: nil, at: start + .seconds(299))
        #expect(lease.take(by: "a", .background, at: start + .seconds(299)) == .begun)
    }

    @Test("who does not hold it cannot give it back, but no longer claims it")
    func onlyTheHolderGivesBack() {
        var lease = lease
        _ = lease.take(by: "a", .background, at: start)
        _ = lease.take(by: "b", .interactive, at: start)
        lease.giveBack(by: "b", resting: .init(upTo: .interactive, until: start + .seconds(9)), at: start)
        #expect(lease == LeaseRecord(hold: .init(holder: "a", until: start + .seconds(30))))
    }

    @Test("what a clock that was wrong wrote ends at once", arguments: [-1, 86_401])
    func wrongClock(_ seconds: Int) {
        let far = start + .seconds(seconds)
        var lease = LeaseRecord(
            hold: .init(holder: "a", until: far), claim: .init(holder: "b", until: far),
            rest: .init(upTo: .interactive, until: far))
        #expect(lease.take(by: "c", .background, at: start) == .begun)
        #expect(lease == LeaseRecord(hold: .init(holder: "c", until: start + .seconds(30))))
    }
}
