import Actors

extension StoreContract {
    /// What holds of a database as such: empty, opened again, opened twice.
    static let openingSentences = [
        StoreContract("an empty store has no authorization, no activities, no budget and the first sync state") {
            database in
            let store = try await database.openMigrated()
            try await expect(store.authorization(), is: nil, "authorization")
            try await expect(store.activities(), is: [], "activities")
            try await expect(store.budget(), is: nil, "budget")
            try await expect(store.syncState(), is: SyncState(), "sync state")
            try await expect(database.rejected(), is: [], "rejected items")
            try await store.ping()
            await store.close()
        },
        StoreContract("migrating a current database changes nothing") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1)]))
            try await store.migrate()
            try await store.migrate()
            try await expect(store.activities(), is: [activity(1)], "activities")
            await store.close()
        },
        StoreContract("eight processes may migrate one new database at once") { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 1...8 {
                    group.addTask {
                        let store = try await database.openMigrated()
                        try await store.commit(batch([activity(Int64(id))]))
                        await store.close()
                    }
                }
                try await group.waitForAll()
            }
            let store = try await database.openMigrated()
            try await expect(store.activities().map(\.id), is: [8, 7, 6, 5, 4, 3, 2, 1], "ids")
            await store.close()
        },
        StoreContract("everything is still there after the store was closed and opened again") { database in
            let first = try await database.openMigrated()
            let state = SyncState(athleteID: 7, isComplete: true, lastSuccessAt: UTCInstant(milliseconds: 1_500))
            let item = RejectedActivity(id: 5, reason: "no date", json: "{}")
            try await first.save(authorization)
            try await first.save(budget)
            try await first.commit(batch([activity(1), activity(2)], rejected: [item], state: state))
            await first.close()
            let second = try await database.openMigrated()
            try await expect(second.authorization(), is: authorization, "authorization")
            try await expect(second.budget(), is: budget, "budget")
            try await expect(second.activities(), is: [activity(2), activity(1)], "activities")
            try await expect(second.syncState(), is: state, "sync state")
            try await expect(database.rejected(), is: [item], "rejected items")
            await second.close()
        },
        StoreContract("what one store has committed, another that is open on the same database sees") { database in
            let writer = try await database.openMigrated()
            let reader = try await database.openMigrated()
            try await expect(reader.activities(), is: [], "activities before")
            try await writer.commit(batch([activity(1)]))
            try await writer.save(authorization)
            try await expect(reader.activities(), is: [activity(1)], "activities after")
            try await expect(reader.authorization(), is: authorization, "authorization after")
            await writer.close()
            await reader.close()
        },
        StoreContract("a store that was closed answers no more, and closing it again is no error") { database in
            let store = try await database.openMigrated()
            await store.close()
            await store.close()
            try await expectFailure("a ping after close") { () async throws(StoreFailure) in try await store.ping() }
            try await expectFailure("a read after close") { () async throws(StoreFailure) in
                _ = try await store.activities()
            }
        },
    ]
}
