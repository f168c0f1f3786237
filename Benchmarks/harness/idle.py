"""Many connections that have asked once and then rest."""

import contextlib
import itertools
import resource
import selectors
import socket

# Linux's name for it, which Python does not have.
IP_BIND_ADDRESS_NO_PORT = 24
# So many connections from each of loopback's addresses, so that their ports suffice also while earlier ones are dying.
PER_ADDRESS = 2000
AT_ONCE = 250
addresses = (f"127.0.{third}.{fourth}" for third in itertools.count(1) for fourth in range(1, 255))


def raise_descriptor_limit(count):
    """Makes room for so many connections, here and in the programs started from here; false where that is not allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, count + 200)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
    except ValueError:
        # Only root may go above the hard limit.
        return False
    return True


@contextlib.contextmanager
def resting(port, message, count):
    """Connections that each have sent `message` and read the answer; closed when the block ends."""
    connections = []
    try:
        while len(connections) < count:
            address = next(addresses)
            for _ in range(0, PER_ADDRESS, AT_ONCE):
                size = min(AT_ONCE, count - len(connections))
                connections += opened(port, message, address, size)
        yield connections
        check_open(connections)
    finally:
        for connection in connections:
            connection.close()


def opened(port, message, address, count):
    """Some at a time, so that the listener's backlog holds them."""
    group = []
    for _ in range(count):
        connection = socket.socket()
        connection.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        connection.bind((address, 0))
        connection.connect(("127.0.0.1", port))
        connection.sendall(message)
        group.append(connection)
    for connection in group:
        answer = b""
        while b"\r\n\r\n" not in answer:
            data = connection.recv(1 << 16)
            assert data, f"closed instead of answered, after {answer!r}"
            answer += data
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        head, body = answer.split(b"\r\n\r\n", 1)
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(1 << 16)
    return group


def check_open(connections):
    """A server that has dropped them would make the figures too good."""
    with selectors.EpollSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
        gone = len(selector.select(timeout=0))
    assert gone == 0, f"{gone} of {len(connections)} resting connections were closed by the server"
