import Actors
import Testing

@testable import paceline

@Suite("What a copy does with tombstones")
struct TombstonePlanTests {
    private static let underWay = SyncState(athleteID: Holdings.athlete)
    private static let longAgo = UTCInstant(milliseconds: 0)

    private func plan(_ source: StoreContents, _ target: StoreContents, lost: Set<Int64> = []) -> MigrationPlan {
        MigrationPlan(from: source, to: target, lost: lost, now: Holdings.now)
    }

    private func burial(_ tombstones: Tombstone...) -> MigrationPlan.Step {
        let rows = tombstones.map(\.activity).sorted { $0.id < $1.id }
        return .commit(
            SyncBatch(
                upserts: rows, deletions: rows.map(\.id), state: Self.underWay, fetchedAt: tombstones[0].deletedAt))
    }

    private func end(_ source: StoreContents) -> MigrationPlan.Step {
        .commit(SyncBatch(state: source.state, fetchedAt: UTCInstant(seconds: 1_795_420_000)))
    }

    @Test func eachMomentIsABatchOfItsOwnWhichBringsWhatItDeletes() {
        let source = Holdings.whole(0, items: 0)
        var target = source
        target.tombstones = []
        let all = source.tombstones.sorted { $0.activity.id < $1.activity.id }
        let moments = Set(all.map(\.deletedAt)).sorted()
        let steps = moments.map { moment in
            let rows = all.filter { $0.deletedAt == moment }.map(\.activity)
            return MigrationPlan.Step.commit(
                SyncBatch(upserts: rows, deletions: rows.map(\.id), state: Self.underWay, fetchedAt: moment))
        }
        #expect(moments.count == 3)
        #expect(plan(source, target).steps == steps + [end(source)])
        #expect(plan(source, target).rows == 5, "a tombstone is one row")
    }

    @Test func manyOfOneMomentGoInChunks() {
        var source = Holdings.whole(0, items: 0)
        var target = source
        target.tombstones = []
        source.tombstones = (0..<1203).map {
            Tombstone(activity: Holdings.activity($0), deletedAt: UTCInstant(milliseconds: 5))
        }
        #expect(plan(source, target).steps.map(\.rows) == [500, 500, 203, 0])
    }

    @Test func whatIsThereAlreadyIsNotWrittenAgain() {
        let source = Holdings.whole(3, items: 1)
        var target = source
        let missing = target.tombstones.remove(at: 2)
        #expect(plan(source, target).steps == [burial(missing), end(source)])
    }

    @Test func anotherMomentOrAnotherRowIsWrittenOver() {
        let source = Holdings.whole(3, items: 1)
        var target = source
        target.tombstones[1].deletedAt = target.tombstones[1].deletedAt + .milliseconds(1)
        #expect(plan(source, target).steps == [burial(source.tombstones[1]), end(source)])
        target = source
        target.tombstones[1].activity.name += "?"
        #expect(plan(source, target).steps == [burial(source.tombstones[1]), end(source)])
    }

    @Test func whatTheTargetStillStoresAndTheSourceHasDeletedIsDeletedAtTheSourcesMoment() {
        let source = Holdings.whole(3, items: 1)
        var target = source
        target.activities.append(target.tombstones.remove(at: 4).activity)
        let deleted = source.tombstones[4]
        #expect(plan(source, target).steps == [burial(deleted), end(source)])
        #expect(plan(source, target, lost: [deleted.activity.id]).steps == [burial(deleted), end(source)])
    }

    @Test func whatTheSourceStoresAgainIsBroughtBack() {
        let target = Holdings.whole(3, items: 1)
        var source = target
        let back = source.tombstones.removeLast().activity
        source.activities.append(back)
        #expect(
            plan(source, target).steps == [
                .commit(
                    SyncBatch(
                        upserts: [back], state: Self.underWay, fetchedAt: UTCInstant(seconds: 1_795_420_000))),
                end(source),
            ])
    }

    @Test func whatTheSourceHadAndHasNoTombstoneOfIsErasedAndNothingElseIs() {
        let source = Holdings.whole(10)
        var target = source
        target.activities += [Holdings.activity(50), Holdings.activity(51)]
        let plan = plan(source, target, lost: [50, 999])
        #expect(
            plan.steps == [
                .commit(SyncBatch(deletions: [50], state: Self.underWay, fetchedAt: Self.longAgo)),
                .erase(deletedBefore: Self.longAgo + .milliseconds(1), count: 0), end(source),
            ])
        #expect(plan.rows == 1)
    }

    /// A store erases by time alone.
    @Test func whatTheSourceHasErasedIsErasedAndWhatGoesWithItIsWrittenAgain() {
        let source = Holdings.whole(3, items: 1)
        var target = source
        // Of the three moments at which something was deleted, the second.
        let ended = Tombstone(activity: Holdings.activity(50), deletedAt: source.tombstones[1].deletedAt)
        target.tombstones.append(ended)
        let plan = plan(source, target)
        #expect(
            plan.steps == [
                .commit(SyncBatch(state: Self.underWay, fetchedAt: Self.longAgo)),
                .erase(deletedBefore: ended.deletedAt + .milliseconds(1), count: 5),
                burial(source.tombstones[0], source.tombstones[3]), burial(source.tombstones[1], source.tombstones[4]),
                end(source),
            ])
        #expect(plan.rows == 9)
    }
}
