import Glibc
import TestSupport

/// One running `paceline serve`.
final class Paceline: Sendable {
    /// It ended instead of serving.
    struct DidNotStart: Error, CustomStringConvertible {
        var status: Subprocess.Status
        var transcript: String

        var description: String { "paceline ended with \(status) instead of serving:\n\(transcript)" }
    }

    let process: RunningProcess
    let transcript: Transcript
    let port: Int

    /// Returns when the server says where it is.
    ///
    /// - Parameter isWaiting: it is not going to serve yet, and has listened before that.
    init(_ process: RunningProcess, _ transcript: Transcript, isWaiting: Bool = false) async throws {
        self.process = process
        self.transcript = transcript
        // The last line of a start; the front end's own tells the port, also where people are sent to another address.
        guard await transcript.line(containing: isWaiting ? "address=127.0.0.1:" : "Ctrl-C stops.") != nil,
            await transcript.line(containing: "address=127.0.0.1:") != nil,
            let port = transcript.text.firstMatch(of: /address=127\.0\.0\.1:(\d+)/).flatMap({ Int($0.1) })
        else {
            process.kill()
            throw DidNotStart(status: await process.wait(), transcript: transcript.text)
        }
        self.port = port
    }

    var address: String { "http://127.0.0.1:\(port)" }

    /// Stops it as an operator would, and waits.
    func stop(_ signal: Int32 = SIGTERM) async -> Subprocess.Status {
        process.kill(signal: signal)
        let status = await process.wait()
        await transcript.end()
        return status
    }

    // MARK: Asking

    /// One request on a connection of its own.
    func send(
        _ method: String = "GET", _ target: String, headers: [String: String] = [:], body: String = ""
    ) async throws -> TestResponse {
        try await TestClient(port: port).exchange(method, target, headers: headers, body: body)
    }

    func get(_ target: String, headers: [String: String] = [:]) async throws -> TestResponse {
        try await send("GET", target, headers: headers)
    }

    func status() async throws -> SyncStatus {
        try await get("/strava/status").decoded(SyncStatus.self)
    }

    /// `POST /strava/refresh-data` with the right key.
    func refresh(_ query: String = "") async throws -> TestResponse {
        try await send("POST", "/strava/refresh-data\(query)", headers: ["X-API-Key": Stage.apiKey])
    }

    /// Waits until the whole history is here and nothing is under way.
    @discardableResult
    func untilComplete() async throws -> SyncStatus {
        try await eventually("the first sync is complete") {
            try await status()
        } until: {
            $0.complete && $0.state == "idle"
        }
    }

    /// Every activity that it serves, in the order of its pages.
    func allActivities(limit: Int = 1000, _ query: String = "") async throws -> [ServedActivity] {
        var all: [ServedActivity] = []
        while true {
            let page = try await get("/strava/activities?limit=\(limit)&offset=\(all.count)\(query)")
                .decoded(ServedPage.self)
            all += page.data
            if page.data.isEmpty || all.count >= page.total { return all }
        }
    }
}

/// The answer of `/strava/status`; a decoder that finds a key missing throws, so decoding it checks the shape.
struct SyncStatus: Decodable, Sendable {
    struct Progress: Decodable, Sendable { var fetched: Int }

    struct Problem: Decodable, Sendable {
        var code: String
        var message: String
        var at: String
    }

    struct Window: Decodable, Sendable {
        var used: Int
        var limit: Int
        var resets_at: String
    }

    struct Budget: Decodable, Sendable {
        var quarter: Window
        var day: Window
    }

    var athlete_connected: Bool
    var state: String
    var complete: Bool
    var activities: Int
    var oldest: String?
    var newest: String?
    var last_success_at: String?
    var next_refresh_at: String?
    var progress: Progress?
    var budget: Budget
    var last_error: Problem?
}

/// The activity object of the contract.
struct ServedActivity: Decodable, Sendable, Hashable {
    struct HeartRate: Decodable, Sendable, Hashable {
        var average: Double?
        var max: Double?
    }

    var id: Int64
    var name: String
    var type: String
    var sport_type: String
    var distance: Double
    var moving_time: Int
    var elapsed_time: Int
    var total_elevation_gain: Double
    var start_date: String
    var start_date_local: String
    var timezone: String?
    var average_speed: Double?
    var max_speed: Double?
    var kudos_count: Int
    var heart_rate: HeartRate
}

/// A page of `/strava/activities`.
struct ServedPage: Decodable, Sendable {
    var total: Int
    var limit: Int
    var offset: Int
    var data: [ServedActivity]
}
