import Reactor
import Testing

@Suite("A block of trusted addresses")
struct AddressBlockTests {
    private func contains(_ block: String, _ address: String) throws -> Bool {
        try #require(AddressBlock(block)).contains(try #require(IPAddress(address)))
    }

    @Test func itHoldsTheAddressesThatShareItsBits() throws {
        #expect(try contains("10.0.0.0/8", "10.255.3.4"))
        #expect(try !contains("10.0.0.0/8", "11.0.0.1"))
        #expect(try contains("192.168.1.128/25", "192.168.1.200"))
        #expect(try !contains("192.168.1.128/25", "192.168.1.100"))
        #expect(try contains("0.0.0.0/0", "8.8.8.8"))
        #expect(try contains("fd00::/9", "fd7f::1"))
        #expect(try !contains("fd00::/9", "fd80::1"))
    }

    @Test func aSingleAddressHoldsItselfOnly() throws {
        #expect(try contains("10.1.2.3", "10.1.2.3"))
        #expect(try !contains("10.1.2.3", "10.1.2.4"))
    }

    @Test func anIPv4AddressOnADualStackSocketIsTheSameAddress() throws {
        #expect(try contains("127.0.0.0/8", "::ffff:127.0.0.1"))
        #expect(try !contains("0.0.0.0/0", "::1"))
    }

    @Test(
        "what is no block is refused",
        arguments: ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "localhost", "::1/129", "1.2.3.4/8/8"])
    func whatIsNoBlockIsRefused(text: String) {
        #expect(AddressBlock(text) == nil)
    }
}
