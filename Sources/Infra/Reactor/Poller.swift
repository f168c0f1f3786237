import CLinux
import Glibc

/// The kernel's side of a loop: one epoll instance, and one eventfd that ends its wait from another thread.
///
/// Nothing in it changes, because `wake` reads it on other threads while the loop waits; the buffer for events is the loop's.
struct Poller: ~Copyable {
    /// What the kernel reports about one registered descriptor.
    struct Event {
        var descriptor: Int32
        var registration: UInt32
        var flags: UInt32
    }

    /// The eventfd's registration; descriptors get theirs from 1 up.
    private static let wakeRegistration: UInt32 = 0

    /// Room for the events of one wait; more come with the next.
    static let buffer = [epoll_event](repeating: epoll_event(), count: 256)

    private let epoll: FileDescriptor
    private let alarm: FileDescriptor

    init() throws(SystemError) {
        let epoll = try FileDescriptor("epoll_create1", epoll_create1(Int32(EPOLL_CLOEXEC)))
        let alarm = try FileDescriptor("eventfd", eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)))
        try Self.add(alarm.raw, to: epoll.raw, registration: Self.wakeRegistration, flags: EPOLLIN.rawValue)
        self.epoll = epoll
        self.alarm = alarm
    }

    /// Watches a descriptor of ours: both directions, told once per change.
    ///
    /// Edge-triggered, so a busy connection costs one `epoll_ctl` in its life instead of two per wait.
    func add(_ descriptor: Int32, registration: UInt32) throws(SystemError) {
        try Self.add(descriptor, to: epoll.raw, registration: registration, flags: Self.bothDirections)
    }

    private static let bothDirections =
        EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue

    private static func add(
        _ descriptor: Int32, to epoll: Int32, registration: UInt32, flags: UInt32
    ) throws(SystemError) {
        var event = event(descriptor, registration: registration, flags: flags)
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else { throw SystemError("epoll_ctl") }
    }

    private static func event(_ descriptor: Int32, registration: UInt32, flags: UInt32) -> epoll_event {
        var event = epoll_event()
        event.events = flags
        event.data.u64 = UInt64(registration) << 32 | UInt64(UInt32(bitPattern: descriptor))
        return event
    }

    /// Asks for a fresh report of what the descriptor is ready for, now and then once per change, as if it had just been added.
    ///
    /// - Returns: false when the kernel does not know it.
    func report(_ descriptor: Int32, registration: UInt32) -> Bool {
        var event = Self.event(descriptor, registration: registration, flags: Self.bothDirections)
        return epoll_ctl(epoll.raw, EPOLL_CTL_MOD, descriptor, &event) == 0
    }

    func remove(_ descriptor: Int32) {
        _ = epoll_ctl(epoll.raw, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Waits for events and gives each to `handle`.
    ///
    /// - Parameters:
    ///   - milliseconds: how long to wait at most; 0 only looks, -1 waits for ever.
    ///   - buffer: the caller's, used for nothing else.
    ///   - woke: called once when the wait is over, before the first event.
    func wait(
        milliseconds: Int32, _ buffer: inout [epoll_event], woke: () -> Void, handle: (Event) -> Void
    ) {
        let count = epoll_wait(epoll.raw, &buffer, Int32(buffer.count), milliseconds)
        woke()
        // -1 is EINTR: the loop looks at its timers and comes back.
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            let data = buffer[index].data.u64
            let registration = UInt32(truncatingIfNeeded: data >> 32)
            let descriptor = Int32(bitPattern: UInt32(truncatingIfNeeded: data))
            if registration == Self.wakeRegistration {
                clearAlarm()
            } else {
                handle(Event(descriptor: descriptor, registration: registration, flags: buffer[index].events))
            }
        }
    }

    /// Ends the wait under way, or the next one.
    ///
    /// Callable from any thread.
    func wake() {
        var one: UInt64 = 1
        _ = write(alarm.raw, &one, MemoryLayout<UInt64>.size)
    }

    private func clearAlarm() {
        var count: UInt64 = 0
        _ = read(alarm.raw, &count, MemoryLayout<UInt64>.size)
    }
}
