import Reactor

/// The server's time limits in nanoseconds, converted once instead of for each request.
struct TimeLimits {
    private let header, idle, body, farewell: UInt64
    let write: UInt64
    let linger: UInt64

    init(_ configuration: HTTPServerConfiguration) {
        header = configuration.headerTimeout.wholeNanoseconds
        idle = configuration.idleTimeout.wholeNanoseconds
        body = configuration.bodyTimeout.wholeNanoseconds
        farewell = configuration.farewellTimeout.wholeNanoseconds
        write = configuration.writeTimeout.wholeNanoseconds
        linger = configuration.lingerTimeout.wholeNanoseconds
    }

    subscript(phase: ConnectionMachine.Phase) -> UInt64 {
        switch phase {
        case .opening, .head: header
        case .idle: idle
        case .body: body
        case .farewell: farewell
        }
    }
}
