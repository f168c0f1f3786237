import FoundationEssentials
import JSON
import Testing

@Suite struct JSONTests {
    @Test(
        arguments: [
            (.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.int(Int64.min), "-9223372036854775808"),
            (.int(Int64.max), "9223372036854775807"), (.double(312_500), "312500.0"), (.double(0.1), "0.1"),
            (.double(0), "0.0"), (.double(-0.0), "-0.0"), (.double(1e21), "1e+21"), (.double(.nan), "null"),
            (.double(.infinity), "null"), (.double(-.infinity), "null"), (.string(""), #""""#), (.array([]), "[]"),
            (.object([]), "{}"), (.raw(Array("[1]".utf8)), "[1]"),
            ([1, "a", nil, 2.5, true, [:]], #"[1,"a",null,2.5,true,{}]"#),
        ] as [(JSON, String)])
    func everyKindHasItsForm(_ value: JSON, _ text: String) {
        #expect(value.text == text)
    }

    @Test func membersStayInTheOrderTheyWereGiven() {
        let value: JSON = ["z": 1, "a": ["y": [], "b": .optional(nil as String?)], "m": .optional(1.0)]
        #expect(value.text == #"{"z":1,"a":{"y":[],"b":null},"m":1.0}"#)
    }

    @Test func quotesBackslashesAndControlCharactersAreEscapedInNamesToo() {
        let value: JSON = .object([.init("a\"\\\n", "\u{8}\u{0}\u{1F}\r\t\"\\/")])
        #expect(value.text == #"{"a\"\\\n":"\u0008\u0000\u001f\r\t\"\\/"}"#)
    }

    @Test func everyCharacterComesBackFromAnotherParser() throws {
        let scalars = (0..<0x3000).compactMap(Unicode.Scalar.init) + ["😀", "\u{FFFF}", "\u{10FFFF}", "\u{2028}"]
        let texts = scalars.map { String(Character($0)) } + ["👩‍👩‍👧‍👦", "e\u{301}", "\r\n"]
        let decoded = try JSONDecoder().decode([String].self, from: Data(JSON.array(texts.map { .string($0) }).bytes))
        #expect(decoded.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
    }

    @Test func everyNumberComesBackBitForBit() throws {
        var numbers = [
            0.1 + 0.2, 1e15, 1e16, 123_456.789, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi, -1e-7, 100,
        ]
        numbers += (0..<1000).map { Double($0) * 0.1 }
        let decoded = try JSONDecoder().decode([Double].self, from: Data(JSON.array(numbers.map { .double($0) }).bytes))
        #expect(decoded == numbers)
    }
}
