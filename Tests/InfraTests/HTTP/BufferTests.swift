import Testing

@testable import HTTP

@Suite struct BufferTests {
    private func put(_ text: String, into buffer: inout InputBuffer) {
        _ = buffer.fill { (array, offset) -> Int? in
            let bytes = Array(text.utf8)
            array.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            return bytes.count
        }
    }

    private func text(_ buffer: InputBuffer) -> String {
        String(decoding: buffer.bytes(0..<buffer.count), as: UTF8.self)
    }

    @Test func whoWaitsWithNothingHoldsNothing() {
        var buffer = InputBuffer(pool: .filled(size: 4096))
        #expect(buffer.weight == 0)
        put("hello", into: &buffer)
        #expect(buffer.weight == 4096)
        buffer.discard(5)
        buffer.settle()
        #expect(buffer.weight == 0)
    }

    @Test func whoWaitsWithLittleHoldsLittleAndLosesNothing() {
        var buffer = InputBuffer(pool: .filled(size: 64))
        put("used up, left", into: &buffer)
        buffer.discard(9)
        buffer.settle()
        #expect(buffer.weight == 4)
        put(" over", into: &buffer)
        #expect(text(buffer) == "left over")
        buffer.settle()
        #expect(buffer.weight == 9)
    }

    @Test func moreThanAPooledArrayHoldsIsKeptWhole() {
        var buffer = InputBuffer(pool: .filled(size: 16))
        for number in 0..<50 {
            put("\(number % 10)", into: &buffer)
            buffer.settle()
        }
        #expect(text(buffer) == String(repeating: "0123456789", count: 5))
        #expect(buffer.weight == 50)
    }

    @Test func aBorrowedArrayGoesBackAndIsLentAgain() {
        let pool = BufferPool.filled(size: 32)
        var first = InputBuffer(pool: pool)
        put("a", into: &first)
        first.discard(1)
        first.settle()
        var second = InputBuffer(pool: pool)
        put("b", into: &second)
        // The same array: the byte that the first one left behind is still in it, after the second's own.
        #expect(second.shared.array.count == 32)
        #expect(text(second) == "b")
    }

    @Test func aHeadThatSomebodyKeepsIsNotOverwritten() {
        let pool = BufferPool.filled(size: 64)
        var parser = RequestParser(limits: RequestLimits(), pool: pool)
        parser.append(Array("GET /kept HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        guard case .request(let kept) = parser.next() else {
            Issue.record("no request")
            return
        }
        parser.settle()
        parser.append(Array("GET /next HTTP/1.1\r\nHost: b\r\n\r\n".utf8))
        guard case .request(let next) = parser.next() else {
            Issue.record("no second request")
            return
        }
        #expect(String(decoding: kept.head.bytes[kept.head.path], as: UTF8.self) == "/kept")
        #expect(String(decoding: next.head.bytes[next.head.path], as: UTF8.self) == "/next")
    }
}
