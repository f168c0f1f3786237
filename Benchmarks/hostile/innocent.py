"""An innocent client: asks every 20 ms and notes how long each answer took. Ended by the end of its input.

    probe.py PORT PATH kept     on one connection
    probe.py PORT PATH new      on a connection of its own each time

Prints one line of JSON: the times in milliseconds, and how many got no good answer.
"""

import json
import select
import socket
import sys
import time

EVERY = 0.02
PATIENCE = 5


class Client:
    def __init__(self, port, path, is_kept):
        self.port, self.is_kept, self.socket = port, is_kept, None
        closing = "" if is_kept else "Connection: close\r\n"
        self.request = f"GET {path} HTTP/1.1\r\nHost: innocent\r\n{closing}\r\n".encode()

    def ask(self):
        """Whether a whole 200 came."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            self.socket.sendall(self.request)
            is_good = self.receive()
        except OSError:
            is_good = False
        if not is_good or not self.is_kept:
            if self.socket:
                self.socket.close()
            self.socket = None
        return is_good

    def receive(self):
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.more()
        head, body = received.split(b"\r\n\r\n", 1)
        length = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split(b":")[1])
        while len(body) < length:
            body += self.more()
        return head.startswith(b"HTTP/1.1 200 ")

    def more(self):
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("ended early")
        return part


def main():
    port, path, kind = sys.argv[1:]
    client, times, failures = Client(int(port), path, kind == "kept"), [], 0
    due = time.monotonic()
    while not select.select([sys.stdin], [], [], max(0, due - time.monotonic()))[0]:
        begun = time.monotonic()
        failures += not client.ask()
        took = time.monotonic() - begun
        # Whoever had wanted to ask meanwhile would have waited too; not counting them would make a stall look like one slow answer.
        while took > 0:
            times.append(took * 1000)
            took -= EVERY
        due = max(due + EVERY, time.monotonic())
    print(json.dumps({"times": times, "failures": failures}))


if __name__ == "__main__":
    main()
