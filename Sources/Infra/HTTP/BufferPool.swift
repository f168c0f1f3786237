/// Arrays that the connections of one loop lend each other while they have bytes to read or write.
///
/// A connection that waits needs none, and most wait: so ten thousand of them share a handful of arrays.
///
/// Not sendable: it belongs to the loop's thread.
final class BufferPool {
    /// More than this many unused ones go back to the system.
    private static let kept = 8

    private let make: () -> [UInt8]
    private let size: Int
    private var free: [[UInt8]] = []

    private init(size: Int, _ make: @escaping () -> [UInt8]) {
        self.size = size
        self.make = make
        free.reserveCapacity(Self.kept)
    }

    /// Arrays with `size` elements, to be read into.
    static func filled(size: Int) -> BufferPool {
        BufferPool(size: size) { [UInt8](repeating: 0, count: size) }
    }

    /// Arrays with no elements and room for `size`, to be appended to.
    static func empty(size: Int) -> BufferPool {
        BufferPool(size: size) {
            var array: [UInt8] = []
            array.reserveCapacity(size)
            return array
        }
    }

    /// How many bytes one of its arrays holds.
    var bufferSize: Int { size }

    func take() -> [UInt8] { free.popLast() ?? make() }

    /// Takes an array back, as ``take()`` gave it: with its elements, or without.
    func give(_ buffer: consuming [UInt8]) {
        guard free.count < Self.kept else { return }
        free.append(buffer)
    }
}
