"""System calls per request, counted by strace."""

import contextlib
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from harness.client import Client, request
from harness.load import wrk
from harness.paceline import filled
from harness.peers import nginx
from harness.processes import wait_for

TITLE = "System calls per cached GET"
PATH = "/strava/stats/ytd"
REQUESTS = 2000
PIPELINED = 100
READS = ("read", "readv", "recvfrom", "recvmsg")
WRITES = ("write", "writev", "sendto", "sendmsg", "sendfile")
WAITS = ("epoll_wait", "epoll_pwait", "epoll_pwait2")


def run(*_):
    with tempfile.TemporaryDirectory() as folder, filled(folder) as server:
        with nginx(folder, wait_for(server.base + PATH)) as peer:
            return list(table(folder, {"Paceline": (server, PATH), "nginx": (peer, "/")}))


def table(folder, servers):
    yield f"By strace, over {REQUESTS:,} requests of one keep-alive connection, or two seconds of wrk."
    yield ""
    yield "| load | server | reads | writes | epoll_waits | others | all |"
    yield "|---|---|---|---|---|---|---|"
    for load, work in LOADS.items():
        for name, (server, path) in servers.items():
            with tracing(server.pids, folder) as calls:
                served = work(server, path)
            kinds = [sum(calls.get(call, 0) for call in kind) / served for kind in (READS, WRITES, WAITS)]
            every = sum(calls.values()) / served
            cells = " | ".join(f"{count:.2f}" for count in (*kinds, every - sum(kinds), every))
            yield f"| {load} | {name} | {cells} |"
    yield ""


def one_connection(pipelined):
    def work(server, path):
        with Client(server.port) as client:
            client.ask(request(path), REQUESTS, pipelined)
        return REQUESTS
    return work


def many_connections(server, path):
    run = wrk(server.base + path, server.pids, seconds=2)
    return run.requests


LOADS = {
    "one at a time": one_connection(1),
    f"{PIPELINED} pipelined": one_connection(PIPELINED),
    "64 connections": many_connections,
}


@contextlib.contextmanager
def tracing(pids, folder):
    """Counts the system calls of the processes during the block; the counts are there after it."""
    summary = pathlib.Path(folder, "strace")
    calls = {}
    command = ["strace", "-f", "-c", "-o", summary, *(option for pid in pids for option in ("-p", str(pid)))]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        wait_until_attached(tracer, pids)
        yield calls
    finally:
        # The server's last calls of its turn belong to the load.
        time.sleep(0.1)
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=15)
    for line in summary.read_text().splitlines():
        # % time, seconds, µs per call, calls, errors or nothing, name.
        if found := re.fullmatch(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)(?:\s+\d+)?\s+(\w+)", line):
            if found[2] != "total":
                calls[found[2]] = int(found[1])


def wait_until_attached(tracer, pids):
    attached = set()
    while not set(pids) <= attached:
        line = tracer.stderr.readline()
        assert line, "strace could not attach; it may need root or kernel.yama.ptrace_scope=0"
        if found := re.search(r"Process (\d+) attached", line):
            attached.add(int(found[1]))
