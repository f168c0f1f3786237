import Actors

extension StoreContract {
    static let budget = BudgetLedger(
        overallQuarter: .init(start: UTCInstant(seconds: 900), used: 1, limit: 200),
        overallDay: .init(start: UTCInstant(seconds: 0), used: 2, limit: 2000),
        readQuarter: .init(start: UTCInstant(seconds: 1800), used: 3, limit: 100),
        readDay: .init(start: UTCInstant(seconds: 86_400), used: 4, limit: 1000), reserved: 5)

    /// What holds of the sync state and of the budget.
    static let stateSentences = [
        StoreContract("the sync state comes back with every field, or without those that were nil") { database in
            let store = try await database.openMigrated()
            let full = SyncState(
                athleteID: .max, cursor: BackfillCursor(before: UTCInstant(milliseconds: 1_795_402_800_123), page: 41),
                isComplete: true, lastSuccessAt: UTCInstant(milliseconds: -1),
                newestAt: UTCInstant(milliseconds: 1_795_402_800_456), scope: "activity:read_all",
                rereading: Rereading(
                    cursor: BackfillCursor(before: UTCInstant(milliseconds: 7), page: 0),
                    startedAt: UTCInstant(milliseconds: -5), pages: 9, spacing: .milliseconds(2_541_176),
                    missing: [.min, 3, .max], met: [2, .max], isSound: false, scope: "activity:read",
                    acceptsDeletions: true),
                validatedAt: UTCInstant(milliseconds: 12),
                heldDeletions: HeldDeletions(count: 150, at: UTCInstant(milliseconds: 13)),
                memberSince: UTCInstant(milliseconds: 14))
            let states = [
                full, SyncState(), SyncState(athleteID: 0), SyncState(isComplete: true),
                SyncState(cursor: BackfillCursor(before: UTCInstant(seconds: -9), page: 0)),
                SyncState(athleteID: 1, lastSuccessAt: UTCInstant(milliseconds: 1)),
                SyncState(newestAt: UTCInstant(milliseconds: 1)),
                SyncState(rereading: Rereading(startedAt: UTCInstant(milliseconds: 1))), full,
            ]
            for state in states {
                try await store.commit(batch(state: state))
                try await expect(store.syncState(), is: state, "sync state")
            }
            await store.close()
        },
        StoreContract("the budget comes back with all four windows and what is reserved") { database in
            let store = try await database.openMigrated()
            try await store.save(budget)
            try await expect(store.budget(), is: budget, "budget")
            await store.close()
        },
        StoreContract("saving the budget replaces the one before") { database in
            let store = try await database.openMigrated()
            try await store.save(budget)
            let window = BudgetLedger.Window(start: UTCInstant(milliseconds: -1), used: 0, limit: 1_000_000)
            let other = BudgetLedger(overallQuarter: window, overallDay: window, readQuarter: window, readDay: window)
            try await store.save(other)
            try await expect(store.budget(), is: other, "budget")
            await store.close()
        },
    ]
}
