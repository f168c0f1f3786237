import Reactor

/// What reaches a connection from outside while it waits: a caller that gives up, a request that has ended.
///
/// `@unchecked`: everything mutable is touched on the loop's thread only; the two calls from elsewhere go there first.
final class ConnectionSignals: @unchecked Sendable {
    let loop: EventLoop
    /// What the connection waits with now; it changes while connecting, since libpq may open one socket after the other.
    var watch: DescriptorWatch?
    /// The newest operation whose caller has given up.
    private(set) var cancelled = 0
    /// The newest operation for which a request to call it off has ended.
    private(set) var requestEnded = 0

    init(_ loop: EventLoop) {
        self.loop = loop
    }

    /// The caller of this operation gave up; callable from anywhere.
    func cancel(_ operation: Int) {
        loop.execute {
            self.cancelled = max(self.cancelled, operation)
            self.watch?.interrupt()
        }
    }

    /// The request to call off this operation has ended; callable from anywhere.
    func endRequest(_ operation: Int) {
        loop.execute {
            self.requestEnded = max(self.requestEnded, operation)
            self.watch?.interrupt()
        }
    }
}
