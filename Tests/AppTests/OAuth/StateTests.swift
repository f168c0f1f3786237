import Actors
import Crypto
import HTTP
import HTTPTypes
import TestSupport
import Testing

@testable import paceline

@Suite("The state of an OAuth round trip")
struct StateTests {
    private let clock = ManualClock()
    private let signer = StateSigner(secret: Secret("a secret of the server"))

    @Test func aGoodStateIsTakenOnce() async throws {
        let desk = StateDesk(signer: signer, clock: clock)
        let state = await desk.issue(for: "browser")
        try await desk.redeem(state, from: "browser")
        await #expect(throws: StateSigner.Refusal.used) { try await desk.redeem(state, from: "browser") }
    }

    @Test func aReplayIsRefusedInItsOtherSpellingToo() async throws {
        let desk = StateDesk(signer: signer, clock: clock)
        let state = await desk.issue(for: "browser")
        try await desk.redeem(state, from: "browser")
        let padded = Base64URL.encode(try #require(Base64URL.decode(state)), padded: true)
        await #expect(throws: StateSigner.Refusal.used) { try await desk.redeem(padded, from: "browser") }
    }

    @Test func itLivesTenMinutesAndNotAMomentMore() throws {
        let start = clock.now()
        let state = signer.issue(for: "browser", at: start)
        #expect(throws: Never.self) {
            try signer.verify(state, from: "browser", at: start + .milliseconds(599_999))
        }
        #expect(throws: StateSigner.Refusal.expired) {
            try signer.verify(state, from: "browser", at: start + .seconds(600))
        }
    }

    @Test func everyChangedByteIsNoticed() throws {
        let bytes = try #require(Base64URL.decode(signer.issue(for: "browser", at: clock.now())))
        #expect(bytes.count == 40)
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                #expect(throws: StateSigner.Refusal.forged, "byte \(index), bit \(bit)") {
                    try signer.verify(Base64URL.encode(changed, padded: false), from: "browser", at: clock.now())
                }
            }
        }
    }

    @Test func anotherBrowserOrAnotherSecretDoesNotPass() {
        let state = signer.issue(for: "browser", at: clock.now())
        for browser in ["other", "", "browserx", "browse"] {
            #expect(throws: StateSigner.Refusal.forged) {
                try signer.verify(state, from: browser, at: clock.now())
            }
        }
        #expect(throws: StateSigner.Refusal.forged) {
            try StateSigner(secret: Secret("another")).verify(state, from: "browser", at: clock.now())
        }
    }

    @Test(arguments: ["", "abc", "not base64!", String(repeating: "A", count: 52), String(repeating: "A", count: 5000)])
    func nonsenseIsMalformed(state: String) {
        #expect(throws: StateSigner.Refusal.malformed) {
            try signer.verify(state, from: "browser", at: clock.now())
        }
    }

    @Test func noTwoStatesAreEqual() {
        let states = (0..<100).map { _ in signer.issue(for: "browser", at: clock.now()) }
        #expect(Set(states).count == 100)
    }

    @Test func aRefusedStateIsNotUsedUp() async throws {
        let desk = StateDesk(signer: signer, clock: clock)
        let state = await desk.issue(for: "browser")
        await #expect(throws: StateSigner.Refusal.forged) { try await desk.redeem(state, from: "thief") }
        try await desk.redeem(state, from: "browser")
    }

    @Test func aFloodOfUsedStatesIsBoundedAndForgetsTheOldestFirst() async throws {
        let desk = StateDesk(signer: signer, clock: clock, capacity: 3)
        var states: [String] = []
        for _ in 0..<4 {
            let state = await desk.issue(for: "browser")
            try await desk.redeem(state, from: "browser")
            states.append(state)
            clock.advance(by: .seconds(1))
        }
        for state in states.dropFirst() {
            await #expect(throws: StateSigner.Refusal.used) { try await desk.redeem(state, from: "browser") }
        }
        try await desk.redeem(states[0], from: "browser")
    }

    @Test func roomIsMadeFromWhatHasExpired() async throws {
        let desk = StateDesk(signer: signer, clock: clock, capacity: 2)
        for _ in 0..<2 { try await desk.redeem(await desk.issue(for: "browser"), from: "browser") }
        clock.advance(by: .seconds(600))
        let first = await desk.issue(for: "browser")
        let second = await desk.issue(for: "browser")
        try await desk.redeem(first, from: "browser")
        try await desk.redeem(second, from: "browser")
        await #expect(throws: StateSigner.Refusal.used) { try await desk.redeem(first, from: "browser") }
    }
}

@Suite("The cookie of the OAuth flow")
struct BrowserCookieTests {
    private let token = "AAAAAAAAAAAAAAAAAAAAAA"

    private func read(_ cookie: String?) -> String? {
        BrowserCookie.token(
            in: Request(method: .get, target: "/", fields: HTTPFields(named: cookie.map { ["Cookie": $0] } ?? [:])))
    }

    @Test func itIsFoundAmongOthers() {
        for cookie in [
            "paceline_oauth=T", "a=b; paceline_oauth=T", "paceline_oauth=T; a=b", "a=b;paceline_oauth=T;c=d",
            "session=x=y; paceline_oauth=T", "; ; paceline_oauth=T", "paceline_oauth=short; paceline_oauth=T",
            "a; paceline_oauth=T",
        ] {
            #expect(read(cookie.replacing("T", with: token)) == token, "\(cookie)")
        }
    }

    @Test func whatIsNotOneIsIgnored() {
        for cookie in [
            nil, "", "=", ";;;", "paceline_oauth", "paceline_oauth=", "paceline_oauth=T!", "paceline_oauth=TT",
            "paceline_oauth=\"T\"", "Paceline_oauth=T", "paceline_oauth2=T", "xpaceline_oauth=T", "a=paceline_oauth=T",
            // Left-over bits: another spelling of the same bytes.
            "paceline_oauth=AAAAAAAAAAAAAAAAAAAAAB",
        ] {
            #expect(read(cookie?.replacing("T", with: token)) == nil, "\(cookie ?? "none")")
        }
    }

    @Test func aMadeOneIsWellFormedAndRandom() {
        let tokens = (0..<50).map { _ in BrowserCookie.makeToken() }
        #expect(Set(tokens).count == 50)
        for token in tokens { #expect(read("paceline_oauth=\(token)") == token) }
    }

    @Test func itsAttributes() {
        #expect(
            BrowserCookie.field("T", basePath: "", isSecure: false)
                == "paceline_oauth=T; Path=/strava; Max-Age=600; HttpOnly; SameSite=Lax")
        #expect(
            BrowserCookie.field("T", basePath: "/pace", isSecure: true)
                == "paceline_oauth=T; Path=/pace/strava; Max-Age=600; HttpOnly; SameSite=Lax; Secure")
    }
}
