"""wrk, and what one run of it showed."""

import contextlib
import dataclasses
import os
import re
import statistics
import subprocess

from harness.processes import cpu_seconds

MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1000}
CORES = sorted(os.sched_getaffinity(0))


@contextlib.contextmanager
def servers_apart():
    """Servers that are started in the block have one core, and wrk another.

    Left to themselves on two cores, wrk and two threads of a server share them in one of several ways, by chance and for seconds: one
    and the same server then answers 97,000 requests a second or 137,000.
    """
    os.sched_setaffinity(0, {CORES[-1]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


APART = "each server with one thread on one core, wrk -t1 on another"


@dataclasses.dataclass
class Pace:
    """How long is measured: rounds of the servers in turns, and seconds for each of them in each round."""
    rounds: int = 4
    seconds: int = 3

    def __str__(self):
        return f"{self.rounds} rounds of {self.seconds} s"


@dataclasses.dataclass
class Run:
    requests: int
    rate: float
    p50: float
    p99: float
    """Both in milliseconds."""
    cpu: float
    """The server's, in microseconds per request."""
    problem: str


def wrk(url, pids, connections=64, seconds=3, fields=()):
    """Loads an address; `pids` are the processes whose CPU time counts as the server's."""
    headers = [option for field in fields for option in ("-H", field)]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", *headers, url]
    before = cpu_seconds(pids)
    if os.sched_getaffinity(0) == {CORES[-1]}:
        command = ["taskset", "-c", str(CORES[0]), *command]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    cpu = cpu_seconds(pids) - before
    served = int(re.search(r"(\d+) requests in", text)[1])
    problem = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", text)
    return Run(
        requests=served, rate=float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), p50=latency(text, 50),
        p99=latency(text, 99), cpu=cpu / max(1, served) * 1e6, problem=problem[0] if problem else "")


def latency(text, percent):
    value, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", text).groups()
    return float(value) * MILLISECONDS[unit]


def median(runs, name):
    return statistics.median(getattr(run, name) for run in runs)


class Ratio:
    """One quantity of two servers that ran in turns: each round is a pair, and the median of the pairs' ratios counts.

    A machine that slows down for some seconds slows both runs of a round.
    """

    def __init__(self, ours, theirs, name):
        self.rounds = [getattr(a, name) / getattr(b, name) for a, b in zip(ours, theirs)]
        self.median = statistics.median(self.rounds)
        # Refusals are quick to send: a ratio that they are part of meets nothing.
        self.is_sound = not any(run.problem for run in [*ours, *theirs])

    def __str__(self):
        return f"{self.median:.2f} ({min(self.rounds):.2f}–{max(self.rounds):.2f})"

    def at_least(self, target):
        return target_row(self, f"≥ {target}", self.is_sound and self.median >= target)

    def at_most(self, target):
        return target_row(self, f"≤ {target}", self.is_sound and self.median <= target)


def target_row(value, target, is_met):
    return f"{value} | {target} | {'met' if is_met else '**not met**'} |"


def problems(runs_by_name):
    """What went wrong in which of the loads."""
    for name, runs in runs_by_name.items():
        if found := [run.problem for run in runs if run.problem]:
            yield f"\n{name}, in {len(found)} of {len(runs)} rounds: {found[0]}"
