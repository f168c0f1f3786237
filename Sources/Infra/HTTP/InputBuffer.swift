/// Bytes that came and were not used yet.
///
/// One array that is read into at its end and used up at its beginning. It is borrowed with the first byte and given back when a wait begins;
/// what is left then, the beginning of a request, moves into an array of its own size. So a connection that says nothing, or little, holds
/// nothing, or little.
struct InputBuffer {
    private let pool: BufferPool
    private var storage: [UInt8] = []
    private var head = 0
    private var tail = 0

    init(pool: BufferPool) {
        self.pool = pool
    }

    var count: Int { tail - head }
    var isEmpty: Bool { tail == head }
    /// What the array occupies.
    var weight: Int { storage.count }

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
        if isEmpty { (head, tail) = (0, 0) }
        guard tail == storage.count else { return }
        // More than a pooled array holds is a long header, whose limits bound this.
        let needed = count + 1
        var roomy = needed <= pool.bufferSize ? pool.take() : [UInt8](repeating: 0, count: 2 * needed)
        roomy.replaceSubrange(0..<count, with: storage[head..<tail])
        giveBack()
        storage = roomy
        (head, tail) = (0, count)
    }

    /// A wait begins.
    mutating func settle() {
        guard storage.count > count else { return }
        let rest = Array(storage[head..<tail])
        giveBack()
        storage = rest
        (head, tail) = (0, rest.count)
    }

    private mutating func giveBack() {
        let array = storage
        storage = []
        if array.count == pool.bufferSize { pool.give(array) }
    }

    /// Shows `body` what there is.
    func read<Result, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(storage.span.extracting(head..<tail))
    }

    /// A copy of the bytes in `range`, counted from the first unused one.
    func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> {
        storage[head + range.lowerBound..<head + range.upperBound]
    }

    /// The array itself, and where in it the first unused byte stands.
    ///
    /// Whoever holds it while more is read makes that read copy the array, so give it to what ends before.
    var shared: (array: [UInt8], offset: Int) { (storage, head) }

    mutating func discard(_ count: Int) {
        precondition(count <= self.count, "more was used than had come")
        head += count
    }
}
