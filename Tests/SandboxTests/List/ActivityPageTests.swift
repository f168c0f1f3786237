import HTTP
import HTTPTypes
import Testing

@testable import Sandbox

@Suite struct ActivityPageTests {
    private let lab = Lab()
    /// The start of run 1, in seconds.
    private let first = HandClock.start / 1000 - 450 * 3600

    private func ids(_ query: String) async throws -> [Int64] {
        let token = try await lab.signIn().access_token
        return try await lab.ids(query, token: token)
    }

    @Test func thirtyComeNewestFirstUnlessTold() async throws {
        #expect(try await ids("") == Array((421...450).reversed()))
    }

    @Test func bothPathLayoutsAnswerTheSame() async throws {
        let token = try await lab.signIn().access_token
        let old = await lab.get("/api/v3/athlete/activities?per_page=7", token: token)
        let new = await lab.get("/athlete/activities?per_page=7", token: token)
        #expect(old.body == new.body)
        #expect(old.field("Content-Type") == "application/json; charset=utf-8")
    }

    @Test func pagesFollowEachOtherAndAnEmptyOneEndsThem() async throws {
        #expect(try await ids("?per_page=200") == Array((251...450).reversed()))
        #expect(try await ids("?per_page=200&page=2") == Array((51...250).reversed()))
        #expect(try await ids("?per_page=200&page=3") == Array((1...50).reversed()))
        #expect(try await ids("?per_page=200&page=4") == [])
        #expect(try await ids("?per_page=200&page=9000000000000000000") == [])
    }

    @Test func twoHundredIsTheMost() async throws {
        #expect(try await ids("?per_page=1000").count == 200)
    }

    @Test(arguments: ["page=0", "page=-1", "page=x", "per_page=0", "per_page=x", "before=x", "after=1.5"])
    func nonsenseIsRefused(query: String) async throws {
        let token = try await lab.signIn().access_token
        let name = query.prefix { $0 != "=" }
        #expect(
            try await lab.get("/athlete/activities?\(query)", token: token).refusal
                == "400 Bad Request: Application/\(name)/invalid")
    }

    @Test func beforeIsExclusiveAndNewestFirst() async throws {
        #expect(try await ids("?before=\(first + 3 * 3600)") == [3, 2, 1])
        #expect(try await ids("?before=\(first + 3 * 3600 + 1)") == [4, 3, 2, 1])
        #expect(try await ids("?before=\(first)") == [])
    }

    @Test func afterAloneIsExclusiveAndOldestFirst() async throws {
        #expect(try await ids("?after=\(first)&per_page=3") == [2, 3, 4])
        #expect(try await ids("?after=\(first - 1)&per_page=3") == [1, 2, 3])
        #expect(try await ids("?after=\(first - 1)&per_page=3&page=2") == [4, 5, 6])
    }

    @Test func bothBoundsTogetherAreNewestFirst() async throws {
        #expect(try await ids("?after=\(first)&before=\(first + 4 * 3600)") == [4, 3, 2])
        #expect(try await ids("?after=\(first + 4 * 3600)&before=\(first)") == [])
    }

    @Test func anAfterInTheFutureIsRefused() async throws {
        let now = HandClock.start / 1000
        #expect(try await ids("?after=\(now)") == [])
        let token = try await lab.signIn().access_token
        for late in [now + 1, now * 1000] {
            #expect(
                try await lab.get("/athlete/activities?after=\(late)", token: token).refusal
                    == "400 Bad Request: Application/after/future")
        }
    }

    @Test func equalStartsAreOrderedByID() async throws {
        let start = first + 1800
        for id in [900, 800] as [Int64] {
            await lab.sandbox.apply(
                .insert(SandboxActivity(id: id, athleteID: 7, start: start, startLocal: start + 3600)))
        }
        #expect(try await ids("?before=\(first + 7200)") == [2, 900, 800, 1])
        #expect(try await ids("?after=\(first)&per_page=3") == [800, 900, 2])
    }

    @Test func onlyMeItemsAreHiddenWithoutReadAll() async throws {
        await lab.sandbox.apply(.setVisibility(449, .onlyMe))
        await lab.sandbox.apply(.setVisibility(448, .followersOnly))
        #expect(try await ids("?per_page=3") == [450, 449, 448])
        let narrow = try await lab.signIn([.read, .activityRead]).access_token
        #expect(try await lab.ids("?per_page=3", token: narrow) == [450, 448, 447])
        #expect(try await lab.ids("?per_page=200&page=3", token: narrow).count == 49)
        await lab.sandbox.apply(.setVisibility(449, .everyone))
        #expect(try await lab.ids("?per_page=3", token: narrow) == [450, 449, 448])
    }

    @Test func aShortPageIsNotTheEndAndNothingIsLost() async throws {
        await lab.sandbox.configure { $0.shortPages = ShortPages(seed: 3, upTo: 40) }
        var walked: [Int64] = []
        var lengths: [Int] = []
        for page in 1...100 {
            let part = try await ids("?per_page=50&page=\(page)")
            if part.isEmpty { break }
            walked += part
            lengths.append(part.count)
        }
        #expect(walked == Array((1...450).reversed()))
        #expect(lengths.dropLast().contains { $0 < 50 })
        #expect(Set(lengths).count > 2)
        // The same page again is the same page.
        #expect(try await ids("?per_page=50&page=2").count == lengths[1])
    }

    @Test func historyCanChangeWhileSomebodyPages() async throws {
        #expect(try await ids("?per_page=3") == [450, 449, 448])
        let start = HandClock.start / 1000 - 60
        await lab.sandbox.apply(.insert(SandboxActivity(id: 777, athleteID: 7, start: start, startLocal: start)))
        #expect(try await ids("?per_page=3&page=2") == [448, 447, 446])
        #expect(await lab.sandbox.apply(.delete(777)))
        #expect(await lab.sandbox.apply(.delete(449)))
        #expect(await !lab.sandbox.apply(.delete(449)))
        #expect(try await ids("?per_page=3") == [450, 448, 447])
        #expect(await lab.sandbox.apply(.edit(450) { $0.name = "Renamed" }))
        let token = try await lab.signIn().access_token
        #expect(await lab.get("/athlete/activities?per_page=1", token: token).text.contains(#""name":"Renamed""#))
    }

    @Test func aPlannedChangeFallsBetweenTwoPages() async throws {
        await lab.sandbox.plan(.delete(450), afterListReplies: 2)
        #expect(try await ids("?per_page=2") == [450, 449])
        #expect(try await ids("?per_page=2&page=2") == [448, 447])
        // The deletion moved everything up by one, so 446 is skipped.
        #expect(try await ids("?per_page=2&page=3") == [445, 444])
    }

    @Test func eachAthleteSeesTheirOwn() async throws {
        let lab = Lab([Lab.plain(3), Lab.plain(5, id: 8)])
        let other = try await lab.signIn(athlete: 8).access_token
        #expect(try await lab.ids("", token: other).count == 5)
        #expect(try await lab.ids("", token: lab.signIn().access_token).count == 3)
    }
}
