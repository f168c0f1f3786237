import CZlib

/// The gzip format (RFC 1952), for answers and pages that are compressed once and served often.
package enum Gzip {
    /// Compresses `bytes` into one gzip member.
    ///
    /// The same input gives the same output always, for zlib writes no time into the header unless asked; an `ETag` over the
    /// compressed bytes therefore holds across restarts.
    ///
    /// - Parameters:
    /// - bytes: at most 4 GiB, zlib's own limit for one call.
    /// - level: 1 (fast) to 9 (small).
    package static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        precondition((1...9).contains(level), "gzip levels are 1 to 9, not \(level)")
        precondition(bytes.count <= UInt32.max, "one gzip call takes 4 GiB at most")
        var stream = z_stream()
        let status = paceline_deflate_init_gzip(&stream, Int32(level))
        // The level is checked above, so this can only be a lack of memory, and Swift's own allocations trap on that too.
        precondition(status == Z_OK, "zlib could not start: \(status)")
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        return bytes.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                // zlib declares its input as mutable and does not write to it.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(clamping: output.count)
                // deflateBound promises that the output fits, so one call ends the stream.
                let end = deflate(&stream, Z_FINISH)
                precondition(end == Z_STREAM_END, "zlib did not finish: \(end)")
                count = Int(stream.total_out)
            }
        }
    }
}
