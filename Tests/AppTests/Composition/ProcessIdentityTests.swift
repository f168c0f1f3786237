import Glibc
import Testing

@testable import paceline

@Suite struct ProcessIdentityTests {
    @Test func itsNameTellsItAgain() throws {
        let own = try #require(ProcessIdentity.own)
        #expect(own.number == getpid())
        #expect(ProcessIdentity(name: own.name) == own)
        #expect(ProcessIdentity.own == own)
    }

    @Test(arguments: ["", "1s2k9", "a/b/c", "a/0/c", "a/-1/c", "a/1/c/d"])
    func whatIsNoSuchNameIsNobodys(_ name: String) {
        #expect(ProcessIdentity(name: name) == nil)
    }

    @Test func whoRunsIsNotGoneAndWhoeverHadTheNumberBeforeIs() throws {
        let own = try #require(ProcessIdentity.own)
        #expect(!own.isGone(seenFrom: own))
        var earlier = own
        earlier.start = "1"
        #expect(earlier.isGone(seenFrom: own))
    }

    @Test func whoHasEndedIsGone() throws {
        let own = try #require(ProcessIdentity.own)
        // Numbers end at 4,194,304 (PID_MAX_LIMIT).
        #expect(ProcessIdentity(place: own.place, number: 5_000_000, start: "1").isGone(seenFrom: own))
    }

    @Test func ofOtherMachinesAndContainersNobodyKnows() throws {
        let own = try #require(ProcessIdentity.own)
        #expect(!ProcessIdentity(place: "elsewhere", number: 5_000_000, start: "1").isGone(seenFrom: own))
    }
}
