import CLinux
import Glibc

/// What is known about a socket's two directions between the kernel's edge-triggered reports.
///
/// A report comes once per change, so it is kept here until a system call has proved it used up. Invariants: a direction that is
/// not ready has been exhausted since the last report, so that a report for it is still to come; and a socket that was hung
/// up stays ready, since the kernel has nothing more to report about it.
struct Readiness {
    private(set) var canRead = false
    private(set) var canWrite = true
    private(set) var isHungUp = false

    /// Takes a report of epoll.
    mutating func report(_ flags: UInt32) {
        if flags & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { isHungUp = true }
        // An error or a hang-up wakes both directions: the next call tells which error it is.
        let isBroken = flags & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
        if isBroken || flags & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0 { canRead = true }
        if isBroken || flags & EPOLLOUT.rawValue != 0 { canWrite = true }
    }

    /// A read came back short or empty-handed: whatever comes next makes a new report.
    mutating func readExhausted() {
        canRead = isHungUp
    }

    /// A write was not taken whole.
    mutating func writeExhausted() {
        canWrite = false
    }
}
