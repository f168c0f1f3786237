import Reactor
import Testing

@testable import Postgres

@Suite struct ConnectTurnsTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)
    private static let deadline = start + .seconds(9)

    private static func turns(_ addresses: String...) -> ConnectTurns {
        ConnectTurns(addresses.map { HostAddress(host: "db", address: $0) }, until: deadline)
    }

    @Test func theTimeIsDividedAmongTheAddresses() {
        var turns = Self.turns("a", "b", "c")
        #expect(turns.end(of: "a", at: Self.start) == Self.start + .seconds(3))
        #expect(turns.end(of: "a", at: Self.start + .seconds(2)) == Self.start + .seconds(3), "one turn, one end")
        #expect(turns.passOn() == true)
        #expect(turns.remaining.map(\.address) == ["b", "c"])
        #expect(turns.end(of: "b", at: Self.start + .seconds(3)) == Self.start + .seconds(6))
        #expect(turns.passOn() == true)
        #expect(turns.end(of: "c", at: Self.start + .seconds(6)) == Self.deadline)
        #expect(turns.passOn() == false)
    }

    @Test func whatARefusalLeavesGoesToTheOthers() {
        var turns = Self.turns("a", "b", "c")
        _ = turns.end(of: "a", at: Self.start)
        // libpq went on by itself.
        #expect(turns.end(of: "b", at: Self.start + .seconds(1)) == Self.start + .seconds(5))
        #expect(turns.passOn() == true)
        #expect(turns.remaining.map(\.address) == ["c"])
    }

    @Test func whatLibpqLooksUpItselfHasAllTheTime() {
        var turns = Self.turns()
        #expect(turns.end(of: nil, at: Self.start) == Self.deadline)
        #expect(turns.end(of: "10.0.0.1", at: Self.start + .seconds(8)) == Self.deadline)
        #expect(turns.passOn() == false)
    }
}
