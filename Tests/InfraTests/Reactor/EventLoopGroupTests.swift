import CLinux
import Reactor
import Testing
import Threads

@Suite struct EventLoopGroupTests {
    @Test func aProcessThatIsKeptOnOneCoreMakesOneLoop() async throws {
        let count = await withCheckedContinuation { made in
            // The mask is this thread's, and those that it starts inherit it: nobody else is kept on its core.
            OSThread.start(name: "kept") {
                var allowed = cpu_set_t()
                _ = sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &allowed)
                var one = allowed
                withUnsafeMutableBytes(of: &one) { mask in
                    let first = mask.firstIndex { $0 != 0 } ?? 0
                    let lowest = mask[first] & (~mask[first] + 1)
                    for index in mask.indices { mask[index] = index == first ? lowest : 0 }
                }
                guard sched_setaffinity(0, MemoryLayout<cpu_set_t>.size, &one) == 0, let group = try? EventLoopGroup()
                else { return made.resume(returning: -1) }
                made.resume(returning: group.loops.count)
            }
        }
        #expect(count == 1)
    }

    @Test func lessThanOneLoopIsOne() async throws {
        let group = try EventLoopGroup(count: 0)
        #expect(group.loops.count == 1)
        await group.shutdown()
    }
}
