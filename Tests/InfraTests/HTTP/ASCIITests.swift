import Testing

@testable import HTTP

@Suite struct ASCIITests {
    /// Each byte at each place of a text that is a few words and a rest long, among bytes that may lead a word astray.
    @Test(arguments: [UInt8(ascii: "a"), UInt8(ascii: " "), 0x7E, 0x80, 0xFF, ASCII.tab])
    func aControlCharacterIsFoundWhereverItStands(among other: UInt8) {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<21 {
                var bytes = [UInt8](repeating: other, count: 21)
                bytes[place] = byte
                let first = bytes.firstIndex(where: ASCII.isControl) ?? 21
                #expect(ASCII.firstControl(bytes.span, 0..<21) == first)
                #expect(ASCII.firstControl(bytes.span, place..<21) == first)
            }
        }
    }

    @Test func outsideTheRangeNothingIsFound() {
        let bytes: [UInt8] = [0, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0]
        #expect(ASCII.firstControl(bytes.span, 1..<10) == 10)
        #expect(ASCII.firstControl(bytes.span, 1..<1) == 1)
        #expect(ASCII.firstControl(bytes.span, 1..<11) == 10)
    }

    @Test(arguments: [UInt8(ascii: "a"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ","), 0x80, 0xFF])
    func aTokenEndsAtTheFirstByteThatIsNoneOfIt(among other: UInt8) {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<21 {
                var bytes = [UInt8](repeating: other, count: 21)
                bytes[place] = byte
                let end = bytes.firstIndex { !ASCII.isToken($0) } ?? 21
                #expect(ASCII.endOfToken(bytes.span, 0..<21) == end)
                let later = bytes[place...].firstIndex { !ASCII.isToken($0) } ?? 21
                #expect(ASCII.endOfToken(bytes.span, place..<21) == later)
            }
        }
        #expect(ASCII.endOfToken([0x61, 0x61, 0x61].span, 1..<2) == 2)
    }

    private func matches(_ bytes: [UInt8], _ text: [UInt8]) -> Bool { ASCII.matches(bytes.span, text.span) }
    private func equals(_ bytes: [UInt8], _ others: [UInt8]) -> Bool { ASCII.equals(bytes.span, others.span) }

    /// Both readings of "without case", so many bytes at once and one by one.
    @Test func textsAreTheSameWithoutCaseWhereverTheyDiffer() {
        let text = Array("if-none-match-and-more".utf8)
        for count in 0...text.count {
            let name = Array(text.prefix(count))
            #expect(matches(Array(String(decoding: name, as: UTF8.self).uppercased().utf8), name))
            for place in 0..<count {
                for byte in UInt8.min...UInt8.max {
                    var other = name
                    other[place] = byte
                    #expect(matches(other, name) == (ASCII.lowercased(byte) == name[place]))
                    #expect(equals(other, name) == (byte == name[place]))
                }
            }
            #expect(!matches(name + [0x61], name))
            #expect(!equals(name + [0x61], name))
        }
    }
}
