import FoundationEssentials
import Testing

/// The inputs of the fuzzers, without a fuzzer: those it starts from, and those that broke something once.
@Suite("The inputs of the fuzzers")
struct FuzzInputTests {
    /// One file below `Fuzz`.
    struct Input: Sendable, CustomTestStringConvertible {
        var target: FuzzTarget
        var path: String

        var testDescription: String { path.split(separator: "/").suffix(3).joined(separator: "/") }
        var bytes: [UInt8] { FileManager.default.contents(atPath: path).map { Array($0) } ?? [] }
    }

    private static let folder =
        #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 } + "/Fuzz"

    private static func inputs(_ kind: String) -> [Input] {
        FuzzTarget.allCases.flatMap { target in
            let path = "\(folder)/\(kind)/\(target.rawValue)"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            return names.sorted().map { Input(target: target, path: "\(path)/\($0)") }
        }
    }

    static let seeds = inputs("Corpus")
    static let crashes = inputs("Crashes")

    @Test("break nothing, cut short anywhere", arguments: seeds)
    func seed(input: Input) throws {
        let bytes = input.bytes
        try #require(!bytes.isEmpty)
        for count in 0...bytes.count { try input.target.check(Array(bytes.prefix(count))) }
    }

    @Test("break nothing any more", arguments: crashes)
    func crash(input: Input) throws {
        try input.target.check(input.bytes)
    }

    @Test("are there for every target", arguments: FuzzTarget.allCases)
    func seedsExist(target: FuzzTarget) {
        #expect(Self.seeds.count { $0.target == target } >= 10)
    }
}
