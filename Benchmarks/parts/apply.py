"""What one sync costs over what is stored: one new activity, and none, at 1,000, 10,000 and 100,000.

Instructions by callgrind, as in the micro-benchmarks, and the time of the same work by the clock.
"""

import subprocess
import sys
import time

from parts import micro

TITLE = "One activity more, over what is stored"
COUNTS = (1_000, 10_000, 100_000)
OPERATIONS = ("apply one activity to", "find nothing new in")
TIMES = {"callgrind": 200, "clock": 5000}


def run(_, __):
    micro.swift("build", "-c", "release", "--product", "count", "--scratch-path", ".build-count", stdout=sys.stderr)
    counter = micro.PACKAGE / ".build-count/release/count"
    yield "The mirror and the plan alone: what the store and the answers that somebody asks for cost is not among it."
    yield ""
    yield "| stored | one new activity: instructions | µs | nothing new: instructions | µs |"
    yield "|---|---|---|---|---|"
    for count in COUNTS:
        cells = []
        for operation in OPERATIONS:
            name = f"{operation} {count}"
            cells += [f"{instructions(counter, name):,.0f}", f"{microseconds(counter, name):.1f}"]
        yield f"| {count:,} | {' | '.join(cells)} |"
    yield ""


def instructions(counter, name):
    once, twice = (micro.callgrind(counter, name, times) for times in (TIMES["callgrind"], 2 * TIMES["callgrind"]))
    return (twice - once) / TIMES["callgrind"]


def microseconds(counter, name):
    once, twice = (elapsed(counter, name, times) for times in (TIMES["clock"], 2 * TIMES["clock"]))
    return (twice - once) / TIMES["clock"] * 1e6


def elapsed(counter, name, times):
    """The best of five."""
    return min(timed([counter, name, str(times)]) for _ in range(5))


def timed(command):
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started
