import CLinux
import Glibc

/// Keeps resident only what serving needs.
///
/// The start touches most of the program and thirty libraries once, to relocate and initialise them, and those pages would stay counted for as
/// long as the machine has memory to spare: half of what the process seems to occupy. They are the kernel's copies of files, so letting go of
/// them loses nothing, and the few that are needed again come back by themselves.
enum ResidentMemory {
    /// Lets the C library give every large block back to the system when it is freed.
    ///
    /// Otherwise it learns from the first large one to keep such blocks, in a heap for each thread: a few hundred lists that clients asked
    /// for and did not read stayed as 240 MB for ever. Setting the threshold turns the learning off (mallopt(3)).
    static func keepLargeBlocksApart() {
        mallopt(M_MMAP_THRESHOLD, 128 << 10)
    }

    /// Lets go of the program text that was mapped until now, and of free heap.
    static func trim() {
        let texts = mappings().filter(\.isProgramText)
        // Where /proc is another namespace's, the list may be another process's, and letting go by it would lose memory of ours.
        if texts.contains(where: { $0.contains(knownCode) }) {
            for text in texts { _ = madvise(text.start, text.length, Int32(MADV_DONTNEED)) }
        }
        malloc_trim(0)
    }

    /// Where the C library's `free` begins in this process.
    private static var knownCode: UInt {
        let function: @convention(c) (UnsafeMutableRawPointer?) -> Void = free
        return UInt(bitPattern: unsafeBitCast(function, to: UnsafeRawPointer.self))
    }

    /// One line of `/proc/self/maps` (proc_pid_maps(5)).
    struct Mapping {
        var start: UnsafeMutableRawPointer
        var length: Int
        var permissions: Substring
        var path: Substring

        /// Reads `55d8c0a00000-55d8c0b00000 r-xp 00000000 fe:00 1234   /usr/bin/thing`.
        init?(_ line: some StringProtocol) {
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count == 6 else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, ends[1] > ends[0], let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else {
                return nil
            }
            self.start = start
            length = Int(ends[1] - ends[0])
            permissions = Substring(fields[1])
            path = Substring(fields[5].drop { $0 == " " })
        }

        func contains(_ address: UInt) -> Bool {
            let begin = UInt(bitPattern: start)
            return (begin..<begin + UInt(length)).contains(address)
        }

        /// Whether it is a file's code, which nobody can have written to.
        ///
        /// Not what is merely read-only now: the loader writes relocations into pages and protects them afterwards, and with these
        /// the addresses would be lost.
        var isProgramText: Bool { permissions == "r-xp" && path.hasPrefix("/") }
    }

    private static func mappings() -> [Mapping] {
        guard let file = fopen("/proc/self/maps", "re") else { return [] }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4096)
        var mappings: [Mapping] = []
        while fgets(&line, Int32(line.count), file) != nil {
            let bytes = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
            if let mapping = Mapping(String(decoding: bytes, as: UTF8.self)) { mappings.append(mapping) }
        }
        return mappings
    }
}
