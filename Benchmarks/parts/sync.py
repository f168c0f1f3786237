"""First sync, refresh, and the time to the first answer after a start."""

import pathlib
import re
import signal
import tempfile
import time
import urllib.request

from harness.paceline import BINARY, paceline
from harness.processes import cpu_seconds, memory, running, wait_for

# So many refreshes that find nothing new, for the clock of the kernel ticks a hundred times a second.
REFRESHES = 100
TITLE = "First sync and refresh, sandbox on the same machine, SQLite"


def run(_, arguments):
    """Arguments: how many activities, once per row."""
    return list(table([int(count) for count in arguments] or [3000, 20000]))


def table(counts):
    yield f"CPU milliseconds: of the server and of the sandbox, a process of its own; of a refresh, the mean of {REFRESHES}."
    yield ""
    yield "| activities | first sync ms | requests | server's CPU ms | sandbox's CPU ms | refresh ms | requests | its CPU ms " \
        "| resident MB | start to first answer ms |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for count in counts:
        with tempfile.TemporaryDirectory() as folder, paceline(folder, count) as server:
            yield row(server, count)
    yield ""


def row(server, count):
    used = [cpu_seconds([pid]) for pid in (server.process.pid, server.sandbox)]
    server.connect()
    server.until_complete()
    cpu = [f"{(cpu_seconds([pid]) - before) * 1000:.0f}" for pid, before in zip((server.process.pid, server.sandbox), used)]
    refresh(server)
    before = cpu_seconds(server.pids)
    for _ in range(REFRESHES):
        refresh(server)
    each = (cpu_seconds(server.pids) - before) / REFRESHES * 1000
    text = pathlib.Path(server.folder, "paceline.log").read_text()
    stored = server.status()["activities"]
    assert stored >= count, (stored, count)
    resident = memory(server.pids)["VmRSS"]
    start = start_again(server)
    first = re.search(r"All Strava data cached successfully.*", text)[0]
    again = re.search(r"Strava refreshed.*", text)[0]
    fields = [re.search(name + r"=(\d+)", line)[1] for line in (first, again) for name in ("ms", "requests")]
    return f"| {stored:,} | {' | '.join(fields[:2] + cpu + fields[2:])} | {each:.1f} | {resident:.1f} | {start:.0f} |"


def refresh(server):
    key = re.search(r"INTERNAL_API_KEY=(\S+)", pathlib.Path(server.folder, "var/dev-keys").read_text())[1].strip("'\"")
    request = urllib.request.Request(
        server.base + "/strava/refresh-data", method="POST", headers={"X-API-Key": key})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def start_again(server, path="/strava/stats/ytd"):
    """Ends the server and starts another with its database; milliseconds to its first answer."""
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(15)
    started = time.monotonic()
    with running(
        BINARY, "serve", log=f"{server.folder}/again.log", cwd=server.folder, env=server.environment
    ):
        wait_for(server.base + path)
        return (time.monotonic() - started) * 1000
