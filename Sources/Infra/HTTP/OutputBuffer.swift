import Reactor

/// What is to be sent: heads and small bodies in one array, then at most one large body from where it lies.
///
/// The array is borrowed with the first byte and given back when everything is sent.
struct OutputBuffer {
    /// Bodies up to this size are joined with their head.
    private static let joinedBody = 16 * 1024
    /// Answers are gathered up to about this size.
    static let batchSize = 64 * 1024

    private let pool: BufferPool
    private var bytes: [UInt8] = []
    private var body: [UInt8] = []
    private var sent = 0

    init(pool: BufferPool) {
        self.pool = pool
    }

    var isEmpty: Bool { bytes.isEmpty && body.isEmpty }

    /// Whether what is here should go out before more is put in.
    var isFull: Bool { bytes.count >= Self.batchSize || !body.isEmpty }

    /// Lets `write` append.
    mutating func append(_ write: (inout [UInt8]) -> Void) {
        if bytes.isEmpty { bytes = pool.take() }
        write(&bytes)
    }

    /// Appends a body; a large one is not copied.
    mutating func append(body: [UInt8]) {
        if body.count <= Self.joinedBody {
            append { $0.append(contentsOf: body) }
        } else {
            self.body = body
        }
    }

    /// Sends as much as the socket takes; true when that was everything.
    mutating func send(to socket: Socket) throws(SystemError) -> Bool {
        while sent < bytes.count + body.count {
            let count =
                body.isEmpty
                ? try socket.write(bytes, from: sent)
                : try socket.write(
                    bytes, from: min(sent, bytes.count), then: body, from: max(0, sent - bytes.count))
            guard let count else { return false }
            sent += count
        }
        empty()
        return true
    }

    private mutating func empty() {
        sent = 0
        body = []
        guard !bytes.isEmpty else { return }
        var array = bytes
        bytes = []
        array.removeAll(keepingCapacity: true)
        // One that an unusual head made larger would keep that size for ever.
        if array.capacity <= 2 * pool.bufferSize { pool.give(array) }
    }
}
