import FoundationEssentials
import TestSupport
import Testing

@testable import Sandbox

@Suite struct ActivityJSONTests {
    private func item(_ change: (inout SandboxActivity) -> Void = { _ in }) throws -> (AnyJSON, String) {
        var activity = SandboxActivity(
            id: 12_345_678_901, athleteID: 7, start: 1_764_576_000, startLocal: 1_764_579_600, distance: 10_421.5,
            movingTime: 3600)
        change(&activity)
        let json = activity.json
        return (try JSONDecoder().decode(AnyJSON.self, from: Data(json)), String(decoding: json, as: UTF8.self))
    }

    @Test func theFieldsHaveTheirExactForms() throws {
        let (item, text) = try item()
        for part in [
            #""resource_state":2"#, #""id":12345678901"#, #""id_str":"12345678901""#, #""name":"Test Run""#,
            #""type":"Run""#, #""sport_type":"Run""#, #""distance":10421.5"#, #""moving_time":3600"#,
            #""start_date":"2025-12-01T08:00:00Z""#, #""start_date_local":"2025-12-01T09:00:00Z""#,
            #""timezone":"(GMT+01:00) Europe/Oslo""#, #""utc_offset":3600"#, #""average_speed":2.895"#,
            #""visibility":"everyone""#, #""private":false"#, #""external_id":null"#, #""upload_id":null"#,
            #""has_heartrate":false"#, #""gear_id":null"#, #""workout_type":null"#,
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(item["athlete"]?["id"] == .number(7))
        #expect(item["average_heartrate"] == nil)
        #expect(item["description"] == nil)
    }

    @Test func theOffsetIsSometimesAFraction() throws {
        #expect(try item { $0.id = 12_345_678_902 }.1.contains(#""utc_offset":3600.0"#))
    }

    @Test func coordinatesComeAsPairsEmptyNullOrNotAtAll() throws {
        let route = SandboxActivity.Track.route(polyline: "abc", start: [5_996_400, 1_067_000], end: [1, -1])
        let pair = try item { $0.track = route }
        #expect(pair.1.contains(#""start_latlng":[59.964,10.67]"#))
        #expect(pair.0["map"]?["summary_polyline"] == .text("abc"))
        let blank = try item { $0.track = .blank }.0
        #expect(blank["start_latlng"]?.count == 0)
        #expect(blank["map"]?["summary_polyline"] == .text(""))
        let null = try item { $0.track = .null }.0
        #expect(null["end_latlng"] == .null)
        #expect(null["map"]?["summary_polyline"] == .null)
        #expect(try item { $0.track = .absent }.0["start_latlng"] == nil)
    }

    @Test func numbersComeInAllTheirLiterals() throws {
        let fractions = try item { $0.numbers = .fractions }.1
        #expect(fractions.contains(#""moving_time":3600.0"#))
        #expect(fractions.contains(#""kudos_count":0.0"#))
        #expect(try item { $0.numbers = .whole }.1.contains(#""distance":10422,"#))
        let exponent = try item { $0.numbers = .exponents }
        #expect(exponent.1.contains(#""distance":104215e-1"#))
        #expect(exponent.0["distance"] == .number(10_421.5))
    }

    @Test func whatIsMissingIsMissingAndWhatIsNullIsNull() throws {
        let bare = try item {
            $0.name = nil
            $0.type = nil
            $0.distance = nil
            $0.timezone = nil
        }.0
        #expect(bare["name"] == nil)
        #expect(bare["type"] == nil)
        #expect(bare["distance"] == .null)
        #expect(bare["timezone"] == .null)
        #expect(try item { $0.name = "" }.0["name"] == .text(""))
    }

    @Test func privateIsTheSameAsOnlyMe() throws {
        #expect(try item { $0.visibility = .onlyMe }.0["private"] == .bool(true))
        #expect(try item { $0.visibility = .followersOnly }.0["private"] == .bool(false))
    }

    @Test func everyItemOfTheStandardHistoryIsJSON() throws {
        for activity in SandboxAthlete.oddities(endingAt: HandClock.start).activities.all {
            let item = try JSONDecoder().decode(AnyJSON.self, from: Data(activity.json))
            #expect(item["id"] == .number(Double(activity.id)))
            #expect(item["name"]?.text == activity.name)
            #expect(item["start_date"]?.text == CivilTime.iso8601(activity.start))
        }
    }
}
