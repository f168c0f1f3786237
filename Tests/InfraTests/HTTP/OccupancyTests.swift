import Testing

@testable import HTTP
@testable import Reactor

@Suite struct OccupancyTests {
    private let near: [UInt8] = [192, 0, 2, 7]
    private let far: [UInt8] = [192, 0, 2, 8]

    @Test func aClientHasItsShareAndOthersHaveTheirs() {
        var occupancy = Occupancy(limit: 10, limitPerClient: 2)
        #expect(occupancy.connectionArrived(from: near) == .welcome)
        #expect(occupancy.connectionArrived(from: near) == .welcome)
        #expect(occupancy.connectionArrived(from: near) == .clientHasEnough)
        #expect(occupancy.connectionArrived(from: far) == .welcome)
        occupancy.connectionEnded(from: near)
        #expect(occupancy.connectionArrived(from: near) == .welcome)
    }

    @Test func allTogetherHaveACeilingProxiesIncluded() {
        var occupancy = Occupancy(limit: 2, limitPerClient: 9)
        #expect(occupancy.connectionArrived(from: nil) == .welcome)
        #expect(occupancy.connectionArrived(from: near) == .welcome)
        #expect(occupancy.connectionArrived(from: far) == .full)
        #expect(occupancy.connectionArrived(from: nil) == .full)
        occupancy.connectionEnded(from: nil)
        #expect(occupancy.connectionArrived(from: far) == .welcome)
    }

    @Test func aProxyIsNoClientButItsClientsAre() {
        var occupancy = Occupancy(limit: 100, limitPerClient: 1)
        for _ in 0..<5 { #expect(occupancy.connectionArrived(from: nil) == .welcome) }
        #expect(occupancy.requestArrived(from: near) == .welcome)
        #expect(occupancy.requestArrived(from: near) == .clientHasEnough)
        #expect(occupancy.requestArrived(from: far) == .welcome)
        occupancy.requestEnded(from: near)
        #expect(occupancy.requestArrived(from: near) == .welcome)
    }

    @Test func whoHasGoneIsForgotten() {
        var occupancy = Occupancy(limit: 1000, limitPerClient: 1)
        for number in 0..<200 { _ = occupancy.connectionArrived(from: [10, 0, 0, UInt8(number)]) }
        for number in 0..<200 { occupancy.connectionEnded(from: [10, 0, 0, UInt8(number)]) }
        #expect(occupancy.clientCount == 0)
        #expect(occupancy.connections == 0)
    }

    @Test func anIPv6CustomerIsOneClientWithAllItsAddresses() throws {
        let one = try #require(IPAddress("2001:db8:1:2::1")).network
        #expect(try #require(IPAddress("2001:db8:1:2:ffff::9")).network == one)
        #expect(try #require(IPAddress("2001:db8:1:3::1")).network != one)
        #expect(try #require(IPAddress("::ffff:192.0.2.7")).network == near)
    }

    @Test func refusalsAreToldOnceAMinuteWithTheirNumber() {
        var tally = RefusalTally()
        let start = MonotonicTime(nanoseconds: 1)
        #expect(tally.refused(at: start) == 1)
        for _ in 0..<500 { #expect(tally.refused(at: start + .seconds(59)) == nil) }
        #expect(tally.refused(at: start + .seconds(60)) == 501)
        #expect(tally.refused(at: start + .seconds(61)) == nil)
    }

    @Test func aCrowdHasGoneWhenThreeQuartersOfItHave() {
        var gauge = CrowdGauge()
        gauge.grew(to: 1000)
        #expect(gauge.shrank(to: 251) == false)
        #expect(gauge.shrank(to: 250) == true)
        // Told once, and not for a few.
        #expect(gauge.shrank(to: 249) == false)
        #expect(gauge.shrank(to: 62) == true)
        gauge.grew(to: 63)
        #expect(gauge.shrank(to: 1) == false)
    }
}
