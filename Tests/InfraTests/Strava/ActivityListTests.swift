import Actors
import Strava
import Testing

@Suite struct ActivityListTests {
    private func page(_ text: String) async throws -> ActivityPage {
        try await ActivityList.decode(Array(text.utf8))
    }

    /// The one activity of a page whose item has an id, a date, and what is given.
    private func activity(_ fields: String) async throws -> Activity {
        let page = try await page(
            #"[{"id":1,"start_date":"2025-12-25T08:00:00Z"\#(fields.isEmpty ? "" : ",")\#(fields)}]"#)
        #expect(page.rejected.isEmpty)
        return try #require(page.activities.first)
    }

    @Test func everyFieldThatPacelineKeepsIsRead() async throws {
        let page = try await page(
            """
            [{"resource_state":2,"athlete":{"id":134815,"resource_state":1},"name":"Übers Feld 🚴","distance":24931.4,
            "moving_time":4500,"elapsed_time":4600,"total_elevation_gain":12.5,"type":"Run","sport_type":"TrailRun",
            "workout_type":null,"id":15450425037,"id_str":"15450425037","external_id":null,
            "upload_id":98765432123456789123456789,"start_date":"2018-05-02T12:15:09Z",
            "start_date_local":"2018-05-02T05:15:09Z","timezone":"(GMT-08:00) America/Los_Angeles","utc_offset":-25200,
            "start_latlng":[],"end_latlng":null,"map":{"id":"a1","summary_polyline":"","resource_state":2},
            "kudos_count":3,"gear_id":null,"visibility":"only_me","average_speed":5.54,"max_speed":11,
            "average_heartrate":140.3,"max_heartrate":178.0,"device_name":"new","and_what_comes_next":{"a":[1,{}]}}]
            """)
        #expect(page.rejected.isEmpty)
        #expect(
            page.activities == [
                Activity(
                    id: 15_450_425_037, name: "Übers Feld 🚴", type: "Run", sportType: "TrailRun", distance: 24931.4,
                    movingTime: 4500, elapsedTime: 4600, totalElevationGain: 12.5,
                    startDate: UTCInstant(seconds: 1_525_263_309),
                    startDateLocal: LocalDateTime(seconds: 1_525_238_109),
                    timezone: "America/Los_Angeles", averageSpeed: 5.54, maxSpeed: 11, averageHeartrate: 140.3,
                    maxHeartrate: 178, kudosCount: 3, visibility: "only_me")
            ])
    }

    @Test func anIDAndADateAreEnough() async throws {
        let expected = Activity(
            id: 1, name: "", type: "Workout", sportType: "Workout", startDate: UTCInstant(seconds: 1_766_649_600),
            startDateLocal: LocalDateTime(seconds: 1_766_649_600))
        #expect(try await activity("") == expected)
        let nulls = [
            "name", "type", "sport_type", "distance", "moving_time", "elapsed_time", "total_elevation_gain",
            "start_date_local", "timezone", "utc_offset", "average_speed", "max_speed", "average_heartrate",
            "max_heartrate", "kudos_count", "visibility", "athlete", "map", "start_latlng",
        ].map { #""\#($0)":null"# }
        #expect(try await activity(nulls.joined(separator: ",")) == expected)
    }

    @Test func valuesOfTheWrongTypeAreNoValues() async throws {
        let activity = try await activity(
            #""name":5,"type":[],"distance":{},"moving_time":true,"timezone":1,"start_date_local":7,"kudos_count":"many""#
        )
        #expect(activity.name == "")
        #expect(activity.type == "Workout")
        #expect(activity.distance == 0)
        #expect(activity.movingTime == 0)
        #expect(activity.timezone == nil)
        #expect(activity.startDateLocal == LocalDateTime(activity.startDate, offset: 0))
        #expect(activity.kudosCount == 0)
    }

    @Test(
        "a whole number is read in every form",
        arguments: [
            ("7200", 7200), ("7200.0", 7200), ("7.2e3", 7200), (#""7200""#, 7200), (#""7200.0""#, 7200), ("696.3", 696),
            ("696.5", 697), ("-5", -5), ("null", 0), (#""NaN""#, 0), (#""inf""#, 0), (#""""#, 0), ("1e999", 0),
            ("2147483647", 2_147_483_647), ("2147483648", 2_147_483_647), ("-99999999999", -2_147_483_648),
            ("1e300", 2_147_483_647), ("99999999999999999999999999", 2_147_483_647),
        ])
    func wholeNumbers(text: String, value: Int) async throws {
        #expect(try await activity(#""elapsed_time":\#(text)"#).elapsedTime == value)
        #expect(try await activity(#""moving_time":\#(text)"#).movingTime == value)
        #expect(try await activity(#""kudos_count":\#(text)"#).kudosCount == value)
    }

    @Test(
        "a number is read in every form",
        arguments: [
            ("9", 9), ("9.0", 9), ("9.25", 9.25), (#""9.25""#, 9.25), ("-3.5", -3.5), ("1e300", 1e300), ("-0", 0),
            (#""nan""#, 0), (#""infinity""#, 0),
        ])
    func numbers(text: String, value: Double) async throws {
        #expect(try await activity(#""distance":\#(text)"#).distance == value)
        #expect(try await activity(#""average_speed":\#(text)"#).averageSpeed == (text.contains("n") ? nil : value))
    }

    @Test(
        "an id is read in every form",
        arguments: [
            (#""id":15450425037"#, 15_450_425_037), (#""id":15450425037.0"#, 15_450_425_037),
            (#""id":"15450425037""#, 15_450_425_037), (#""id":9223372036854775807"#, .max),
            (#""id":null,"id_str":"7""#, 7), (#""id_str":"7""#, 7), (#""id":[],"id_str":"7""#, 7),
        ] as [(String, Int64)])
    func ids(field: String, id: Int64) async throws {
        let page = try await page(#"[{\#(field),"start_date":"2025-12-25T08:00:00Z"}]"#)
        #expect(page.activities.map(\.id) == [id])
    }

    @Test(
        "one sport stands in for the other",
        arguments: [
            (#""sport_type":"TrailRun""#, "Run", "TrailRun"),
            (#""sport_type":"GravelRide","type":null"#, "Ride", "GravelRide"),
            (#""sport_type":"Yodeling""#, "Yodeling", "Yodeling"), (#""type":"Ride""#, "Ride", "Ride"),
            (#""type":"","sport_type":"MountainBikeRide""#, "Ride", "MountainBikeRide"),
            (#""type":"WaterSport","sport_type":"Canoeing""#, "WaterSport", "Canoeing"),
            (#""type":"Run","sport_type":"Ride""#, "Run", "Ride"),
        ])
    func sports(fields: String, type: String, sportType: String) async throws {
        let activity = try await activity(fields)
        #expect(activity.type == type)
        #expect(activity.sportType == sportType)
    }

    @Test func longNamesAndAllCharactersAreKeptButNULIsNot() async throws {
        let long = String(repeating: "ø", count: 400)
        #expect(try await activity(#""name":"\#(long)""#).name == long)
        #expect(try await activity(#""name":"a\u0000b\n\"\ud83d\udeb4\"""#).name == "ab\n\"🚴\"")
    }

    @Test(
        "the local start",
        arguments: [
            (#""start_date_local":"2025-12-25T09:00:00Z","utc_offset":7200"#, "2025-12-25T09:00:00"),
            (#""start_date_local":"2025-12-25T09:00:00""#, "2025-12-25T09:00:00"),
            (#""start_date_local":"2025-12-25T09:00:00+01:00""#, "2025-12-25T09:00:00"),
            (#""utc_offset":7200.0"#, "2025-12-25T10:00:00"), (#""utc_offset":"-34200""#, "2025-12-24T22:30:00"),
            (#""start_date_local":"yesterday","utc_offset":20700"#, "2025-12-25T13:45:00"),
            (#""utc_offset":1e18"#, "2025-12-25T08:00:00"), (#""utc_offset":null"#, "2025-12-25T08:00:00"),
        ])
    func localStart(fields: String, text: String) async throws {
        let activity = try await activity(fields)
        #expect("\(activity.startDateLocal)" == text)
        #expect(activity.startDate.iso8601 == "2025-12-25T08:00:00Z")
    }

    @Test(
        "the zone",
        arguments: [
            ("(GMT+01:00) Europe/Berlin", "Europe/Berlin"),
            ("(GMT-03:00) America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
            ("(GMT-05:00) Etc/GMT+5", "Etc/GMT+5"), ("Europe/Oslo", "Europe/Oslo"), ("UTC", "UTC"),
            ("(GMT+00:00)", nil),
            ("(GMT+00:00) ", nil), ("", nil), ("(GMT+01:00) not a zone", nil), ("12:00", nil), ("Europe/<b>", nil),
        ] as [(String, String?)])
    func zone(text: String, name: String?) async throws {
        #expect(try await activity(#""timezone":"\#(text)""#).timezone == name)
    }

    @Test(
        "one bad item does not cost the page",
        arguments: [
            (
                #"{"name":"x","start_date":"2025-12-25T08:00:00Z"}"#, nil, "no id",
                #"{"name":"x","start_date":"2025-12-25T08:00:00Z"}"#
            ),
            (
                #"{"id":5.5,"start_date":"2025-12-25T08:00:00Z"}"#, nil, "no id",
                #"{"id":5.5,"start_date":"2025-12-25T08:00:00Z"}"#
            ),
            (
                #"{"id":5,"x":[1,-2.5,true,null,{"a":"\u00fc"}]}"#, 5, "no start_date that is a date",
                #"{"id":5,"x":[1,-2.5,true,null,{"a":"ü"}]}"#
            ),
            (#"{"start_date":"soon","id":"5"}"#, 5, "no start_date that is a date", #"{"id":"5","start_date":"soon"}"#),
            (
                #"{"id":5,"start_date":"2025-02-30T08:00:00Z"}"#, 5, "no start_date that is a date",
                #"{"id":5,"start_date":"2025-02-30T08:00:00Z"}"#
            ),
            ("null", nil, "not an object", "null"), ("17", nil, "not an object", "17"),
            ("[]", nil, "not an object", "[]"),
            (#""text""#, nil, "not an object", #""text""#), ("{}", nil, "no id", "{}"),
        ] as [(String, Int64?, String, String)])
    func rejects(item: String, id: Int64?, reason: String, json: String) async throws {
        let page = try await page(
            #"[{"id":1,"start_date":"2025-12-25T08:00:00Z"},\#(item),{"id":2,"start_date":"2025-12-25T08:00:00Z"}]"#)
        #expect(page.activities.map(\.id) == [1, 2])
        #expect(page.rejected == [RejectedActivity(id: id, reason: reason, json: json)])
        #expect(!page.isEmpty)
    }

    @Test func aRejectedItemIsKeptUpTo64KiB() async throws {
        let page = try await page(#"[{"name":"\#(String(repeating: "é", count: 100_000))"}]"#)
        let json = try #require(page.rejected.first?.json)
        // One byte short: the next character would not have fitted whole.
        #expect((65_535...65_536).contains(json.utf8.count))
        #expect(json.hasSuffix("éé"))
    }

    @Test func deeplyNestedRubbishIsSetAside() async throws {
        let nest = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
        let page = try await page(#"[{"id":1,"x":\#(nest)},{"id":2,"start_date":"2025-12-25T08:00:00Z"}]"#)
        #expect(page.activities.map(\.id) == [2])
        #expect(page.rejected.first?.json == #"{"id":1,"x":\#(nest)}"#)
    }

    @Test(
        "what is no list",
        arguments: [
            "", " ", "null", "{}", #"{"message":"error","errors":[]}"#, "<html><body>Sorry</body></html>", "[", "[{}",
            "[{]",
            #"[{"id":1,"start_date":"2025-12-25T08:00:00Z"}"#, #"[{"id":1,"start_date":"2025-12-25T08:0"#,
            "[]x",
            String(repeating: "[", count: 100_000),
        ])
    func notAList(text: String) async {
        await #expect(throws: ActivityList.NotAList.self) { try await page(text) }
    }

    @Test(
        "a value that cannot be read costs that value",
        arguments: [
            Array(#"\ud800"#.utf8), Array(#"\x"#.utf8), [0xff, 0xfe], [0xed, 0xa0, 0x80],
        ] as [[UInt8]])
    func unreadableText(name: [UInt8]) async throws {
        let head = Array(#"[{"id":1,"start_date":"2025-12-25T08:00:00Z","distance":5,"name":""#.utf8)
        let page = try await ActivityList.decode(head + name + Array(#""}]"#.utf8))
        #expect(page.activities.map(\.name) == [""])
        #expect(page.activities.map(\.distance) == [5])
    }

    @Test("a number that cannot be read costs that number", arguments: ["1e", "--1", "1.2.3", "0x10", "01"])
    func unreadableNumber(text: String) async throws {
        // Whether the reader notices at once or when the value is wanted is its own affair; both are safe.
        let page = try? await page(#"[{"id":1,"start_date":"2025-12-25T08:00:00Z","distance":\#(text)}]"#)
        #expect(page == nil || page?.activities.map(\.distance) == [0])
    }

    @Test func anEmptyListIsAnEmptyPage() async throws {
        #expect(try await page(" [ ] ").isEmpty)
    }

    @Test func aListMayBeLongerThanAsked() async throws {
        let items = (1...500).map { #"{"id":\#($0),"start_date":"2025-12-25T08:00:00Z"}"# }
        #expect(try await page("[\(items.joined(separator: ","))]").activities.map(\.id) == Array(1...500))
    }

    @Test func everyTruncationOfAPageIsNoList() async throws {
        let text = Array(
            #"[{"id":1,"name":"é\n","start_date":"2025-12-25T08:00:00Z","distance":1.5e1,"map":{"a":[true,null]}}]"#
                .utf8)
        for count in 0..<text.count {
            await #expect(throws: ActivityList.NotAList.self) { try await ActivityList.decode(Array(text[..<count])) }
        }
    }
}
