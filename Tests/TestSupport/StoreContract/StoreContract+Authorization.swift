import Actors

extension StoreContract {
    static let authorization = StoredAuthorization(
        athleteID: 134_815, accessToken: "gAAAAAB-access_==", refreshToken: "gAAAAAB-refresh_==",
        expiresAt: UTCInstant(seconds: 1_795_424_400), scope: "activity:read_all")

    /// What holds of the tokens.
    static let authorizationSentences = [
        StoreContract("the tokens come back as they were saved") { database in
            let store = try await database.openMigrated()
            try await store.save(authorization)
            try await expect(store.authorization(), is: authorization, "authorization")
            await store.close()
        },
        StoreContract("saving replaces the tokens, and with them the athlete") { database in
            let store = try await database.openMigrated()
            try await store.save(authorization)
            let other = StoredAuthorization(
                athleteID: .max, accessToken: "a2", refreshToken: "r2", expiresAt: UTCInstant(seconds: 0))
            try await store.save(other)
            try await expect(store.authorization(), is: other, "authorization")
            await store.close()
        },
        StoreContract("a ciphertext of 4,000 characters is kept whole") { database in
            let store = try await database.openMigrated()
            var long = authorization
            long.accessToken = String(repeating: "aZ9-_", count: 800)
            long.refreshToken = String(repeating: "_-0Bb", count: 800)
            try await store.save(long)
            try await expect(store.authorization(), is: long, "authorization")
            await store.close()
        },
        StoreContract("tokens are replaced only where they are still those that were read") { database in
            let store = try await database.openMigrated()
            var newer = authorization
            newer.accessToken = "newer"
            try await expect(store.save(newer, replacing: authorization), is: false, "replaced without a row")
            try await expect(store.authorization(), is: nil, "authorization")
            try await store.save(authorization)
            try await expect(store.save(newer, replacing: authorization), is: true, "replaced")
            try await expect(store.save(authorization, replacing: authorization), is: false, "replaced again")
            try await expect(store.authorization(), is: newer, "authorization")
            await store.close()
        },
        StoreContract("saving tokens leaves activities and sync state alone") { database in
            let store = try await database.openMigrated()
            try await store.commit(batch([activity(1)]))
            try await store.save(authorization)
            try await expect(store.activities(), is: [activity(1)], "activities")
            try await expect(store.syncState(), is: SyncState(athleteID: 7), "sync state")
            await store.close()
        },
    ]
}
