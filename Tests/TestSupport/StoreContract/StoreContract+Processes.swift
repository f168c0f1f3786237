import Actors

extension StoreContract {
    /// What holds when several processes share a database.
    static let processSentences = [
        StoreContract("a batch that follows from an older state than the stored one is not written, nor any part of it")
        {
            database in
            let (one, other) = (try await database.openMigrated(), try await database.open())
            let first = SyncState(athleteID: 1, lastSuccessAt: UTCInstant(milliseconds: 5))
            let second = SyncState(athleteID: 1, lastSuccessAt: UTCInstant(milliseconds: 6))
            try await expect(
                one.commit(batch([activity(1)], state: first), after: SyncState()), is: true, "the first")
            try await expect(
                other.commit(
                    batch([activity(2)], deletions: [1], state: second), after: SyncState()),
                is: false, "a second one after the same state")
            try await expect(one.activities(), is: [activity(1)], "activities")
            try await expect(one.syncState(), is: first, "sync state")
            try await expect(
                other.commit(batch(deletions: [1], state: second), after: first), is: true, "one after the first")
            try await expect(one.activities(), is: [], "activities")
            await one.close()
            await other.close()
        },
        StoreContract("the budget is written when nobody else has written since it was read, and only then") {
            database in
            let (one, other) = (try await database.openMigrated(), try await database.open())
            var more = budget
            more.reserved += 1
            try await expect(one.save(budget, replacing: nil), is: true, "the first")
            try await expect(other.save(more, replacing: nil), is: false, "another first")
            try await expect(other.save(more, replacing: budget), is: true, "the next")
            try await expect(one.save(budget, replacing: budget), is: false, "one that comes late")
            try await expect(one.budget(), is: more, "budget")
            await one.close()
            await other.close()
        },
        StoreContract("of many that take the same free lease at once, one has it") { database in
            let store = try await database.openMigrated()
            let stores = [store, try await database.open(), try await database.open()]
            let answers = try await withThrowingTaskGroup(of: LeaseRecord.Answer.self) { group in
                for index in 0..<12 {
                    let holder = LeaseHolder(.sync, in: stores[index % 3])
                    group.addTask { try await holder.take(.background) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try expect(answers.count { $0 == .begun }, is: 1, "those who have it")
            try expect(answers.count { $0 == .kept }, is: 0, "those who had it before")
            for store in stores { await store.close() }
        },
        StoreContract("a lease comes back with every field, by a clock that runs") { database in
            let store = try await database.openMigrated()
            let (empty, begin) = try await store.lease(.token)
            try expect(empty, is: LeaseRecord(), "a lease that nobody took")
            let full = LeaseRecord(
                hold: .init(holder: "å", until: UTCInstant(milliseconds: 1)),
                claim: .init(holder: "b", until: UTCInstant(milliseconds: .max)),
                rest: .init(
                    upTo: .scheduled, until: UTCInstant(milliseconds: -3), code: .stravaUnavailable, message: "503 'ø'",
                    failures: 4))
            try await expect(store.save(full, as: .token, replacing: empty), is: true, "a first write")
            try await expect(store.save(full, as: .token, replacing: empty), is: false, "one that comes late")
            let (found, end) = try await store.lease(.token)
            try expect(found, is: full, "the lease")
            try await expect(store.lease(.sync).record, is: LeaseRecord(), "the other lease")
            try await expect(store.save(empty, as: .token, replacing: full), is: true, "one without anything")
            try await expect(store.lease(.token).record, is: empty, "the lease")
            guard begin > UTCInstant(seconds: 1_700_000_000), begin <= end else {
                throw Violation(description: "the clock said \(begin) and then \(end)")
            }
            await store.close()
        },
    ]
}
