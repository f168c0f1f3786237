/// What is fuzzed: a way to read any bytes, and the properties that must hold for them.
///
/// The fuzzers and the tests share these checks, so that what a fuzzer once found is tested without one. A check compares the code under
/// test with a reference that was written for it alone: slow, short, over the whole input at once, and sharing no code with it.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// A request's head, from its first byte on.
    case requestHead = "RequestHead"
    /// A chunked body, and the request after it.
    case chunkedBody = "ChunkedBody"
    /// A request target: its forms, path and query, and the decoding of the query.
    case target = "Target"
    /// Header lines and what is read out of their values, without the request line, which is always the same.
    case headerValues = "HeaderValues"
    /// A line that says how the bytes are cut and what happens in between, then the bytes of a whole connection.
    case connection = "Connection"

    /// Throws the first property that `input` breaks.
    package func check(_ input: [UInt8]) throws(Finding) {
        switch self {
        case .requestHead: try RequestHeadCheck.check(input)
        case .chunkedBody: try ChunkedBodyCheck.check(input)
        case .target: try TargetCheck.check(input)
        case .headerValues: try HeaderValuesCheck.check(input)
        case .connection: try ConnectionCheck.check(input)
        }
    }

    /// What a fuzzer calls with each input: a finding ends the process, and the fuzzer keeps the input.
    package func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        do throws(Finding) {
            try check(Array(UnsafeBufferPointer(start: bytes, count: count)))
            return 0
        } catch {
            fatalError("\(rawValue): \(error)")
        }
    }
}
