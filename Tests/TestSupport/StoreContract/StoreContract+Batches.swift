import Actors

extension StoreContract {
    /// What holds of a batch as a transaction, and of the items set aside.
    static let batchSentences = [
        StoreContract("a batch that fails leaves nothing of itself behind") { database in
            let store = try await database.openMigrated()
            let before = SyncState(athleteID: 7, cursor: BackfillCursor(before: UTCInstant(seconds: 9), page: 1))
            try await store.commit(batch([activity(1), activity(2)], state: before))
            try await database.breakSyncState()
            var overwritten = activity(1)
            overwritten.name = "overwritten"
            let item = RejectedActivity(id: 5, reason: "no date", json: "{}")
            let failing = batch(
                [overwritten, activity(3)], deletions: [2], rejected: [item], state: SyncState(isComplete: true))
            try await expectFailure("the batch") { () async throws(StoreFailure) in try await store.commit(failing) }
            try await expect(store.activities(), is: [activity(2), activity(1)], "activities")
            try await expect(store.deleted(), is: [], "deleted")
            try await expect(store.syncState(), is: before, "sync state")
            try await expect(database.rejected(), is: [], "rejected items")
            await store.close()
        },
        StoreContract("after a batch that failed the store goes on") { database in
            let store = try await database.openMigrated()
            try await database.breakSyncState()
            try await expectFailure("the batch") { () async throws(StoreFailure) in
                try await store.commit(batch([activity(1)]))
            }
            try await store.ping()
            try await store.save(authorization)
            try await store.save(budget)
            try await expect(store.authorization(), is: authorization, "authorization")
            try await expect(store.budget(), is: budget, "budget")
            await store.close()
        },
        StoreContract("an empty batch still writes its state") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch(state: SyncState(athleteID: 8, isComplete: true)))
            try await expect(store.syncState(), is: SyncState(athleteID: 8, isComplete: true), "sync state")
            await store.close()
        },
        StoreContract("a rejected item is kept as it came, once per id, the last one") { database in
            let store = try await database.openMigrated()
            let json = #"{"id":5,"name":"🏃","start_date":"\u0000 never"}"# + String(repeating: " ", count: 64_000)
            let last = RejectedActivity(id: 5, reason: "start_date is no date", json: json)
            let other = RejectedActivity(id: .max, reason: "no name", json: "{}")
            try await store.commit(batch(rejected: [RejectedActivity(id: 5, reason: "first", json: "{}"), other]))
            try await store.commit(batch(rejected: [last]))
            try await store.commit(batch(rejected: [last]))
            try await expect(Set(database.rejected()), is: [last, other], "rejected items")
            try await expect(Set(store.rejected()), is: [last, other], "rejected items, by the store itself")
            try await expect(database.rejected().count, is: 2, "number of rejected items")
            await store.close()
        },
        StoreContract("rejected items without an id are kept once per text") { database in
            let store = try await database.openMigrated()
            let items = [
                RejectedActivity(id: nil, reason: "not an object", json: "[]"),
                RejectedActivity(id: nil, reason: "no id", json: "{}"),
                RejectedActivity(id: nil, reason: "no id", json: String(repeating: "x", count: 65_536)),
                RejectedActivity(id: 6, reason: "no date", json: "{}"),
            ]
            try await store.commit(batch(rejected: items))
            try await store.commit(batch(rejected: items))
            try await expect(Set(database.rejected()), is: Set(items), "rejected items")
            try await expect(database.rejected().count, is: items.count, "number of rejected items")
            await store.close()
        },
        StoreContract("a rejected item does not touch the activity with its id") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(5)]))
            try await store.commit(batch(rejected: [RejectedActivity(id: 5, reason: "no date", json: "{}")]))
            try await expect(store.activities(), is: [activity(5)], "activities")
            await store.close()
        },
        StoreContract("of 50 batches committed at once through two stores every row is there") { database in
            let stores = [try await database.openMigrated(), try await database.openMigrated()]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for page in 0..<50 {
                    group.addTask {
                        let rows = (0..<10).map { activity(Int64(page * 10 + $0)) }
                        try await stores[page % 2].commit(batch(rows))
                    }
                }
                try await group.waitForAll()
            }
            for store in stores {
                try await expect(store.activities(), is: (0..<500).reversed().map { activity($0) }, "activities")
                await store.close()
            }
        },
    ]
}
