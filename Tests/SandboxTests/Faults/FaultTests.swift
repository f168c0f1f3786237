import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import Sandbox

@Suite struct FaultTests {
    private let lab = Lab()

    /// The reply to a list request for five items after the fault was injected.
    private func page(_ fault: Fault) async throws -> Response {
        let token = try await lab.signIn().access_token
        await lab.sandbox.inject(fault, on: .activities)
        return await lab.get("/athlete/activities?per_page=5", token: token)
    }

    @Test func aServerErrorIsHTMLOrNothing() async throws {
        let html = try await page(.serverError(status: 503))
        #expect(html.status.code == 503)
        #expect(html.fields[.contentType] == "text/html; charset=utf-8")
        #expect(html.text.contains("<h1>503</h1>"))
        #expect(html.field("X-RateLimit-Usage") == nil)
        let empty = try await page(.serverError(status: 597, html: false))
        #expect(empty.status.code == 597)
        #expect(empty.body.isEmpty)
        // Both calls were made, so both count.
        #expect(await lab.sandbox.usage.overall.day == 2)
    }

    @Test func aPageOfHTMLCanComeWith200() async throws {
        let reply = try await page(.htmlPage)
        #expect(reply.status.code == 200)
        #expect(reply.text.hasPrefix("<!doctype html>"))
    }

    @Test func jsonCanBeCutOff() async throws {
        let reply = try await page(.truncatedJSON)
        #expect(reply.status.code == 200)
        #expect(reply.text.hasPrefix(#"[{"resource_state":2"#))
        #expect(throws: (any Error).self) { try reply.decoded([ItemID].self) }
    }

    @Test func theBodyCanBeEmptyAndTheTypeWrong() async throws {
        let empty = try await page(.emptyBody)
        #expect(empty.status.code == 200)
        #expect(empty.body.isEmpty)
        let wrong = try await page(.wrongContentType)
        #expect(wrong.fields[.contentType] == "text/plain")
        #expect(try wrong.decoded([ItemID].self).count == 5)
    }

    @Test func theLimitCanHitWithoutHeaders() async throws {
        let reply = try await page(.limitedWithoutHeaders)
        #expect(try reply.refusal == "429 Rate Limit Exceeded: Application/rate limit/exceeded")
        #expect(reply.field("X-RateLimit-Usage") == nil)
    }

    @Test func aGoodTokenCanBeRefusedOnce() async throws {
        #expect(
            try await page(.unauthorized).refusal == "401 Authorization Error: Athlete/access_token/invalid")
    }

    @Test func aPageCanHoldOneItemTooMany() async throws {
        let token = try await lab.signIn().access_token
        await lab.sandbox.inject(.oversizedPage, on: .activities)
        let ids = try await lab.ids("?per_page=200", token: token)
        #expect(ids == Array((250...450).reversed()))
    }

    @Test func anItemCanBeNoActivity() async throws {
        let items = try await page(.undecodableItem).decoded([AnyJSON].self)
        #expect(items.count == 6)
        #expect(items.filter { $0["id"] == .null }.count == 1)
    }

    @Test func anItemCanComeTwice() async throws {
        #expect(try await page(.repeatedItem).decoded([ItemID].self).map(\.id) == [450, 450, 449, 448, 447, 446])
    }

    @Test func pageOneCanBeEmpty() async throws {
        #expect(try await page(.emptyPage).text == "[]")
    }

    @Test func faultsPassInTheirOrderAndAsOftenAsTold() async throws {
        let token = try await lab.signIn().access_token
        await lab.sandbox.inject(.serverError(status: 500), on: .activities, times: 2, after: 1)
        await lab.sandbox.inject(.htmlPage, on: .activities)
        await lab.sandbox.inject(.serverError(status: 502), on: .athlete)
        var seen: [Int] = []
        for _ in 0..<5 { seen.append(await lab.get("/athlete/activities", token: token).status.code) }
        #expect(seen == [200, 500, 500, 200, 200])
        #expect(await lab.get("/athlete", token: token).status.code == 502)
        #expect(
            await lab.sandbox.requests(to: .activities).map { $0.fault != nil } == [false, true, true, true, false])
    }

    @Test func waitingFaultsCanBeForgotten() async throws {
        let token = try await lab.signIn().access_token
        await lab.sandbox.inject(.htmlPage, on: .activities, times: 9)
        await lab.sandbox.clearFaults()
        #expect(try await lab.ids("?per_page=1", token: token) == [450])
    }

    @Test func aServerErrorAtTheTokenEndpointLeavesTheCodeGood() async throws {
        let code = await lab.sandbox.approve()
        await lab.sandbox.inject(.serverError(status: 503), on: .token)
        #expect(await lab.exchange(code).status.code == 503)
        #expect(await lab.exchange(code).status.code == 200)
    }

    @Test func anAnswerThatIsLostHasTakenEffect() async throws {
        let tokens = try await lab.signIn()
        lab.clock.advance(seconds: 20_000)
        await lab.sandbox.inject(.truncatedJSON, on: .token)
        #expect(await lab.refresh(tokens.refresh_token).status.code == 200)
        #expect(await lab.refresh(tokens.refresh_token).status.code == 400)
    }

    @Test func latencyHoldsTheReplyBack() async throws {
        let token = try await lab.signIn().access_token
        await lab.sandbox.inject(.latency(.seconds(3)), on: .athlete)
        let request = Request(method: .get, target: "/athlete", fields: [.authorization: "Bearer \(token)"])
        #expect(await lab.sandbox.reply(to: request).delay == .seconds(3))
        #expect(await lab.sandbox.reply(to: request).delay == .zero)
    }
}
