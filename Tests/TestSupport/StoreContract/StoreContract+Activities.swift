import Actors

extension StoreContract {
    /// What holds of activities: order, overwriting, deleting.
    static let activitySentences = [
        StoreContract("activities come newest first, ties by the larger id") { database in
            let store = try await database.openMigrated()
            let all = [
                activity(3, start: 100), activity(12, start: 200), activity(2, start: 200), activity(-4, start: 200),
                activity(1, start: 300), activity(9, start: -50),
            ]
            try await store.commit(batch(Array(all.shuffled())))
            try await expect(store.activities().map(\.id), is: [1, 12, 2, -4, 3, 9], "order")
            await store.close()
        },
        StoreContract("the order has milliseconds") { database in
            let store = try await database.openMigrated()
            var early = activity(2, start: 100)
            var late = activity(1, start: 100)
            early.startDate = UTCInstant(milliseconds: 100_009)
            late.startDate = UTCInstant(milliseconds: 100_010)
            try await store.commit(batch([early, late]))
            try await expect(store.activities(), is: [late, early], "activities")
            await store.close()
        },
        StoreContract("an upsert overwrites every field of the stored row") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1), activity(2)]))
            let changed = Activity(
                id: 1, name: "New", type: "Ride", sportType: "GravelRide", distance: 9, movingTime: 8, elapsedTime: 7,
                totalElevationGain: 6, startDate: UTCInstant(seconds: 5), startDateLocal: LocalDateTime(seconds: 4),
                timezone: "Asia/Tokyo", averageSpeed: 3, maxSpeed: 2, averageHeartrate: 1, maxHeartrate: 0,
                kudosCount: 99, visibility: "everyone")
            try await store.commit(batch([changed]))
            try await expect(store.activities(), is: [activity(2), changed], "activities")
            await store.close()
        },
        StoreContract("an upsert takes values away again") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1)]))
            let bare = Activity(
                id: 1, name: "", type: "Run", sportType: "Run", startDate: UTCInstant(seconds: 0),
                startDateLocal: LocalDateTime(seconds: 0))
            try await store.commit(batch([bare]))
            try await expect(store.activities(), is: [bare], "activities")
            await store.close()
        },
        StoreContract("the same id twice in one batch is one row, the last one") { database in
            let store = try await database.openMigrated()
            var second = activity(1)
            second.name = "second"
            try await store.commit(batch([activity(1), second]))
            try await expect(store.activities(), is: [second], "activities")
            await store.close()
        },
        StoreContract("a deletion takes the row out, and no other") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1), activity(2), activity(3)]))
            try await store.commit(batch([activity(4)], deletions: [1, 3]))
            try await expect(store.activities(), is: [activity(4), activity(2)], "activities")
            await store.close()
        },
        StoreContract("a deleted row is kept until it is erased, and only what was deleted before then is") {
            database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1), activity(2), activity(3)]))
            let first = UTCInstant(milliseconds: 1_795_402_800_123)
            try await store.commit(batch(deletions: [1, 404]))
            var later = batch(deletions: [3])
            later.fetchedAt = first + .milliseconds(1)
            try await store.commit(later)
            try await expect(store.activities(), is: [activity(2)], "activities")
            try await expect(store.erase(deletedBefore: first), is: 0, "erased too early")
            try await expect(store.erase(deletedBefore: first + .milliseconds(1)), is: 1, "erased of the first")
            try await expect(store.erase(deletedBefore: first + .milliseconds(2)), is: 1, "erased of the second")
            try await expect(store.erase(deletedBefore: .init(milliseconds: .max)), is: 0, "left to erase")
            try await expect(store.activities(), is: [activity(2)], "activities")
            await store.close()
        },
        StoreContract("a deleted row that comes back is a row like any other, and can be deleted again") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1)]))
            try await store.commit(batch(deletions: [1]))
            var changed = activity(1)
            changed.name = "back again"
            try await store.commit(batch([changed]))
            try await expect(store.activities(), is: [changed], "activities")
            try await expect(store.erase(deletedBefore: .init(milliseconds: .max)), is: 0, "erased")
            try await store.commit(batch(deletions: [1]))
            try await store.commit(batch([activity(1)]))
            try await store.commit(batch(deletions: [1]))
            try await expect(store.erase(deletedBefore: .init(milliseconds: .max)), is: 1, "erased")
            await store.close()
        },
        StoreContract("a deleted row can be read as it was, with the millisecond of its deletion, until it is erased") {
            database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1), activity(2), activity(3)]))
            try await expect(store.deleted(), is: [], "deleted before anything was")
            let first = UTCInstant(milliseconds: 1_795_402_800_123)
            try await store.commit(batch(deletions: [1, 404]))
            var later = batch(deletions: [3])
            later.fetchedAt = first + .milliseconds(1)
            try await store.commit(later)
            let second = Tombstone(activity: activity(3), deletedAt: first + .milliseconds(1))
            try await expect(
                Set(store.deleted()), is: [Tombstone(activity: activity(1), deletedAt: first), second], "deleted")
            _ = try await store.erase(deletedBefore: first + .milliseconds(1))
            try await expect(store.deleted(), is: [second], "deleted and not erased")
            await store.close()
        },
        StoreContract("a row that came back is not deleted, and deleted again it is what it was last") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1)]))
            try await store.commit(batch(deletions: [1]))
            var changed = activity(1)
            changed.name = "back again"
            try await store.commit(batch([changed]))
            try await expect(store.deleted(), is: [], "deleted, after it came back")
            var again = batch(deletions: [1])
            again.fetchedAt = again.fetchedAt + .seconds(60)
            try await store.commit(again)
            try await expect(
                store.deleted(), is: [Tombstone(activity: changed, deletedAt: again.fetchedAt)], "deleted again")
            await store.close()
        },
        StoreContract("what one batch both brings and deletes is deleted, as the batch has it") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1), activity(2), activity(4)]))
            try await store.commit(batch(deletions: [2]))
            var (first, second) = (activity(1), activity(2))
            (first.name, second.name) = ("stored until now", "deleted already")
            var both = batch([first, second, activity(3)], deletions: [3, 2, 1])
            both.fetchedAt = both.fetchedAt + .milliseconds(-1)
            try await store.commit(both)
            try await expect(store.activities(), is: [activity(4)], "activities")
            try await expect(
                Set(store.deleted()),
                is: Set([first, second, activity(3)].map { Tombstone(activity: $0, deletedAt: both.fetchedAt) }),
                "deleted")
            await store.close()
        },
        StoreContract("deleting an id that is not stored is not an error") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1)], deletions: [404, .min, .max]))
            try await expect(store.activities(), is: [activity(1)], "activities")
            await store.close()
        },
        StoreContract("a page of 200 rows and a deletion of 200 ids are one batch each") { database in
            let store = try await database.openMigrated()
            let page = (1...200).map { activity($0) }
            try await store.commit(batch(page))
            try await expect(store.activities(), is: page.reversed(), "activities")
            try await store.commit(batch(deletions: page.map(\.id)))
            try await expect(store.activities(), is: [], "activities")
            await store.close()
        },
    ]
}
