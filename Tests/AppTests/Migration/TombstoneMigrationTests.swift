import Actors
import Locking
import TestSupport
import Testing

@testable import paceline

/// Copies into a store that an earlier copy filled, while what was deleted has changed.
@Suite("Copying tombstones", .timeLimit(.minutes(5)))
struct TombstoneMigrationTests {
    @discardableResult
    private func migrate(
        _ readings: [StoreContents], to target: any Store
    ) async throws -> StoreMigration.Ending {
        let rest = Lock(Array(readings.dropFirst()))
        return try await StoreMigration(
            readSource: { () async throws(StoreFailure) in
                rest.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? readings[0] }
            }, target: target, clock: ManualClock(Holdings.now), tell: { _ in }
        ).run(readings[0])
    }

    @Test func whatTheSourceDeletesErasesAndBringsBackMeanwhileIsFollowed() async throws {
        let before = Holdings.whole(30, items: 2)
        var after = before
        let deleted = Tombstone(activity: after.activities.remove(at: 17), deletedAt: Holdings.now)
        after.tombstones.append(deleted)
        after.tombstones.remove(at: 0)
        after.activities.append(after.tombstones.remove(at: 2).activity)
        let target = MemoryStore()
        let ending = try await migrate([before, after], to: target)
        #expect(ending.isVerified)
        #expect(ContentSums(try await .read(target)) == ContentSums(after))
        #expect(await target.tombstones[deleted.activity.id] == Holdings.now)
    }

    /// What an earlier copy left, and what the source has become since.
    private static let sides: (earlier: StoreContents, source: StoreContents) = {
        var earlier = Holdings.whole(30, items: 2)
        earlier.tombstones[0].deletedAt = Holdings.now - .seconds(49 * 3600)
        var source = earlier
        source.tombstones.removeFirst()
        source.activities.append(source.tombstones.removeLast().activity)
        source.tombstones += source.activities.prefix(2).map {
            Tombstone(activity: $0, deletedAt: UTCInstant(milliseconds: 1_795_425_000_001))
        }
        source.activities.removeFirst(2)
        source.state.lastSuccessAt = UTCInstant(milliseconds: 1_795_425_000_001)
        return (earlier, source)
    }()
    /// The target's claim is taken back, one is erased, two are deleted, one is brought back, state.
    private static let writes = 5

    @Test(
        "cut short at any write, it claims nothing, what is deleted cannot be found, and a second run ends it",
        arguments: 0..<writes, [false, true])
    func interrupted(at write: Int, takesEffect: Bool) async throws {
        let (earlier, source) = Self.sides
        let target = try await MemoryStore.holding(earlier)
        let failing = UnreliableStore(target, failingWrite: write, takesEffect: takesEffect)
        await #expect(throws: StoreFailure.self) { try await migrate([source], to: failing) }
        let isBegun = write > 0 || takesEffect
        let isLast = write == Self.writes - 1 && takesEffect
        #expect(await target.state.isComplete == (!isBegun || isLast))
        let found = Set(try await target.activities().map(\.id))
        #expect(found.isSubset(of: Set((earlier.activities + source.activities).map(\.id))))
        #expect(try await migrate([source], to: target).isVerified)
        #expect(ContentSums(try await .read(target)) == ContentSums(source))
        #expect(try await migrate([source], to: target).written == 0)
    }

    @Test func uninterruptedItTakesAsManyWrites() async throws {
        let target = try await MemoryStore.holding(Self.sides.earlier)
        let counting = UnreliableStore(target, failingWrite: Self.writes, takesEffect: false)
        let ending = try await migrate([Self.sides.source], to: counting)
        #expect(ending.isVerified)
        #expect(ending.written == 4)
    }

    /// Three moments, activities, items, budget, tokens, state; then the deletion and the state.
    @Test(
        "a source that deletes while it is copied is copied by a second run, whatever cut the first short",
        arguments: 0..<10, [false, true])
    func interruptedWhileTheSourceDeletes(at write: Int, takesEffect: Bool) async throws {
        let before = Holdings.whole(30, items: 2)
        var after = before
        after.tombstones.append(Tombstone(activity: after.activities.remove(at: 17), deletedAt: Holdings.now))
        let target = MemoryStore()
        let failing = UnreliableStore(target, failingWrite: write, takesEffect: takesEffect)
        await #expect(throws: StoreFailure.self) { try await migrate([before, after], to: failing) }
        #expect(try await migrate([after], to: target).isVerified)
        #expect(ContentSums(try await .read(target)) == ContentSums(after))
    }

    /// As somebody does who deletes a row by hand; the copy's own tombstone of it is the ninth write, and erasing that the tenth.
    @Test("what vanished without a tombstone leaves none behind, whatever cut the first run short", arguments: 9..<11)
    func interruptedWhileARowVanishes(at write: Int) async throws {
        let before = Holdings.whole(30, items: 2)
        var after = before
        after.activities.remove(at: 17)
        let target = MemoryStore()
        let failing = UnreliableStore(target, failingWrite: write, takesEffect: false)
        await #expect(throws: StoreFailure.self) { try await migrate([before, after], to: failing) }
        #expect(try await migrate([after], to: target).isVerified)
        #expect(ContentSums(try await .read(target)) == ContentSums(after))
    }

    @Test func aTombstoneOfAnotherHistoryIsRefusedAndLeftAlone() async throws {
        let source = Holdings.whole(30, items: 2)
        var other = source
        other.tombstones.append(Holdings.tombstone(50))
        let target = try await MemoryStore.holding(other)
        await #expect(throws: MigrationRefusal.foreignRows(activities: 0, setAside: 0, tombstones: 1)) {
            try await migrate([source], to: target)
        }
        #expect(ContentSums(try await .read(target)) == ContentSums(other))
    }
}
