import Glibc
package import Logging
package import Reactor
import ServiceLifecycle

/// An HTTP/1.1 server on some event loops.
///
/// Graceful shutdown stops accepting, closes idle connections, lets requests under way finish within the drain timeout, and
/// returns from `run()`. Cancelling `run()` ends all at once. The loops stay: whoever made them shuts them down afterwards.
package final class HTTPServer: Service {
    private let configuration: HTTPServerConfiguration
    private let responder: any Responder
    private let loops: EventLoopGroup
    private let logger: Logger
    private let port = Outcome<Int>()
    private let listening: ListeningAddress?

    /// - Parameter listening: an address taken before by ``listen(_:on:)`` with the same loops; nil takes the configured one.
    package init(
        configuration: HTTPServerConfiguration, responder: any Responder, loops: EventLoopGroup, logger: Logger,
        listening: ListeningAddress? = nil
    ) {
        self.listening = listening
        self.configuration = configuration
        self.responder = responder
        self.loops = loops
        self.logger = logger
    }

    /// Takes an address before there is anything to serve.
    ///
    /// So the port is known, and a taken one is noticed, before anything else starts; connections that come meanwhile wait in the
    /// kernel's queue.
    ///
    /// - Throws: `BindError` when the address cannot be listened on.
    package static func listen(
        _ configuration: HTTPServerConfiguration, on loops: EventLoopGroup
    ) throws(BindError) -> ListeningAddress {
        guard let address = SocketAddress(host: configuration.host, port: configuration.port) else {
            throw BindError(
                "Cannot listen on \(configuration.host):\(configuration.port): set HOST to a numeric address such as "
                    + "127.0.0.1 or ::1, and PORT to a number from 0 to 65535")
        }
        do throws(SystemError) {
            return ListeningAddress(
                listeners: try Listener.bind(
                    address, on: loops.loops, sharesPort: configuration.sharesPort))
        } catch {
            throw BindError(error, address: address)
        }
    }

    /// The port the server listens on; waits until it does.
    ///
    /// - Throws: `BindError` when it cannot, `CancellationError` when the task is cancelled.
    package func boundPort() async throws -> Int {
        try await port.value()
    }

    /// Serves until graceful shutdown.
    ///
    /// - Throws: `BindError` when the address cannot be listened on.
    package func run() async throws {
        let hosts: [(loop: EventLoop, host: ConnectionHost)]
        do {
            hosts = try makeHosts()
        } catch {
            port.settle(.failure(error))
            throw error
        }
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for (loop, host) in hosts { group.addTask(executorPreference: loop) { await host.run() } }
            }
        } onGracefulShutdown: {
            for (_, host) in hosts { host.beginDraining() }
        }
    }

    private func taken() throws(BindError) -> ListeningAddress {
        if let listening { return listening }
        return try Self.listen(configuration, on: loops)
    }

    private func makeHosts() throws(BindError) -> [(loop: EventLoop, host: ConnectionHost)] {
        let listeners = try taken().listeners
        let admission = Admission(configuration, logger: logger)
        let run = UInt64.random(in: .min ... .max)
        if let address = listeners.first?.address {
            logger.info("listening", metadata: ["address": "\(address)", "loops": "\(listeners.count)"])
            port.settle(.success(address.port))
        }
        return zip(loops.loops, listeners).enumerated().map { index, pair in
            let host = ConnectionHost(
                configuration: configuration, responder: responder, logger: logger, loop: pair.0, listener: pair.1,
                admission: admission, ids: RequestIDs(run: run, loop: index))
            return (pair.0, host)
        }
    }
}

/// An address that a server has taken, one listening socket for each of its loops.
package struct ListeningAddress: Sendable {
    let listeners: [Listener]

    /// The port, also where the kernel chose it.
    package var port: Int { listeners.first?.address.port ?? 0 }
}
