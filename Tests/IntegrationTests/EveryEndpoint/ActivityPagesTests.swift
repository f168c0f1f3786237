import TestSupport
import Testing

/// `/strava/activities`.
@Suite(.sharedMirror, .timeLimit(.minutes(15))) struct ActivityPagesTests {
    @Test func walkingAllPagesGivesEveryActivityOnceInOrder() async throws {
        let mirror = try Mirror.shared()
        let truth = try mirror.truth()
        let served = try await mirror.server.allActivities(limit: 700)
        #expect(served.map(\.id) == truth.activities.map(\.id))
        #expect(Set(served.map(\.id)).count == 3000)
        #expect(served == truth.activities)
    }

    @Test func aPageSaysWhatItIs() async throws {
        let mirror = try Mirror.shared()
        let expected = try mirror.truth().activities
        let first = try await mirror.server.get("/strava/activities").decoded(ServedPage.self)
        #expect((first.total, first.limit, first.offset) == (3000, 100, 0))
        #expect(first.data == Array(expected.prefix(100)))
        let middle = try await mirror.server.get("/strava/activities?limit=7&offset=1234").decoded(ServedPage.self)
        #expect((middle.total, middle.limit, middle.offset) == (3000, 7, 1234))
        #expect(middle.data == Array(expected[1234..<1241]))
        let last = try await mirror.server.get("/strava/activities?limit=1000&offset=2990").decoded(ServedPage.self)
        #expect(last.data == Array(expected.suffix(10)))
        let beyond = try await mirror.server.get("/strava/activities?offset=3000").decoded(ServedPage.self)
        #expect(beyond.total == 3000)
        #expect(beyond.data.isEmpty)
    }

    @Test func yearAndTypeFilterTheList() async throws {
        let mirror = try Mirror.shared()
        let truth = try mirror.truth()
        let year = truth.years[2]
        let rides = truth.activities.filter { $0.type == "Ride" }
        #expect(try await mirror.server.allActivities("&year=\(year)") == truth.inYear(year))
        #expect(try await mirror.server.allActivities("&activity_type=Ride") == rides)
        let both = truth.inYear(year).filter { $0.type == "Ride" }
        #expect(!both.isEmpty)
        #expect(try await mirror.server.allActivities(limit: 5, "&year=\(year)&activity_type=Ride") == both)
    }

    @Test func anUnknownTypeIsAnEmptyPageAndNoError() async throws {
        let page = try await Mirror.shared().server.get("/strava/activities?activity_type=Quidditch")
        #expect(page.status == 200)
        #expect(page.text == #"{"total":0,"limit":100,"offset":0,"data":[]}"#)
    }

    @Test(arguments: [
        ("limit=0", "limit", "greater_than_equal"), ("limit=1001", "limit", "less_than_equal"),
        ("limit=abc", "limit", "int_parsing"), ("limit=99999999999999999999", "limit", "less_than_equal"),
        ("limit=1.5", "limit", "int_parsing"), ("offset=-1", "offset", "greater_than_equal"),
        ("year=0", "year", "greater_than_equal"), ("year=10000", "year", "less_than_equal"),
    ])
    func aBadParameterIsNamed(query: String, name: String, type: String) async throws {
        let answer = try await Mirror.shared().server.get("/strava/activities?\(query)")
        #expect(answer.status == 422)
        let problem = try #require(try answer.decoded(AnyJSON.self)["detail"]?[0])
        #expect(problem["type"] == .text(type))
        #expect(problem["loc"] == .list([.text("query"), .text(name)]))
        #expect(problem["input"] == .text(String(query.split(separator: "=")[1])))
        #expect(problem["msg"]?.text?.hasPrefix("Input should be") == true)
    }

    @Test func allBadParametersAreNamedAtOnce() async throws {
        let answer = try await Mirror.shared().server.get("/strava/activities?limit=0&offset=-1&year=x")
        #expect(answer.status == 422)
        #expect(try answer.decoded(AnyJSON.self)["detail"]?[2] != nil)
    }

    @Test(arguments: ["run", "ride"], ["0", "10000", "twenty"])
    func aRecordOfNoYearIsRefused(kind: String, year: String) async throws {
        #expect(try await Mirror.shared().server.get("/strava/stats/longest-\(kind)?year=\(year)").status == 422)
    }
}
