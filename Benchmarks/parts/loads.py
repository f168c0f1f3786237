"""Hostile loads: what they cost the server, whether others are served meanwhile, and whether everything is given back.

The same attack goes at nginx with the same limits. Attackers, innocents and server share this machine's cores, and the innocents' times
at nginx tell how much of theirs is the machine's.
"""

import collections
import contextlib
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from harness import gauge
from harness.idle import raise_descriptor_limit
from harness.load import target_row, wrk
from harness.paceline import filled
from harness.peers import guarded_nginx
from harness.processes import cpu_seconds, wait_for

TITLE = "Hostile loads"
PROGRAMS = pathlib.Path(__file__).resolve().parents[1] / "hostile"
SMALL, LARGE = "/strava/stats/ytd", "/strava/activities?limit=1000"


# Loopback counts as a client here, and not as a proxy that many clients stand behind.
NO_PROXY = {"TRUSTED_PROXIES": "192.0.2.1"}
MILLISECONDS = 100
# What the allocator may keep.
MEGABYTES = 2


@dataclass
class Load:
    title: str
    attack: str
    count: int
    path: str = SMALL
    addresses: int = 200
    """How long the attackers stay, unless the server ends them before."""
    seconds: int = 40
    """How often they come, one time after the other."""
    rounds: int = 1
    """Files that the server may have open; None leaves the limit as it is."""
    files: int | None = None


LOADS = {
    "slowloris": Load("5,000 header writers, a byte a second each", "slowloris", 5000),
    "one_address": Load("the same from one address", "slowloris", 5000, addresses=1, seconds=10),
    "unread": Load("200 clients ask 20 times for the largest answer and never read", "unread", 200, LARGE),
    "unread_apart": Load("the same, each for another page", "unread_apart", 200, LARGE, seconds=12),
    "resets": Load("5 times 10,000 connects and resets", "resets", 10_000, rounds=5),
    "descriptors": Load("`ulimit -n 256`, 400 silent connections", "silent", 400, seconds=8, files=256),
    "pipeline": Load("10 times 10,000 requests in one write", "pipeline", 10_000, rounds=10),
    "pipeline_unread": Load(
        "20 clients, 10,000 requests in one write each, never read", "pipeline_unread", 20, seconds=12),
    "pipeline_livez": Load("10 times 10,000 requests for `/livez` in one write", "pipeline", 10_000, "/livez", rounds=10),
}


@dataclass
class Result:
    before: gauge.Reading
    during: gauge.Reading
    after: gauge.Reading
    cpu: float
    innocents: dict
    reports: list

    def slowest(self, kind):
        return max(self.innocents[kind]["times"])


def run(_, names):
    if not raise_descriptor_limit(max(load.count for load in LOADS.values() if load.attack == "slowloris")):
        return ["Not measured: this user may not open so many files (`ulimit -Hn`).", ""]
    rows = []
    for name in names or LOADS:
        load = LOADS[name]
        with tempfile.TemporaryDirectory() as folder, filled(folder, **NO_PROXY) as server:
            files = {path.split("?")[0]: wait_for(server.base + path) for path in (SMALL, LARGE, "/livez")}
            with guarded_nginx(folder, files) as peer:
                rows += [(load, who, measure(load, each)) for who, each in (("Paceline", server), ("nginx", peer))]
    return [*table(rows), *targets(rows)]


def measure(load, server):
    fresh = gauge.read(server)
    # What a server does once in its life is done before.
    for path in (SMALL, LARGE):
        wrk(server.base + path, server.pids, seconds=1)
    if load.files:
        for pid in server.pids:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (load.files, load.files))
    before, cpu = gauge.settled(server, fresh.descriptors), cpu_seconds(server.pids)
    with gauge.peak(server) as during, innocents(server.port) as answers:
        time.sleep(0.5)
        reports = [attack(load, server.port) for _ in range(load.rounds)]
        time.sleep(0.5)
    cpu = cpu_seconds(server.pids) - cpu
    return Result(before, during[0], gauge.settled(server, before.descriptors), cpu, answers, reports)


def attack(load, port):
    options = [f"--{name}={getattr(load, name)}" for name in ("count", "path", "addresses", "seconds")]
    command = [sys.executable, PROGRAMS / "attack.py", load.attack, str(port), *options]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


@contextlib.contextmanager
def innocents(port):
    """Two clients that ask for something small all the time; the dictionary it gives is filled at the end."""
    found = {}
    probes = {
        kind: subprocess.Popen(
            [sys.executable, PROGRAMS / "innocent.py", str(port), SMALL, kind], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        for kind in ("kept", "new")}
    try:
        yield found
    finally:
        for kind, probe in probes.items():
            found[kind] = json.loads(probe.communicate()[0])


def table(rows):
    yield "Before → at the worst → after, once it stands still; nginx has the same limits and, a worker each, the same load. *Kept* and " \
        "*new* are two innocent clients, one on a connection of its own, the other on a new one each time, each asking every 20 ms: p50 / " \
        "p99 / max. *In the kernel* is what the sockets hold for who does not read, at the worst → after."
    yield ""
    yield "| load | server | private MB | resident MB | descriptors | in the kernel MB | CPU s | kept ms | new ms | the attackers |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for load, who, result in rows:
        readings = (result.before, result.during, result.after)
        sizes = [" → ".join(f"{getattr(each, name):.1f}" for each in readings) for name in ("private", "resident")]
        counts = " → ".join(str(each.descriptors) for each in readings)
        kernel = " → ".join(f"{each.queued:.1f}" for each in readings[1:])
        times = [waiting(result.innocents[kind]) for kind in ("kept", "new")]
        cells = [load.title, who, *sizes, counts, kernel, f"{result.cpu:.2f}", *times, fate(result.reports)]
        yield f"| {' | '.join(cells)} |"
    yield ""


def waiting(answers):
    times = sorted(answers["times"])
    text = " / ".join(f"{times[min(len(times) - 1, int(len(times) * part))]:.1f}" for part in (0.5, 0.99, 1))
    return text + (f" ({answers['failures']} without answer)" if answers["failures"] else "")


def fate(reports):
    """What became of the attackers, most of it first."""
    heard = collections.Counter()
    for report in reports:
        heard.update(report["heard"])
    parts = [f"{count:,} heard {words}" for words, count in heard.most_common()]
    answers = [report["answers"] for report in reports if "answers" in report]
    if answers:
        parts.append(f"{min(answers):,} answers each" if min(answers) == max(answers) else f"{min(answers):,}–{max(answers):,} answers")
    if failed := sum(report["failed"] for report in reports):
        parts.append(f"{failed:,} not connected")
    return ", ".join(parts) or "left"


def targets(rows):
    yield "| Paceline | measured | wanted | |"
    yield "|---|---|---|---|"
    for load, who, result in rows:
        if who != "Paceline":
            continue
        # Without a descriptor nobody new can be let in, so there those count who are there.
        kinds = ("kept",) if load.files else ("kept", "new")
        slowest = max(result.slowest(kind) for kind in kinds)
        grown = result.after.private - result.before.private
        opened = result.after.descriptors - result.before.descriptors
        yield f"| {load.title}: others wait at most, ms | " \
            f"{target_row(f'{slowest:.1f}', f'≤ {MILLISECONDS}', slowest <= MILLISECONDS)}"
        yield f"| MB more afterwards | {target_row(f'{grown:.1f}', f'≤ {MEGABYTES}', grown <= MEGABYTES)}"
        yield f"| descriptors more afterwards | {target_row(opened, '≤ 0', opened <= 0)}"
    yield ""
