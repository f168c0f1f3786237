"""The hostile clients of `script/bench loads`, one load a run, as a process of its own.

    attack.py LOAD PORT --count N --path PATH --addresses N --seconds N

Prints one line of JSON: what became of the connections.
"""

import argparse
import errno
import itertools
import json
import select
import socket
import struct
import time

# Linux's name for it, which Python does not have.
IP_BIND_ADDRESS_NO_PORT = 24
CONNECTING = (0, errno.EINPROGRESS)
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
AT_ONCE = 256  # connections under way: more would only overflow the backlog and wait for the kernel's second try


class Crowd:
    """Many connections of one load, spread over loopback addresses, watched by one epoll."""

    def __init__(self, options, receive_buffer=None):
        self.options, self.receive_buffer = options, receive_buffer
        self.epoll, self.sockets = select.epoll(), {}
        self.opened = self.failed = 0
        # What those have heard that the server ended: the status, "nothing", or "reset".
        self.heard = {}
        # Never 127.0.0.1: that is where the innocents are.
        self.sources = itertools.cycle(f"127.0.{n // 250 + 1}.{n % 250 + 1}" for n in range(options.addresses))
        self.begun = time.monotonic()

    def connect(self):
        client = socket.socket()
        client.setblocking(False)
        if self.receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        # The port is chosen with the connection, so that each address has all of them.
        client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        client.bind((next(self.sources), 0))
        code = client.connect_ex(("127.0.0.1", self.options.port))
        if code not in CONNECTING:
            raise OSError(code, "connect")
        return client

    def open(self, count, send=b""):
        """Connects, sends the same on each, and returns when all are there or were refused."""
        opening, left = set(), count
        while left or opening:
            while left and len(opening) < AT_ONCE:
                client = self.connect()
                self.sockets[client.fileno()] = client
                self.epoll.register(client, select.EPOLLOUT | select.EPOLLRDHUP)
                opening.add(client.fileno())
                left -= 1
            for number, _ in self.epoll.poll(1):
                # The server may end those who came first while others still come.
                if number not in opening:
                    self.end(number)
                    continue
                opening.remove(number)
                client = self.sockets[number]
                if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    self.failed += 1
                    self.forget(number)
                    continue
                self.opened += 1
                if send and not self.send(number, send):
                    continue
                self.epoll.modify(client, select.EPOLLRDHUP)

    def send(self, number, data):
        try:
            self.sockets[number].send(data)
            return True
        except BlockingIOError:
            return True
        except OSError:
            self.end(number)
            return False

    def notice_ends(self, seconds):
        """Lets go of the connections that the server has ended."""
        for number, _ in self.epoll.poll(seconds, 4096):
            self.end(number)

    def end(self, number):
        try:
            words = self.sockets[number].recv(12)[9:].decode() or "nothing"
        except OSError:
            words = "reset"
        self.heard[words] = self.heard.get(words, 0) + 1
        self.forget(number)

    def forget(self, number):
        self.epoll.unregister(number)
        self.sockets.pop(number).close()

    def hold(self, seconds, each_second=lambda: None):
        """Stays for so long, or until the server has ended all."""
        end = time.monotonic() + seconds
        tick = time.monotonic()
        while self.sockets and time.monotonic() < end:
            self.notice_ends(min(0.05, max(0, end - time.monotonic())))
            if time.monotonic() >= tick:
                each_second()
                tick += 1

    def report(self):
        seconds = round(time.monotonic() - self.begun, 1)
        return {"opened": self.opened, "failed": self.failed, "heard": self.heard, "seconds": seconds}


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: hostile\r\n\r\n".encode()


def slowloris(options):
    """A request head that never ends, a byte a second on each connection."""
    crowd = Crowd(options)
    crowd.open(options.count, f"GET {options.path} HTTP/1.1\r\nHost: hostile\r\nX-Slow: ".encode())

    def one_byte():
        for number in list(crowd.sockets):
            crowd.send(number, b"a")

    crowd.hold(options.seconds, one_byte)
    return crowd.report()


def silent(options):
    """Connections on which nothing is ever said."""
    crowd = Crowd(options)
    crowd.open(options.count)
    crowd.hold(options.seconds)
    return crowd.report()


def unread(options):
    """Twenty requests for a large answer on each connection, and nothing is ever read."""
    crowd = Crowd(options, receive_buffer=4096)
    crowd.open(options.count, get(options.path) * 20)
    crowd.hold(options.seconds)
    return crowd.report()


def unread_apart(options):
    """The same, but everybody asks for another page, so that no two answers are the same bytes."""
    crowd = Crowd(options, receive_buffer=4096)
    for number in range(options.count):
        crowd.open(1, get(f"{options.path}&offset={number}") * 20)
    crowd.hold(options.seconds)
    return crowd.report()


def resets(options):
    """Connections that are reset as soon as they are there, every other one after a request."""
    crowd, done = Crowd(options), 0
    request = get(options.path)
    while done < options.count:
        part = [crowd.connect() for _ in range(min(AT_ONCE, options.count - done))]
        for number, client in enumerate(part):
            client.setblocking(True)
            try:
                if number % 2:
                    client.send(request)
                else:
                    # Blocks until it is connected.
                    select.select([], [client], [], 5)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                crowd.opened += 1
            except OSError:
                crowd.failed += 1
            client.close()
        done += len(part)
    return crowd.report()


def pipeline(options):
    """Very many requests in one write; the answers are counted."""
    crowd = Crowd(options)
    with crowd.connect() as client:
        client.settimeout(30)
        select.select([], [client], [], 5)
        requests = get(options.path) * options.count
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, len(requests) * 2)
        answers, rest, unsent = 0, b"", memoryview(requests)
        while answers < options.count:
            _, writable, _ = select.select([client], [client] if unsent else [], [], 30)
            if writable:
                client.setblocking(False)
                unsent = unsent[client.send(unsent):]
                client.settimeout(30)
                continue
            part = client.recv(1 << 18)
            if not part:
                break
            rest += part
            answers += rest.count(b"HTTP/1.1 200 OK\r\n")
            rest = rest[-16:]  # one byte less than what is counted, so that nothing is counted twice
    return crowd.report() | {"answers": answers}


def pipeline_unread(options):
    """Very many requests in one write on each connection, and nothing is ever read."""
    crowd = Crowd(options, receive_buffer=4096)
    crowd.open(options.count, get(options.path) * 10_000)
    crowd.hold(options.seconds)
    return crowd.report()


LOADS = {"slowloris": slowloris, "silent": silent, "unread": unread, "unread_apart": unread_apart, "resets": resets, "pipeline": pipeline,
         "pipeline_unread": pipeline_unread}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("load", choices=LOADS)
    parser.add_argument("port", type=int)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--addresses", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--path", default="/")
    options = parser.parse_args()
    print(json.dumps(LOADS[options.load](options)))


if __name__ == "__main__":
    main()
