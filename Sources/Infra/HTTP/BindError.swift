import Glibc
import Reactor

/// The server cannot listen where it should; the message names the address and the cure.
package struct BindError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    init(_ error: SystemError, address: SocketAddress) {
        let cure =
            switch error.code {
            case EADDRINUSE: "another program listens on \(address); stop it or set PORT"
            case EACCES: "\(address) needs privileges; set PORT to 1024 or more"
            case EADDRNOTAVAIL: "\(address.host) is not an address of this machine; set HOST"
            default: "listening on \(address) failed in \(error.operation)"
            }
        description = "\(error.reason): \(cure)"
    }
}
