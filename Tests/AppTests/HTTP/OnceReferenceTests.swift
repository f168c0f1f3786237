import Testing

@testable import paceline

@Suite("A reference that is set once")
struct OnceReferenceTests {
    private final class Thing: Sendable {}

    @Test func theFirstOneStays() {
        let reference = OnceReference<Thing>()
        #expect(reference.load() == nil)
        let (first, second) = (Thing(), Thing())
        #expect(reference.storeIfNil(first) === first)
        #expect(reference.storeIfNil(second) === first)
        #expect(reference.load() === first)
    }

    @Test func itHoldsWhatItWasGivenAsLongAsItLivesAndNothingElse() {
        weak var kept: Thing?
        weak var refused: Thing?
        do {
            let reference = OnceReference<Thing>()
            do {
                let (first, second) = (Thing(), Thing())
                (kept, refused) = (first, second)
                reference.storeIfNil(first)
                reference.storeIfNil(second)
            }
            #expect(kept != nil)
            #expect(refused == nil)
            #expect(reference.load() != nil)
        }
        #expect(kept == nil)
    }

    @Test func ofManyAtOnceAllSeeTheSame() async {
        for _ in 0..<100 {
            let holder = Holder()
            let seen = await withTaskGroup(of: ObjectIdentifier.self) { group in
                for _ in 0..<8 { group.addTask { ObjectIdentifier(holder.reference.storeIfNil(Thing())) } }
                return await group.reduce(into: Set<ObjectIdentifier>()) { $0.insert($1) }
            }
            #expect(seen.count == 1)
        }
    }

    private final class Holder: Sendable {
        let reference = OnceReference<Thing>()
    }
}
