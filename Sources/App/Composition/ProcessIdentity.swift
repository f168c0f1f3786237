import Actors
import Glibc

/// A process, for others on the same machine to see whether it still runs.
///
/// After a crash the next process need not wait until the lease of the one before has ended.
struct ProcessIdentity: Sendable, Hashable {
    /// The machine since it was started, and the process namespace: containers number their processes by themselves.
    var place: String
    var number: Int32
    /// When it was started, in the kernel's ticks: numbers are given out again.
    var start: String

    /// Nil where /proc is not to be read.
    static var own: ProcessIdentity? {
        guard let boot = firstLine(of: "/proc/sys/kernel/random/boot_id"), let space = target(of: "/proc/self/ns/pid"),
            let start = startTime(of: getpid())
        else { return nil }
        return ProcessIdentity(place: "\(boot),\(space)", number: getpid(), start: start)
    }

    init(place: String, number: Int32, start: String) {
        self.place = place
        self.number = number
        self.start = start
    }

    /// Reads what ``name`` wrote; nil when it is something else.
    init?(name: String) {
        let parts = name.split(separator: "/")
        guard parts.count == 3, let number = Int32(parts[1]), number > 0 else { return nil }
        self.init(place: String(parts[0]), number: number, start: String(parts[2]))
    }

    var name: String { "\(place)/\(number)/\(start)" }

    /// Whether it is known to have ended: it ran here, and does no longer.
    ///
    /// Another user's process may be hidden in /proc; a signal that may not be sent still tells that it is there.
    func isGone(seenFrom observer: ProcessIdentity) -> Bool {
        guard place == observer.place else { return false }
        if kill(number, 0) != 0, errno == ESRCH { return true }
        return Self.startTime(of: number).map { $0 != start } ?? false
    }

    /// The 22nd field of `/proc/PID/stat` (proc_pid_stat(5)); the second is a name in parentheses that may hold anything.
    private static func startTime(of number: Int32) -> String? {
        guard let line = firstLine(of: "/proc/\(number)/stat"), let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[end...].split(separator: " ")
        return fields.count > 20 ? String(fields[20]) : nil
    }

    private static func firstLine(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        return String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func target(of path: String) -> String? {
        var text = [CChar](repeating: 0, count: 256)
        let length = readlink(path, &text, text.count)
        guard length > 0 else { return nil }
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension LeaseParty {
    /// This process, by a name that others on this machine can look up.
    static func thisProcess() -> LeaseParty {
        guard let own = ProcessIdentity.own else { return .stranger() }
        return LeaseParty(name: own.name) { ProcessIdentity(name: $0)?.isGone(seenFrom: own) ?? false }
    }
}
