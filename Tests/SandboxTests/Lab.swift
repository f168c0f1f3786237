import FoundationEssentials
import HTTP
import HTTPTypes
import Locking

@testable import Sandbox

/// A clock that moves when a test says so; milliseconds since the epoch.
final class HandClock: Sendable {
    /// 2026-11-23T03:00:00Z, the beginning of a quarter.
    static let start: Int64 = 1_795_402_800_000

    private let time: Lock<Int64>

    init(_ time: Int64 = HandClock.start) { self.time = Lock(time) }

    var now: Int64 { time.withLock { $0 } }

    func advance(seconds: Int64) { time.withLock { $0 += seconds * 1000 } }
}

/// A sandbox on a workbench: requests go in by hand, without sockets.
struct Lab {
    let clock = HandClock()
    let sandbox: Sandbox
    let responder: SandboxResponder

    init(_ athletes: [SandboxAthlete] = [Lab.plain(450)], _ change: (inout SandboxSettings) -> Void = { _ in }) {
        var settings = SandboxSettings()
        change(&settings)
        let clock = clock
        sandbox = Sandbox(athletes: athletes, settings: settings, clock: { clock.now })
        responder = SandboxResponder(sandbox)
    }

    /// An athlete with `count` public runs, numbered from 1 in the order of their hourly starts.
    static func plain(_ count: Int, id: Int64 = 7) -> SandboxAthlete {
        let end = HandClock.start / 1000
        let runs = (1...count).map { number in
            let start = end - Int64(count - number + 1) * 3600
            return SandboxActivity(id: Int64(number), athleteID: id, start: start, startLocal: start + 3600)
        }
        return SandboxAthlete(id: id, firstName: "Plain", lastName: "Person", activities: runs)
    }

    func get(_ target: String, token: String? = nil) async -> Response {
        var fields = HTTPFields()
        if let token { fields[.authorization] = "Bearer \(token)" }
        return await responder.respond(to: Request(method: .get, target: target, fields: fields))
    }

    func post(_ target: String, _ form: [(String, String)], authorization: String? = nil) async -> Response {
        let body = form.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        var fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        fields[.authorization] = authorization
        return await responder.respond(
            to: Request(method: .post, target: target, fields: fields, body: Array(body.utf8)))
    }

    func exchange(_ code: String) async -> Response {
        await post(
            "/oauth/token",
            [
                ("client_id", Sandbox.clientID), ("client_secret", Sandbox.clientSecret), ("code", code),
                ("grant_type", "authorization_code"),
            ])
    }

    func refresh(_ token: String) async -> Response {
        await post(
            "/oauth/token",
            [
                ("client_id", Sandbox.clientID), ("client_secret", Sandbox.clientSecret), ("refresh_token", token),
                ("grant_type", "refresh_token"),
            ])
    }

    /// The tokens of a fresh sign-in.
    func signIn(_ scopes: Scopes = [.read, .activityReadAll], athlete: Int64? = nil) async throws -> TokenBody {
        let code = await sandbox.approve(scopes: scopes, athlete: athlete)
        return try await exchange(code).decoded(TokenBody.self)
    }

    /// The ids on a list page.
    func ids(_ query: String, token: String) async throws -> [Int64] {
        try await get("/api/v3/athlete/activities\(query)", token: token).decoded([ItemID].self).map(\.id)
    }
}

struct ItemID: Decodable { var id: Int64 }

struct TokenBody: Decodable {
    struct Athlete: Decodable {
        var id: Int64
        var resource_state: Int
    }

    var token_type: String
    var access_token: String
    var refresh_token: String
    var expires_at: Int64
    var expires_in: Int64
    var athlete: Athlete?
}

/// Strava's error body as one line: `Bad Request: Application/client_id/invalid`.
struct FaultBody: Decodable, CustomStringConvertible {
    struct Reason: Decodable {
        var resource: String
        var field: String
        var code: String
    }

    var message: String
    var errors: [Reason]

    var description: String {
        ([message + ":"] + errors.map { "\($0.resource)/\($0.field)/\($0.code)" }).joined(separator: " ")
    }
}

extension Response {
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(body))
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }

    /// Status and error in one line.
    var refusal: String {
        get throws { "\(status.code) \(try decoded(FaultBody.self))" }
    }
}
