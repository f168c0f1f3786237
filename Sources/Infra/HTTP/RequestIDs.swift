/// Makes request ids for one loop: thirteen characters that no other request of this process has, and hardly one of another.
///
/// Thirteen bytes fit a Swift string without an allocation. The ids name requests in logs and are no secret.
struct RequestIDs {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    private let prefix: UInt64
    private var counter: UInt64 = 0

    /// - Parameters:
    ///   - run: random, the same for all loops of the server.
    ///   - loop: tells the loops apart.
    init(run: UInt64, loop: Int) {
        prefix = (run ^ UInt64(truncatingIfNeeded: loop)) & 0x1FF_FFFF
    }

    mutating func next() -> String {
        counter += 1
        let (prefix, counter) = (prefix, counter)
        return String(unsafeUninitializedCapacity: 13) { bytes in
            for index in 0..<5 { bytes[index] = Self.digit(prefix, 4 - index) }
            for index in 5..<13 { bytes[index] = Self.digit(counter, 12 - index) }
            return 13
        }
    }

    private static func digit(_ number: UInt64, _ place: Int) -> UInt8 {
        alphabet[Int(number >> (5 * UInt64(place)) & 31)]
    }
}
