import TestSupport
import Testing

@testable import Actors

@Suite struct LeaseHolderTests {
    private let store = MemoryStore()

    private func holder(_ name: String, dead: Set<String> = []) -> LeaseHolder {
        LeaseHolder(.sync, as: LeaseParty(name: name) { dead.contains($0) }, in: store)
    }

    @Test("whoever is known to have ended is not waited for")
    func dead() async throws {
        #expect(try await holder("a").take(.background) == .begun)
        #expect(try await holder("b").take(.background) == .taken(for: LeaseRecord.term))
        #expect(try await holder("b", dead: ["a"]).take(.background) == .begun)
        #expect(try await holder("a").take(.background) == .taken(for: LeaseRecord.term))
    }

    @Test("what is given back is free at once, or rests for as long as was said, by the store's clock")
    func givenBack() async throws {
        let (one, other) = (holder("a"), holder("b"))
        _ = try await one.take(.background)
        try await one.giveBack()
        #expect(try await other.take(.background) == .begun)
        let rest = LeaseRecord.Rest(upTo: .background, until: UTCInstant(seconds: 0))
        try await other.giveBack(resting: rest, for: .seconds(60))
        guard case .resting(let found, for: .seconds(60)) = try await one.take(.background) else {
            Issue.record("nobody rests")
            return
        }
        #expect(found.upTo == .background)
        #expect(try await one.take(.scheduled) == .begun)
    }
}
