import FoundationEssentials
import Glibc

/// What a process occupies, as the kernel tells.
package struct ProcessUsage: Sendable {
    private let folder: String

    /// - Parameter id: nil is this process.
    package init(of id: Int32? = nil) {
        folder = "/proc/" + (id.map { "\($0)" } ?? "self")
    }

    /// How many descriptors are open; -1 when there is no such process.
    ///
    /// Asked for this process, the one that the question takes is counted as well.
    package var descriptors: Int {
        guard let folder = opendir(folder + "/fd") else { return -1 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            // The two others are "." and "..".
            if entry.pointee.d_name.0 != UInt8(ascii: ".") { count += 1 }
        }
        return count
    }

    /// How many descriptors are left when they are no more than `count`, or after a minute, which a passing test does not wait.
    package func descriptors(fallingTo count: Int) -> Int {
        for _ in 0..<6000 where descriptors > count { usleep(10_000) }
        return descriptors
    }

    /// Memory of its own in megabytes: without the program, the libraries, and what is shared.
    package var privateMegabytes: Int {
        // In pages: all, resident, shared, and more that does not matter here.
        let pages = (try? String(contentsOfFile: folder + "/statm", encoding: .utf8))?.split(separator: " ") ?? []
        guard pages.count > 2, let resident = Int(pages[1]), let shared = Int(pages[2]) else { return 0 }
        return (resident - shared) * sysconf(Int32(_SC_PAGESIZE)) >> 20
    }
}
