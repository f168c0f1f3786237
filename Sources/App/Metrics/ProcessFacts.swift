import Glibc

/// What the kernel tells of this process; nil where /proc is not to be read.
enum ProcessFacts {
    /// Memory in RAM: the second number of `/proc/self/statm`, in pages (proc_pid_statm(5)).
    static var residentBytes: Int? {
        guard let file = fopen("/proc/self/statm", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let numbers = text.split(separator: " ").compactMap { Int($0) }
        return numbers.count > 1 ? numbers[1] * sysconf(Int32(_SC_PAGESIZE)) : nil
    }

    /// How many files and sockets are open, the folder that is read for it left out.
    static var openDescriptors: Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var entries = 0
        while readdir(folder) != nil { entries += 1 }
        // Besides `.`, `..` and the folder's own.
        return max(0, entries - 3)
    }
}
