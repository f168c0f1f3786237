import Reactor

extension Socket {
    /// Ends the connection so that the last answer arrives.
    ///
    /// Closing a socket with unread bytes resets the connection, and a reset makes the peer's kernel drop an answer it has not read yet.
    /// So the sending side ends first, and what still comes is dropped for a while.
    func linger(nanoseconds: UInt64) async throws(SystemError) {
        shutdownWriting()
        deadline = loop.now.advanced(nanoseconds: nanoseconds)
        // Draining does not cut it short: the answer has yet to arrive, and the time is bounded.
        while try await discardUntilEnd() == .interrupted {}
    }

    /// Reads and drops until the peer ends, which is `.ready`, or until something else ends the wait.
    @discardableResult
    func discardUntilEnd() async throws(SystemError) -> Wake {
        while true {
            let wake = await untilReadable()
            guard wake == .ready else { return wake }
            // Made after the wait, so that nobody who waits holds it.
            var waste = [UInt8](repeating: 0, count: 4096)
            guard try read(into: &waste, at: 0) != 0 else { return wake }
        }
    }
}
