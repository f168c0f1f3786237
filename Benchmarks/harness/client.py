"""One keep-alive connection that asks in a fixed order, so that what a server does for it can be counted."""

import socket


def request(path, *fields):
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *fields, "", ""]
    return "\r\n".join(lines).encode()


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, message, times, pipelined=1):
        """Sends the request so often, so many at once, and reads every answer; the status must stay the same."""
        statuses = set()
        for done in range(0, times, pipelined):
            burst = min(pipelined, times - done)
            self.socket.sendall(message * burst)
            for _ in range(burst):
                statuses.add(self.answer()[0])
        assert len(statuses) == 1 and statuses <= {200, 304}, statuses
        return statuses.pop()

    def answer(self):
        """Reads one answer: status, head, body."""
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            self.receive()
        head = self.buffer[:end].decode("latin-1")
        lines = head.split("\r\n")
        status = int(lines[0].split(" ")[1])
        fields = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        end += 4
        length = 0 if status == 304 else int(fields["content-length"])
        while len(self.buffer) < end + length:
            self.receive()
        body, self.buffer = self.buffer[end:end + length], self.buffer[end + length:]
        return status, fields, body

    def receive(self):
        data = self.socket.recv(1 << 18)
        assert data, "the server closed the connection"
        self.buffer += data
