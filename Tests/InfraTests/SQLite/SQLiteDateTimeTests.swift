import Actors
import SQLite
import Testing

@Suite struct SQLiteDateTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01 00:00:00.000000"), (-1, "1969-12-31 23:59:59.999000"),
            (1_766_649_600_250, "2025-12-25 08:00:00.250000"), (951_782_400_000, "2000-02-29 00:00:00.000000"),
            (253_402_300_799_999, "9999-12-31 23:59:59.999000"), (-62_167_219_200_000, "0000-01-01 00:00:00.000000"),
        ] as [(Int64, String)])
    func textAndInstantAreTheSame(_ milliseconds: Int64, _ text: String) {
        #expect(SQLiteDateTime.text(UTCInstant(milliseconds: milliseconds)) == text)
        #expect(read(text) == milliseconds)
    }

    @Test func everyInstantOfTenThousandYearsComesBack() {
        var generator = SplitMix64(seed: 20_261_123)
        for _ in 0..<20_000 {
            let milliseconds = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &generator)
            let text = SQLiteDateTime.text(UTCInstant(milliseconds: milliseconds))
            guard read(text) == milliseconds else {
                Issue.record("\(milliseconds) became \(text)")
                return
            }
        }
    }

    @Test func whatFourDigitsCannotHoldBecomesTheNearestDateThatFits() {
        #expect(SQLiteDateTime.text(UTCInstant(milliseconds: .max)) == "9999-12-31 23:59:59.999000")
        #expect(SQLiteDateTime.text(UTCInstant(milliseconds: .min)) == "0000-01-01 00:00:00.000000")
        #expect(SQLiteDateTime.text(LocalDateTime(seconds: .max)) == "9999-12-31 23:59:59.999000")
        #expect(SQLiteDateTime.text(LocalDateTime(seconds: .min)) == "0000-01-01 00:00:00.000000")
    }

    @Test(
        arguments: [
            ("2025-12-25 08:00:00", 0), ("2025-12-25T08:00:00", 0), ("2025-12-25 08:00:00.5", 500),
            ("2025-12-25 08:00:00.25", 250), ("2025-12-25 08:00:00.125", 125), ("2025-12-25 08:00:00.125999", 125),
            ("2025-12-25 08:00:00.999999999", 999),
        ] as [(String, Int64)])
    func fractionsMayBeShortLongOrMissing(_ text: String, _ milliseconds: Int64) {
        #expect(read(text) == 1_766_649_600_000 + milliseconds)
    }

    @Test(arguments: [
        "", "2025-12-25", "2025-12-25 08:00", "2025-12-25 08:00:0", "2025-02-29 00:00:00", "2025-04-31 00:00:00",
        "2025-00-01 00:00:00", "2025-13-01 00:00:00", "2025-01-00 00:00:00", "2025-01-32 00:00:00",
        "2025-01-01 24:00:00", "2025-01-01 00:60:00", "2025-01-01 00:00:60", "2025/01/01 00:00:00",
        "2025-01-01_00:00:00", "2025-01-01 00-00-00", "2025-01-01 00:00:00.", "2025-01-01 00:00:00Z",
        "2025-01-01 00:00:00+00:00", "2025-01-01 00:00:00.1234567890", "2025-01-01 00:00:00.12a",
        " 2025-01-01 00:00:00",
        "+025-01-01 00:00:00", "20a5-01-01 00:00:00", "٢٠٢٥-01-01 00:00:00",
    ])
    func anythingElseIsNoDate(_ text: String) {
        #expect(read(text) == nil)
    }

    private func read(_ text: String) -> Int64? {
        SQLiteDateTime.milliseconds(Array(text.utf8).span)
    }
}

/// A generator with a seed, so that a failure can be had again.
private struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
