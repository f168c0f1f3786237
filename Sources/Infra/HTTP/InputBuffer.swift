/// Bytes that came and were not used yet.
///
/// One array that is read into at its end and used up at its beginning; it is allocated with the first byte and never moved
/// while there is room.
struct InputBuffer {
    private static let initialSize = 4 * 1024

    private var storage: [UInt8] = []
    private var head = 0
    private var tail = 0

    var count: Int { tail - head }
    var isEmpty: Bool { tail == head }

    /// Lets `read` fill the free end of the array from an offset on; it returns how many bytes it put there.
    mutating func fill<Failure: Error>(
        _ read: (inout [UInt8], Int) throws(Failure) -> Int?
    ) throws(Failure) -> Int? {
        makeRoom()
        let count = try read(&storage, tail)
        tail += count ?? 0
        return count
    }

    mutating func append(_ bytes: some Collection<UInt8>) {
        var rest = bytes[...]
        while !rest.isEmpty {
            makeRoom()
            let part = rest.prefix(storage.count - tail)
            storage.replaceSubrange(tail..<tail + part.count, with: part)
            tail += part.count
            rest = rest.dropFirst(part.count)
        }
    }

    private mutating func makeRoom() {
        if head == tail { (head, tail) = (0, 0) }
        guard tail == storage.count else { return }
        if head > 0 {
            storage.removeSubrange(0..<head)
            storage.append(contentsOf: repeatElement(0, count: head))
            (head, tail) = (0, tail - head)
        } else {
            storage.append(contentsOf: repeatElement(0, count: max(Self.initialSize, storage.count)))
        }
    }

    /// Shows `body` what there is.
    func read<Result, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(storage.span.extracting(head..<tail))
    }

    /// A copy of the bytes in `range`, counted from the first unused one.
    func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> {
        storage[head + range.lowerBound..<head + range.upperBound]
    }

    mutating func discard(_ count: Int) {
        precondition(count <= self.count, "more was used than had come")
        head += count
    }
}
