import CLinux
import Glibc

/// Some event loops, each with its thread.
///
/// Whoever makes a group ends it with `shutdown()`, after everything that runs on it has ended.
package final class EventLoopGroup: Sendable {
    package let loops: [EventLoop]

    /// Makes the loops and starts their threads.
    ///
    /// - Parameters:
    ///   - count: how many; nil is one per core that the caller may run on. Less than one counts as one.
    ///   - name: what the threads are called, before a dash and their number.
    /// - Throws: `SystemError` when the process has no descriptors left.
    package init(count: Int? = nil, name: String = "loop") throws {
        let count = max(1, count ?? Self.usableCores)
        var loops: [EventLoop] = []
        do {
            for index in 0..<count { loops.append(try EventLoop(name: "\(name)-\(index)")) }
        } catch {
            // deinit does not run for a group that never came to be, and a loop keeps itself alive until it is stopped.
            for loop in loops { loop.stop() }
            throw error
        }
        self.loops = loops
    }

    deinit {
        // A group that was forgotten must not keep threads; after shutdown() this finds them ended.
        for loop in loops { loop.stop() }
    }

    /// Ends the threads and waits for their end.
    ///
    /// Call it from a task that runs on none of the loops, once the tasks that do have ended.
    package func shutdown() async {
        for loop in loops { loop.stop() }
        for loop in loops { await loop.ended() }
    }

    /// The cores that the calling thread may run on; never less than one.
    ///
    /// A container, a systemd unit or `taskset` may have left us a few of a large machine's. A loop for each of the others would only
    /// contend for those.
    private static var usableCores: Int {
        let allowed = Int(allowed_cores())
        // More cores than the mask has room for.
        return allowed > 0 ? allowed : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}
