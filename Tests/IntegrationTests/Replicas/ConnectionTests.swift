import Sandbox
import TestSupport
import Testing

/// One athlete, and several replicas behind one name: whichever of them is asked, it is the same connection.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ConnectionTests {
    @Test func theCallbackMayReachAnotherReplicaThanTheOneThatAskedForIt() async throws {
        try await withReplicas(2, activities: 300) { replicas in
            let (first, second) = (replicas.servers[0], replicas.servers[1])
            let browser = Browser()
            let callback = try await browser.callback(from: first)
            #expect(callback.hasPrefix(first.address))
            let answer = try await browser.open(second.address + callback.dropFirst(first.address.count))
            #expect(answer["location"]?.hasSuffix("/?strava=success") == true, "\(answer.status) \(answer.text)")
            try await replicas.untilComplete()
            #expect(await replicas.stage.listRequests() <= Replicas.pages(300) + 1)
        }
    }

    @Test func aNewConnectionThroughOneReplicaIsGoodForAll() async throws {
        try await withReplicas(3, activities: 300) { replicas in
            let stage = replicas.stage
            try await replicas.connect()
            try await replicas.untilComplete()
            // Another grant ends the one that they hold, refresh token and all.
            await stage.sandbox.startRunningToken(secondsLeft: 7200)
            await stage.sandbox.killAccessTokens()
            for answer in try await replicas.refreshAll() { #expect(answer.status == 409, "\(answer.text)") }
            try await replicas.connect(on: replicas.servers[1])
            for server in replicas.servers {
                try await eventually("it goes on with the new tokens", within: .seconds(30)) {
                    try await server.refresh().status
                } until: {
                    $0 == 200
                }
            }
            try await replicas.untilComplete()
            let exchanges = await stage.sandbox.requests(to: .token)
            #expect(exchanges.count { $0.status == 400 } <= 3, "each has offered the dead token once at most")
        }
    }
}
