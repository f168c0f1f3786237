import CCurl
import Locking

/// What tasks ask of the owner thread, and the bell that wakes it.
final class CurlInbox: Sendable {
    typealias Wake = CheckedContinuation<Result<CurlResponse, CurlFailure>, Never>

    enum Command {
        case start(UInt64, CurlRequest, Wake)
        case cancel(UInt64)
        case shutDown(CheckedContinuation<Void, Never>?)
    }

    /// The multi handle as a bell.
    ///
    /// `@unchecked`: curl_multi_wakeup is the one call that libcurl allows from every thread; it is made under the inbox's lock
    /// and while `bell` is set, and the owner clears `bell` under that lock before it frees the handle.
    private struct Bell: @unchecked Sendable {
        let multi: UnsafeMutableRawPointer
    }

    private struct State {
        var commands: [Command] = []
        var bell: Bell?
        var isClosed = false

        mutating func push(_ command: Command) {
            commands.append(command)
            if let bell { curl_multi_wakeup(bell.multi) }
        }
    }

    private let state = Lock(State())

    /// Hands a request over.
    ///
    /// - Returns: why it was not taken; nil when the owner thread will answer.
    func submit(_ id: UInt64, _ request: CurlRequest, _ wake: Wake) -> CurlFailure? {
        state.withLock { state in
            if state.isClosed { return CurlFailure(.shutDown, "the client is shut down", wasSent: false) }
            // Asked under the lock: a cancellation that is not seen here pushes its command behind this one.
            if Task.isCancelled { return CurlFailure(.cancelled, "cancelled before it was sent", wasSent: false) }
            state.push(.start(id, request, wake))
            return nil
        }
    }

    /// Hands a command over.
    ///
    /// - Returns: false when the owner thread has ended and takes none.
    @discardableResult func push(_ command: Command) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.push(command)
            return true
        }
    }

    /// The owner is there and can be woken.
    func open(_ multi: UnsafeMutableRawPointer) {
        let bell = Bell(multi: multi)
        state.withLock { $0.bell = bell }
    }

    /// All that waits, in order.
    func take() -> [Command] {
        state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// The owner leaves: nothing is taken and nobody rings from here on.
    ///
    /// - Returns: what came too late.
    func close() -> [Command] {
        state.withLock { state in
            state.isClosed = true
            state.bell = nil
            defer { state.commands = [] }
            return state.commands
        }
    }
}
