import Actors
import TestSupport

@testable import paceline

/// Stores' contents made by hand, with what makes copying go wrong: quotes, emoji, nothing, huge ids.
enum Holdings {
    static let athlete: Int64 = 134_815
    static let now = UTCInstant(seconds: 1_795_500_000)

    private static let names = [
        "Morning Run", "", " ", "'; DROP TABLE strava_activities; --", #""quoted" \ {a,NULL} $1 %s"#, "👩‍👩‍👧‍👦🏃🏽‍♀️", "NULL",
        "two\nlines\t", "e\u{301}", "\u{E9}",
    ]

    static func activity(_ index: Int64) -> Activity {
        let name = names[Int(index) % names.count]
        let start = 1_700_000_000 + index * 3600
        let isBare = index % 3 == 0
        return Activity(
            id: index % 7 == 0 ? .max - index : index, name: name, type: "Run", sportType: isBare ? "" : "TrailRun",
            distance: Double(index) + 0.1, movingTime: Int(index), elapsedTime: 3100, totalElevationGain: -0.5,
            startDate: UTCInstant(milliseconds: start * 1000 + index % 1000),
            startDateLocal: LocalDateTime(seconds: start + 3600), timezone: isBare ? nil : name,
            averageSpeed: isBare ? nil : 3.3, maxSpeed: nil, averageHeartrate: isBare ? nil : 151.5, maxHeartrate: 0,
            kudosCount: 4, visibility: isBare ? nil : "only_me")
    }

    static func item(_ index: Int64) -> RejectedActivity {
        RejectedActivity(id: index % 2 == 0 ? index : nil, reason: "no 'date'", json: #"{"n":\#(index),"🏃":null}"#)
    }

    /// Of an activity that nothing else here holds; every third was deleted at the same moment.
    static func tombstone(_ index: Int64) -> Tombstone {
        Tombstone(
            activity: activity(7000 + index),
            deletedAt: UTCInstant(milliseconds: 1_795_410_000_123 + index % 3 * 3_600_001))
    }

    static let authorization = StoredAuthorization(
        athleteID: athlete, accessToken: "gAAAAAB-access_==", refreshToken: "gAAAAAB-refresh_==",
        expiresAt: UTCInstant(seconds: 1_795_424_400), scope: "activity:read_all")

    static let budget: BudgetLedger = {
        let window = BudgetLedger.Window(start: UTCInstant(seconds: 1_795_400_000), used: 7, limit: 100)
        return BudgetLedger(
            overallQuarter: window, overallDay: window, readQuarter: window, readDay: window, reserved: 5)
    }()

    /// A whole history.
    static func whole(_ count: Int64 = 1203, items: Int64 = 45, tombstones: Int64 = 5) -> StoreContents {
        StoreContents(
            activities: (0..<count).map(activity).sorted(by: Activity.newestFirst), setAside: (0..<items).map(item),
            tombstones: (0..<tombstones).map(tombstone), authorization: authorization, budget: budget,
            state: SyncState(
                athleteID: athlete, isComplete: true, lastSuccessAt: UTCInstant(seconds: 1_795_420_000),
                scope: "activity:read_all",
                rereading: Rereading(
                    cursor: BackfillCursor(before: UTCInstant(milliseconds: 7), page: 2),
                    startedAt: UTCInstant(milliseconds: 9), pages: 2, spacing: .milliseconds(2_541_176),
                    missing: [3, .max], met: [.min, 2], isSound: false, scope: "activity:read_all",
                    acceptsDeletions: true),
                validatedAt: UTCInstant(milliseconds: 11),
                heldDeletions: HeldDeletions(count: 150, at: UTCInstant(milliseconds: 13)),
                memberSince: UTCInstant(milliseconds: 14)))
    }
}

extension MemoryStore {
    /// A store that holds this.
    static func holding(_ contents: StoreContents) async throws -> MemoryStore {
        let store = MemoryStore(
            activities: contents.activities, state: contents.state, authorization: contents.authorization)
        try await store.commit(
            SyncBatch(rejected: contents.setAside, state: contents.state, fetchedAt: Holdings.now))
        for tombstone in contents.tombstones {
            try await store.commit(
                SyncBatch(
                    upserts: [tombstone.activity], deletions: [tombstone.activity.id], state: contents.state,
                    fetchedAt: tombstone.deletedAt))
        }
        if let budget = contents.budget { try await store.save(budget) }
        return store
    }
}
