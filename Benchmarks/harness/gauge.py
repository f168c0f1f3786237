"""What a server uses at a moment: memory, descriptors, and bytes that the kernel holds for it."""

import contextlib
import os
import threading
import time
from dataclasses import dataclass

from harness.processes import memory

LISTENING = "0A"


@dataclass
class Reading:
    """The processes of one server together; sizes in MB."""
    resident: float
    """Resident without what files back."""
    private: float
    descriptors: int
    """In the send queues of its sockets: no resident size counts that."""
    queued: float

    def largest(self, other):
        return Reading(*map(max, vars(self).values(), vars(other).values()))


def read(server):
    sizes = memory(server.pids)
    return Reading(
        resident=sizes["VmRSS"], private=sizes["RssAnon"],
        descriptors=sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in server.pids), queued=queued(server.port))


def queued(port):
    """What waits in the send queues of the sockets on a port.

    Those that the server has closed count as well: the kernel goes on trying to deliver what they hold.
    """
    total = 0
    with open("/proc/net/tcp") as table:
        next(table)
        for line in table:
            fields = line.split(None, 5)
            if int(fields[1].rsplit(":", 1)[1], 16) == port and fields[3] != LISTENING:
                total += int(fields[4].split(":")[0], 16)
    return total / 1e6


@contextlib.contextmanager
def peak(server, every=0.1):
    """Reads again and again until the block ends; the one element of the list it gives is the largest of each figure."""
    largest, done = [read(server)], threading.Event()

    def watch():
        while not done.wait(every):
            largest[0] = largest[0].largest(read(server))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield largest
    finally:
        done.set()
        watcher.join()


def settled(server, descriptors, seconds=20):
    """Waits until no more descriptors are open than that and memory stands still for three seconds; the reading then."""
    changed, deadline, last = time.monotonic(), time.monotonic() + seconds, read(server)
    while (now := time.monotonic()) < deadline and now < changed + 3:
        time.sleep(0.1)
        reading = read(server)
        if abs(reading.resident - last.resident) > 0.1 or reading.descriptors > descriptors:
            changed, last = now, reading
    return read(server)
