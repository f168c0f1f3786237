import Actors

extension StoreContract {
    /// What holds of values at the edges of what Strava may send.
    static let valueSentences = [
        StoreContract("names come back letter for letter: long, empty, emoji, quotes, line ends") { database in
            let names = [
                String(repeating: "Ø", count: 400), "", " ", "👩‍👩‍👧‍👦🏃🏽‍♀️ e\u{301}\u{200D}",
                "'; DROP TABLE strava_activities; --",
                "\"quoted\" \\ back\\slash %s ? $1", "two\nlines\r\n\tand a tab", "\u{1}\u{7F}\u{85}\u{2028}",
                "\u{FEFF}مرحبا\u{202E}", "123", "1e5", "NULL",
            ]
            let all = names.enumerated().map { index, name in
                var activity = activity(Int64(index))
                activity.name = name
                activity.timezone = name
                activity.visibility = name
                activity.type = name
                activity.sportType = name
                return activity
            }
            try await expectRoundTrip(all, database)
        },
        StoreContract("numbers come back bit for bit: negative, zero, huge, tiny") { database in
            let doubles = [0, -0.5, 0.1 + 0.2, 1e15, 123_456_789.123_456_7, 1e-300, .greatestFiniteMagnitude, .pi]
            let integers = [0, -1, 1, Int(Int32.max), Int(Int32.min), 3600, 86_400, 7]
            let all = zip(doubles, integers).enumerated().map { index, values in
                var activity = activity(Int64(index))
                (activity.distance, activity.movingTime) = values
                (activity.totalElevationGain, activity.elapsedTime) = values
                (activity.averageSpeed, activity.kudosCount) = values
                (activity.maxSpeed, activity.averageHeartrate, activity.maxHeartrate) = (values.0, -values.0, values.0)
                return activity
            }
            try await expectRoundTrip(all, database)
        },
        StoreContract("ids may take all 64 bits") { database in
            try await expectRoundTrip([.min, -1, 0, 1 << 40, .max].map { activity($0, start: 5) }, database)
        },
        StoreContract("fields that Strava left out stay left out") { database in
            let bare = Activity(
                id: 1, name: "", type: "", sportType: "", startDate: UTCInstant(seconds: 0),
                startDateLocal: LocalDateTime(seconds: 0))
            try await expectRoundTrip([bare], database)
        },
        StoreContract("dates come back to the millisecond, from the year 1 to 9999, before 1970 too") { database in
            let days = [
                LocalDate(year: 1, month: 1, day: 1), LocalDate(year: 1582, month: 10, day: 10),
                LocalDate(year: 1900, month: 2, day: 28), LocalDate(year: 1969, month: 12, day: 31),
                LocalDate(year: 1970, month: 1, day: 1), LocalDate(year: 2000, month: 2, day: 29),
                LocalDate(year: 2024, month: 2, day: 29), LocalDate(year: 2038, month: 1, day: 19),
                LocalDate(year: 9999, month: 12, day: 31),
            ]
            var all: [Activity] = []
            for day in days {
                for millisecond in [0, 1, 999, 43_200_500, 86_399_999] as [Int64] {
                    var activity = activity(Int64(all.count))
                    activity.startDate = UTCInstant(milliseconds: day.daysSinceEpoch * 86_400_000 + millisecond)
                    activity.startDateLocal = LocalDateTime(seconds: day.daysSinceEpoch * 86_400 + millisecond / 1000)
                    all.append(activity)
                }
            }
            try await expectRoundTrip(all, database)
        },
        StoreContract("the local clock is kept as it is, however far from UTC") { database in
            let all = [-43_200, -12_600, 0, 1, 20_700, 50_400, 90_000].enumerated().map { index, offset in
                var activity = activity(Int64(index))
                activity.startDateLocal = LocalDateTime(activity.startDate, offset: Int64(offset))
                return activity
            }
            try await expectRoundTrip(all, database)
        },
    ]

    /// Stores them, and deletes them again: either way they must be read as they were.
    private static func expectRoundTrip(_ activities: [Activity], _ database: Database) async throws {
        let store = try await database.openMigrated()
        try await store.commit(batch(activities))
        try expectEqual(try await store.activities(), activities)
        try await store.commit(batch(deletions: activities.map(\.id)))
        try expectEqual(try await store.deleted().map(\.activity).sorted(by: Activity.newestFirst), activities)
        await store.close()
    }

    private static func expectEqual(_ stored: [Activity], _ activities: [Activity]) throws {
        try expect(stored.count, is: activities.count, "rows")
        for (stored, expected) in zip(stored, activities.sorted(by: Activity.newestFirst)) {
            try expect(stored, is: expected, "activity \(expected.id)")
            // Strings are equal under canonical equivalence; stored text must be the same scalars.
            try expect(Array(stored.name.utf8), is: Array(expected.name.utf8), "bytes of the name")
        }
    }
}
