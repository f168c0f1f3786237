import Glibc

/// A network of its own for one program, with a cable to its database that can be pulled: two of Linux' network namespaces and a pair of
/// virtual interfaces between them.
///
/// Everything else the program talks to, and whoever talks to it, goes another way, which stays; nothing here can be seen from the
/// machine's own network, and all of it goes with the processes that hold it.
package final class OwnNetwork: Sendable {
    /// It could not be set up.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Where the program finds its database.
    package static let databaseHost = "10.77.0.1"
    private static let programHost = "10.77.0.2"

    /// Whether this machine lets us make one: it takes root, and a container often has not the right.
    package static func isPossible() async -> Bool {
        guard geteuid() == 0, (try? Tool.path("ip")) != nil, (try? Tool.path("nsenter")) != nil else { return false }
        let script = "ip link add cable type veth peer name end && ip link set cable up"
        return (try? await Tool.run("unshare", ["--net", "sh", "-c", path + script]))?.status == .exited(0)
    }

    /// Debian keeps `ip` where only root is thought to want it.
    private static let path = "PATH=$PATH:/usr/sbin:/sbin; "

    /// Where the program runs.
    private let inside: RunningProcess
    /// Where the cable ends.
    private let outside: RunningProcess
    private let relay: RunningProcess

    /// - Parameters:
    ///   - database: the port of this machine's 127.0.0.1 that ``databaseHost`` leads to, under the same number.
    ///   - reachable: the ports of this machine's 127.0.0.1 that the program's 127.0.0.1 leads to.
    ///   - serving: the port of the program's 127.0.0.1 that this machine's 127.0.0.1 leads to.
    package init(database: Int, reachable: [Int], serving: Int) async throws {
        inside = try await Self.namespace()
        outside = try await Self.namespace()
        try await Self.run(
            inside,
            """
            ip link set lo up && ip link add cable type veth peer name cable netns \(outside.id) &&
            ip addr add \(Self.programHost)/30 dev cable && ip link set cable up
            """)
        try await Self.run(
            outside, "ip link set lo up && ip addr add \(Self.databaseHost)/30 dev cable && ip link set cable up")
        let here = "\(getpid())"
        var ways = ["\(outside.id)", Self.databaseHost, "\(database)", here]
        for port in reachable { ways += ["\(inside.id)", "127.0.0.1", "\(port)", here] }
        ways += [here, "127.0.0.1", "\(serving)", "\(inside.id)"]
        relay = try Subprocess.start(Tool.path("python3"), ["-c", Self.relays] + ways, holdsInput: true)
        for await line in relay.lines where line == "ready" { return }
        var said = ""
        for await line in relay.errorLines { said += line + "\n" }
        throw Failure(description: "the relay did not start: \(said)")
    }

    /// What a command line begins with so that the program runs there, under the process id that it is started with.
    package var prefix: [String] { ["nsenter", "--net=/proc/\(inside.id)/ns/net"] }

    /// From now on nothing passes between the program and its database, and nobody is told.
    package func pullCable() async throws { try await Self.run(outside, "ip link set cable down") }

    /// As if nothing had been.
    package func plugCableIn() async throws { try await Self.run(outside, "ip link set cable up") }

    /// A namespace, for as long as the process lives that holds it.
    private static func namespace() async throws -> RunningProcess {
        let keeper = try Subprocess.start(
            Tool.path("unshare"), ["--net", "sh", "-c", "echo ready; exec cat"], holdsInput: true)
        for await line in keeper.lines where line == "ready" { return keeper }
        throw Failure(description: "unshare made no namespace")
    }

    private static func run(_ namespace: RunningProcess, _ script: String) async throws {
        let outcome = try await Tool.run("nsenter", ["--net=/proc/\(namespace.id)/ns/net", "sh", "-c", path + script])
        guard outcome.status == .exited(0) else { throw Failure(description: "\(script): \(outcome.errors)") }
    }

    /// Passes connections from one namespace into another, on the same port; a socket stays in the one that it was made in.
    private static let relays = """
        import ctypes, os, socket, sys, threading

        libc = ctypes.CDLL(None, use_errno=True)

        def enter(process):
            with open(f"/proc/{process}/ns/net") as file:
                if libc.setns(file.fileno(), 0x40000000):
                    raise OSError(ctypes.get_errno(), "setns")

        def pump(source, sink):
            try:
                while part := source.recv(65536):
                    sink.sendall(part)
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                for end in source, sink:
                    try: end.shutdown(socket.SHUT_RDWR)
                    except OSError: pass

        def carry(client, process, port):
            enter(process)
            try:
                server = socket.create_connection(("127.0.0.1", port))
            except OSError:
                # Seen at the other end as a server that hangs up.
                client.close()
                return
            for end in client, server: end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=pump, args=(server, client), daemon=True)
            back.start()
            pump(client, server)
            back.join()
            client.close()
            server.close()

        def listen(listener, process, port):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=carry, args=(client, process, port), daemon=True).start()

        ways = [sys.argv[at:at + 4] for at in range(1, len(sys.argv), 4)]
        for listening, host, port, process in ways:
            enter(listening)
            listener = socket.create_server((host, int(port)), backlog=64)
            threading.Thread(target=listen, args=(listener, process, int(port)), daemon=True).start()
        print("ready", flush=True)
        sys.stdin.read()
        os._exit(0)
        """
}
