import Gzip
import TestSupport
import Testing

@Suite struct GzipTests {
    /// Samples by name: the runner writes each argument into the log.
    private static let samples: [String: [UInt8]] = [
        "nothing": [], "one byte": [0], "a word": Array("Paceline".utf8),
        "a million times the same": [UInt8](repeating: 65, count: 1_000_000),
        "noise": (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 2_654_435_761 >> 7) },
    ]

    @Test(arguments: samples.keys.sorted())
    func gzipItselfReadsEveryLevelBack(_ sample: String) async throws {
        let bytes = try #require(Self.samples[sample])
        for level in 1...9 {
            let outcome = try await Subprocess.run("gzip", ["-dc"], stdin: Gzip.compress(bytes, level: level))
            #expect(outcome.status == .exited(0), "\(outcome.errors)")
            #expect(outcome.stdout == bytes, "level \(level)")
        }
    }

    @Test func theSameInputGivesTheSameOutputAndTheHeaderHoldsNoTime() {
        let bytes = Array(#"{"type":"ytd","data":{}}"#.utf8)
        let first = Gzip.compress(bytes)
        #expect(first == Gzip.compress(bytes))
        #expect(first.prefix(3) == [0x1F, 0x8B, 8])
        #expect(first[4..<8] == [0, 0, 0, 0])
    }

    @Test(arguments: 1...9)
    func textGetsMuchSmallerAtEveryLevel(_ level: Int) {
        let text = Array((0..<5000).map { #"{"id":\#($0),"type":"Run"},"# }.joined().utf8)
        #expect(Gzip.compress(text, level: level).count < text.count / 4)
    }

    @Test func aLevelThatDoesNotExistIsAMistakeOfTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = Gzip.compress([1], level: 0) }
        await #expect(processExitsWith: .failure) { _ = Gzip.compress([1], level: 10) }
    }
}
