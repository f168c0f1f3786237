/// How a connection's bytes are cut, and what happens in between.
///
/// One letter a step. `a` to `z` are pieces of 1 to 26 bytes, `1` to `9` of hundreds; the pieces are repeated until the bytes are
/// used up. `C` lets the next handler ask for a close, `D` begins the server's shutdown, `T` lets the deadline pass; each happens
/// once. Any other byte means nothing.
struct Script {
    enum Step {
        case piece(Int)
        case closeNext
        case drain
        case deadline
    }

    private let steps: [Step]
    private let sizes: [Int]
    private var position = 0
    private var pieces = 0

    static let whole = Script("".utf8)
    static let byteByByte = Script("a".utf8)

    init(_ letters: some Collection<UInt8>) {
        steps = letters.compactMap(Self.step)
        sizes = steps.compactMap { if case .piece(let size) = $0 { size } else { nil } }
    }

    private static func step(_ letter: UInt8) -> Step? {
        switch letter {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): .piece(Int(letter - UInt8(ascii: "a")) + 1)
        case UInt8(ascii: "1")...UInt8(ascii: "9"): .piece(Int(letter - UInt8(ascii: "0")) * 100)
        case UInt8(ascii: "C"): .closeNext
        case UInt8(ascii: "D"): .drain
        case UInt8(ascii: "T"): .deadline
        default: nil
        }
    }

    mutating func next() -> Step {
        guard position == steps.count else {
            defer { position += 1 }
            if case .piece = steps[position] { pieces += 1 }
            return steps[position]
        }
        guard !sizes.isEmpty else { return .piece(.max) }
        defer { pieces += 1 }
        return .piece(sizes[pieces % sizes.count])
    }
}
