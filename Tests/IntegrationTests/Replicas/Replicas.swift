import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// Several Pacelines on one PostgreSQL database, which in the beginning is empty.
struct Replicas {
    let stage: Stage
    let database: PostgresServer
    /// The database's name.
    let name: String
    let servers: [Paceline]

    /// What an undisturbed backfill of so many activities asks for: each page begins with the last item of the one before, and an
    /// empty page ends the list.
    static func pages(_ activities: Int) -> Int { 2 + (activities - 200 + 198) / 199 }

    var first: Paceline { servers[0] }

    /// Connects the athlete on one of them, which so begins the backfill.
    func connect(on server: Paceline? = nil) async throws {
        let answer = try await Browser().connect(to: server ?? first)
        #expect(answer["location"]?.hasSuffix("/?strava=success") == true, "\(answer.status) \(answer.text)")
    }

    /// Waits until each of these has the whole history and nothing to do.
    func untilComplete(_ servers: [Paceline]? = nil, within limit: Duration = .seconds(180)) async throws {
        let count = await stage.sandbox.activities().count
        for server in servers ?? self.servers {
            try await eventually("all is here", within: limit) {
                try await server.status()
            } until: {
                $0.complete && $0.state == "idle" && $0.activities == count
            }
        }
    }

    /// Who has the lease `sync`, as the database tells; nil when nobody has.
    func holder() async throws -> String? {
        try await database.column("SELECT holder FROM paceline_leases WHERE name = 'sync'", database: name).first ?? nil
    }

    /// Waits until so many list requests have been made, for a page that the sandbox then holds back.
    func untilAsked(for requests: Int) async throws {
        try await eventually("page \(requests) is asked for") {
            await stage.listRequests()
        } until: {
            $0 >= requests
        }
    }

    /// `POST /strava/refresh-data` to each, all at once, so many times.
    func refreshAll(times: Int = 1, _ query: String = "") async throws -> [TestResponse] {
        try await withThrowingTaskGroup(of: TestResponse.self) { group in
            for server in servers {
                for _ in 0..<times { group.addTask { try await server.refresh(query) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    // MARK: What came of it

    private static let paths = [
        "/strava/stats/ytd", "/strava/stats/activities", "/strava/stats/monthly", "/strava/stats/totals",
        "/strava/stats/yearly", "/strava/activities?limit=1000", "/strava/activities?limit=1000&offset=1000",
        "/strava/activities?limit=1000&offset=2000",
    ]

    /// Expects the same bytes from each of them, once the last notification has been heard.
    func expectSameAnswers(_ servers: [Paceline]? = nil) async throws {
        for path in Self.paths {
            try await eventually("all answer \(path) alike", within: .seconds(30)) {
                var answers: Set<String> = []
                for server in servers ?? self.servers { answers.insert(try await server.get(path).text) }
                return answers
            } until: {
                $0.count == 1
            }
        }
    }

    /// Looks at all that these serve, and at all that Strava was asked for since the log was cleared.
    ///
    /// Expects what must always hold, whatever the fault was: nothing lost, nothing doubled, no request over the budget.
    ///
    /// - Parameter limit: how many pages of the walk the fault may cost: the one that was on its way.
    func account(
        of fault: String, recovered: Duration, pagesTwice limit: Int, _ servers: [Paceline]? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let truth = try Truth(await stage.sandbox.activities()).activities
        var account = Account(replicas: self.servers.count, fault: fault, recovered: recovered)
        for server in servers ?? self.servers {
            let served = try await server.allActivities()
            account.lost = max(account.lost, Set(truth.map(\.id)).subtracting(served.map(\.id)).count)
            account.doubled = max(account.doubled, served.count - Set(served.map(\.id)).count)
            #expect(served == truth, "each as it is at Strava", sourceLocation: sourceLocation)
        }
        let requests = await stage.sandbox.requests(to: .activities)
        account.overBudget = requests.count { $0.status == 429 }
        let pages = requests.filter { $0.status == 200 && $0.query?.contains("before=") == true }.map { $0.query ?? "" }
        account.pagesTwice = pages.count - Set(pages).count
        print(account)
        #expect(account.lost == 0 && account.doubled == 0, sourceLocation: sourceLocation)
        #expect(account.overBudget == 0, sourceLocation: sourceLocation)
        let asked = requests.map { "\($0.time) \($0.status) \($0.query ?? "")" }
        #expect(account.pagesTwice <= limit, "\(asked)", sourceLocation: sourceLocation)
    }
}

/// A row of the table in docs/replicas.md: printed, so that the table can be brought up to date.
struct Account: CustomStringConvertible {
    var replicas: Int
    var fault: String
    var lost = 0
    var doubled = 0
    /// Pages of the walk that were fetched more than once.
    var pagesTwice = 0
    var overBudget = 0
    var recovered: Duration

    var description: String {
        let tenths = recovered.components.seconds * 10 + recovered.components.attoseconds / 100_000_000_000_000_000
        return
            "| \(replicas) | \(fault) | \(lost) | \(doubled) | \(pagesTwice) | \(overBudget) | \(tenths / 10).\(tenths % 10) s |"
    }
}

/// Sets a stage, starts so many Pacelines on one new database, all at once, and plays `body`.
///
/// - Parameters:
///   - own: the server, when it is to be stopped; else the one that most tests share.
///   - variables: over the stage's environment.
///   - url: how the Pacelines reach the database; its own address unless told.
func withReplicas(
    _ count: Int, activities: Int, on own: PostgresServer? = nil, _ variables: [String: String?] = [:],
    settings: (inout SandboxSettings) -> Void = { _ in }, url: ((String) -> String)? = nil,
    _ body: (Replicas) async throws -> Void
) async throws {
    let database: PostgresServer
    if let own { database = own } else { database = try await PostgresServer.shared() }
    try await withStage(activities: activities, settings: settings) { stage in
        try await database.withDatabase { name in
            let address = url?(name) ?? database.url(database: name)
            let variables = variables.merging(["DATABASE_URL": address]) { $1 }
            let servers = try await withThrowingTaskGroup(of: Paceline.self) { group in
                for _ in 0..<count { group.addTask { try await stage.serve(variables) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await body(Replicas(stage: stage, database: database, name: name, servers: servers))
        }
    }
}

extension Stage {
    /// Makes every page take so long from now on, so that something can happen between two of them.
    func slowDown(_ pause: Duration) async { await sandbox.inject(.latency(pause), on: .activities, times: 10_000) }

    /// A new activity at Strava, an hour old.
    func addActivity(_ id: Int64) async {
        let start = clock.now / 1000 - 3600
        await sandbox.apply(
            .insert(
                SandboxActivity(id: id, athleteID: SandboxAthlete.standardID, start: start, startLocal: start)))
    }
}
