import Actors
import Testing

@testable import paceline

@Suite("Checksums of a store's contents")
struct ContentSumsTests {
    private static let changes: [@Sendable (inout Activity) -> Void] = [
        { $0.id += 1 }, { $0.name += " " }, { $0.type = "" }, { $0.sportType += "x" }, { $0.distance += 0.001 },
        { $0.movingTime += 1 }, { $0.elapsedTime -= 1 }, { $0.totalElevationGain = 0 },
        { $0.startDate.milliseconds += 1 }, { $0.startDateLocal.seconds += 1 }, { $0.timezone = nil },
        { $0.averageSpeed = nil }, { $0.maxSpeed = 0 }, { $0.averageHeartrate = 0 }, { $0.maxHeartrate = nil },
        { $0.kudosCount = 0 }, { $0.visibility = "" },
        // From one field into the next.
        { ($0.type, $0.sportType) = ("RunT", "railRun") },
    ]

    @Test("every field of an activity counts", arguments: changes.indices)
    func activityField(_ change: Int) {
        let activity = Holdings.activity(4)
        var changed = activity
        Self.changes[change](&changed)
        #expect(CanonicalForm(changed) != CanonicalForm(activity))
    }

    @Test func everyPartHasASumOfItsOwn() {
        let whole = Holdings.whole(5, items: 3)
        let changes: [(inout StoreContents) -> Void] = [
            { $0.activities[2].name = "else" }, { $0.setAside[1].reason = "else" },
            { $0.tombstones[1].activity.name = "else" },
            { $0.authorization?.refreshToken = "else" }, { $0.budget?.readDay.used += 1 },
            { $0.state.isComplete = false },
        ]
        for (part, change) in changes.enumerated() {
            var changed = whole
            change(&changed)
            let differing = zip(ContentSums(whole).parts, ContentSums(changed).parts).enumerated()
                .filter { $0.element.0 != $0.element.1 }.map(\.offset)
            #expect(differing == [part])
        }
    }

    @Test func theMomentOfADeletionCountsToTheMillisecond() {
        let tombstone = Holdings.tombstone(1)
        var later = tombstone
        later.deletedAt = later.deletedAt + .milliseconds(1)
        #expect(CanonicalForm(later) != CanonicalForm(tombstone))
        #expect(CanonicalForm(tombstone) != CanonicalForm(tombstone.activity))
    }

    @Test func countsAreThoseOfTheRows() {
        #expect(ContentSums(Holdings.whole(5, items: 3)).parts.map(\.count) == [5, 3, 5, 1, 1, 1])
        #expect(ContentSums(StoreContents()).parts.map(\.count) == [0, 0, 0, 0, 0, 1])
    }

    @Test func theOrderInWhichAStoreAnswersDoesNotCount() {
        let whole = Holdings.whole(9, items: 9)
        var turned = whole
        turned.activities.reverse()
        turned.setAside.reverse()
        turned.tombstones.reverse()
        #expect(ContentSums(turned) == ContentSums(whole))
    }

    /// What PostgreSQL cannot hold, or SQLite does not tell apart.
    @Test func whatNoStoreKeepsIsNoDifference() {
        var (with, without) = (Holdings.activity(4), Holdings.activity(4))
        (with.name, without.name) = ("a\0b", "ab")
        (with.distance, without.distance) = (-0.0, 0)
        #expect(CanonicalForm(with) == CanonicalForm(without))
    }

    @Test func textsThatSwiftTakesForEqualAreTwo() {
        var (one, other) = (Holdings.activity(4), Holdings.activity(4))
        (one.name, other.name) = ("e\u{301}", "\u{E9}")
        #expect(one == other)
        #expect(CanonicalForm(one) != CanonicalForm(other))
    }

    @Test func aSumIsThatOfItsBytes() {
        // The hash of no bytes, as FIPS 180-4's examples give it.
        #expect(
            ContentSums(StoreContents()).parts[0].sum
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }
}
