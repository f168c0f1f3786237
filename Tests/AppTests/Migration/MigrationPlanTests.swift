import Actors
import Testing

@testable import paceline

@Suite("What a copy writes")
struct MigrationPlanTests {
    private func plan(
        _ source: StoreContents, _ target: StoreContents = StoreContents(), lost: Set<Int64> = []
    ) -> [MigrationPlan.Step] {
        MigrationPlan(from: source, to: target, lost: lost, now: Holdings.now).steps
    }

    private func batches(_ steps: [MigrationPlan.Step]) -> [SyncBatch] {
        steps.compactMap { if case .commit(let batch) = $0 { batch } else { nil } }
    }

    @Test func intoAnEmptyStoreEverythingGoesInChunksAndTheStateGoesLast() {
        let source = Holdings.whole(1203, items: 45)
        let steps = plan(source)
        #expect(batches(steps).map(\.upserts.count) == [2, 2, 1, 500, 500, 203, 0, 0, 0, 0])
        #expect(batches(steps).map(\.rejected.count) == [0, 0, 0, 0, 0, 0, 20, 20, 5, 0])
        #expect(steps.count == 12)
        #expect(steps[9...10] == [.save(Holdings.budget), .authorize(Holdings.authorization)])
        #expect(
            steps.last
                == .commit(SyncBatch(state: source.state, fetchedAt: UTCInstant(seconds: 1_795_420_000))))
    }

    @Test func untilTheLastStepTheStateSaysThatNothingIsComplete() {
        for batch in batches(plan(Holdings.whole())).dropLast() {
            #expect(batch.state == SyncState(athleteID: Holdings.athlete))
        }
        var adopted = Holdings.whole(3)
        adopted.state.athleteID = nil
        #expect(batches(plan(adopted))[0].state.athleteID == Holdings.athlete, "known from the tokens alone")
    }

    @Test func whatIsThereAlreadyIsNotWrittenAgain() {
        let source = Holdings.whole(1203, items: 45)
        #expect(plan(source, source).isEmpty)
        var part = source
        part.activities.removeFirst(700)
        part.setAside.removeLast(2)
        part.state = SyncState(athleteID: Holdings.athlete)
        (part.authorization, part.budget) = (nil, nil)
        let steps = plan(source, part)
        #expect(batches(steps).flatMap(\.upserts) == Array(source.activities.prefix(700)))
        #expect(batches(steps).flatMap(\.rejected) == Array(source.setAside.suffix(2)))
        #expect(MigrationPlan(from: source, to: part, now: Holdings.now).rows == 702)
    }

    @Test func aRowThatDiffersIsWrittenAndTheTargetIsIncompleteMeanwhile() {
        let source = Holdings.whole(10, items: 2)
        var target = source
        target.activities[3].name += "?"
        #expect(
            batches(plan(source, target)) == [
                SyncBatch(
                    upserts: [source.activities[3]], state: SyncState(athleteID: Holdings.athlete),
                    fetchedAt: UTCInstant(seconds: 1_795_420_000)),
                SyncBatch(state: source.state, fetchedAt: UTCInstant(seconds: 1_795_420_000)),
            ])
        var item = source
        item.setAside[1].reason += "?"
        #expect(batches(plan(source, item)).map(\.rejected) == [[source.setAside[1]], []])
    }

    @Test func singleRowsAreWrittenAlone() {
        let source = Holdings.whole(10, items: 2)
        var target = source
        target.budget = nil
        #expect(plan(source, target) == [.save(Holdings.budget)])
        target = source
        target.authorization?.accessToken = "older"
        #expect(plan(source, target) == [.authorize(Holdings.authorization)])
        target = source
        target.state.lastSuccessAt = nil
        #expect(batches(plan(source, target)).map(\.state) == [source.state])
    }

    @Test func withoutARefreshTheRowsHaveThePresentTime() {
        var source = Holdings.whole(3, tombstones: 0)
        source.state = SyncState(athleteID: Holdings.athlete)
        #expect(batches(plan(source)).allSatisfy { $0.fetchedAt == Holdings.now })
    }
}

@Suite("What a copy refuses")
struct MigrationRefusalTests {
    private let source = Holdings.whole(10, items: 4)

    private func refusal(_ change: (inout StoreContents) -> Void) -> MigrationRefusal? {
        var target = source
        change(&target)
        return MigrationPlan.refusal(from: source, to: target, now: Holdings.now)
    }

    @Test func whatIsEmptyOrAPartOfTheSameMayBeFilled() {
        #expect(MigrationPlan.refusal(from: source, to: StoreContents(), now: Holdings.now) == nil)
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.activities.removeFirst(4) } == nil)
        #expect(refusal { $0.activities[0].name = "older" } == nil)
        #expect(refusal { $0.setAside[0].reason = "older" } == nil)
        #expect(refusal { $0.state = SyncState(athleteID: Holdings.athlete) } == nil)
    }

    @Test func anEmptySourceIsRefused() {
        var nothing = StoreContents()
        #expect(MigrationPlan.refusal(from: nothing, to: source, now: Holdings.now) == .nothingToMove)
        nothing.budget = Holdings.budget
        #expect(MigrationPlan.refusal(from: nothing, to: StoreContents(), now: Holdings.now) == .nothingToMove)
        var deleted = nothing
        deleted.tombstones = [Holdings.tombstone(1)]
        #expect(MigrationPlan.refusal(from: deleted, to: StoreContents(), now: Holdings.now) == nil)
        nothing.authorization = Holdings.authorization
        #expect(MigrationPlan.refusal(from: nothing, to: StoreContents(), now: Holdings.now) == nil)
    }

    @Test func anotherAthletesDataAreLeftAlone() {
        #expect(refusal { $0.state.athleteID = 9 } == .otherAthlete(9))
        #expect(refusal { $0.authorization?.athleteID = 8 } == .otherAthlete(8))
    }

    @Test func rowsThatTheSourceDoesNotHaveAreCounted() {
        #expect(
            refusal {
                $0.activities += [Holdings.activity(50), Holdings.activity(51)]
                $0.setAside.append(Holdings.item(98))
            } == .foreignRows(activities: 2, setAside: 1, tombstones: 0))
        #expect(
            refusal { $0.setAside.append(Holdings.item(99)) } == .foreignRows(activities: 0, setAside: 1, tombstones: 0)
        )
    }

    @Test func aTombstoneThatTheSourceDoesNotHaveCountsUntilItsTimeIsOver() {
        var tombstone = Holdings.tombstone(50)
        tombstone.deletedAt = Holdings.now - .seconds(48 * 3600)
        let foreign = tombstone
        #expect(
            refusal { $0.tombstones.append(foreign) } == .foreignRows(activities: 0, setAside: 0, tombstones: 1))
        tombstone.deletedAt = tombstone.deletedAt - .milliseconds(1)
        let ended = tombstone
        #expect(refusal { $0.tombstones.append(ended) } == nil, "the source erased it, as the target would")
    }

    @Test func whatOneSideHasDeletedAndTheOtherStillStoresIsNotForeign() {
        #expect(refusal { $0.activities.append($0.tombstones.removeLast().activity) } == nil)
        #expect(
            refusal { $0.tombstones.append(Tombstone(activity: $0.activities.removeLast(), deletedAt: Holdings.now)) }
                == nil)
    }

    @Test func aTargetThatWasUsedSinceIsNotSetBack() {
        #expect(refusal { $0.state.lastSuccessAt = UTCInstant(seconds: 1_795_420_001) } == .targetIsNewer)
        #expect(refusal { $0.authorization?.expiresAt = UTCInstant(seconds: 1_795_424_401) } == .targetIsNewer)
        #expect(refusal { $0.budget?.readQuarter.start = UTCInstant(seconds: 1_795_400_900) } == .targetIsNewer)
        var unconnected = source
        unconnected.authorization = nil
        #expect(MigrationPlan.refusal(from: unconnected, to: source, now: Holdings.now) == .targetIsNewer)
    }

    @Test func eachSaysWhatToDo() {
        let all: [MigrationRefusal] = [
            .sameDatabase, .nothingToMove, .otherAthlete(9), .foreignRows(activities: 12, setAside: 1, tombstones: 3),
            .targetIsNewer,
        ]
        for refusal in all.dropFirst(2) { #expect(refusal.description.contains("Name an empty database in --to.")) }
        #expect(all[2].description.contains("athlete 9"))
        #expect(all[3].description.contains("activities: 12, items set aside: 1, tombstones: 3."))
    }
}
