"""Programs that run for the length of a block, and what /proc says about them."""

import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(*command, log, **options):
    """Runs a program until the block ends, then stops it with SIGTERM."""
    with open(log, "w") as output:
        child = subprocess.Popen(command, stdout=output, stderr=output, **options)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_for(url, seconds=15):
    """The body at an address, asked for again and again until somebody answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pids):
    """User and system time that the processes have used."""
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(pids):
    """What the processes occupy, in MB, by the names that /proc gives: VmRSS, RssAnon, RssFile."""
    sums = dict.fromkeys(("VmRSS", "RssAnon", "RssFile"), 0)
    for pid in pids:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        for name in sums:
            sums[name] += int(re.search(name + r":\s+(\d+)", text)[1]) / 1024
    return sums
