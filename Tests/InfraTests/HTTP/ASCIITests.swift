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
}
