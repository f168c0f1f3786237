import Glibc
import Operations
import Reactor

/// Runs one operation so many times: `count NAME TIMES`; or prints their names.
///
/// Run it under callgrind with N and with 2N times; the difference is what N cost, whatever the start of a process costs.
@main
enum Count {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let times = Int(arguments[2]) else {
            for operation in Operation.all { print(operation.name) }
            return
        }
        let loops = try EventLoopGroup(count: 1)
        // The process lives as long as this task. On a loop, and not behind an async main, since valgrind 3.19 does not always
        // survive the threads that libdispatch would start for one.
        Task(executorPreference: loops.loops.first) {
            for operation in Operation.all + Operation.curves where operation.name == arguments[1] {
                print(await operation.run(times))
            }
            exit(0)
        }
        while true { pause() }
    }
}
