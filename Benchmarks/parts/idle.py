"""What ten thousand idle keep-alive connections cost, and whether the active ones notice them."""

import pathlib
import tempfile
import time

from harness.client import request
from harness.idle import raise_descriptor_limit, resting
from harness.load import Ratio, median, problems, target_row, wrk
from harness.paceline import filled
from harness.processes import memory

TITLE = "10,000 idle connections"
COUNT = 10_000
PATH = "/strava/stats/ytd"
KILOBYTES_EACH = 4


def run(pace, _):
    if not raise_descriptor_limit(COUNT):
        return ["Not measured: this user may not open so many files (`ulimit -Hn`).", ""]
    with tempfile.TemporaryDirectory() as folder, filled(folder) as server:
        url, descriptors = server.base + PATH, open_files(server)
        # Buffers and threads of the load itself are not the idle connections' fault.
        wrk(url, server.pids, seconds=1)
        until_closed(server, descriptors)
        before = memory(server.pids)["VmRSS"]
        alone, among, held = [], [], []
        for _ in range(pace.rounds):
            alone.append(wrk(url, server.pids, seconds=pace.seconds))
            # Opened anew each round, since the server closes what idles for half a minute.
            with resting(server.port, request(PATH), COUNT):
                held.append(memory(server.pids)["VmRSS"])
                among.append(wrk(url, server.pids, seconds=pace.seconds))
            until_closed(server, descriptors)
        after = memory(server.pids)["VmRSS"]
    # Later rounds find the memory of the first one still there.
    return list(table(pace, alone, among, before, held[0], after))


def open_files(server):
    return len(list(pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()))


def until_closed(server, descriptors, seconds=20):
    deadline = time.monotonic() + seconds
    while (count := open_files(server)) > descriptors + 8:
        assert time.monotonic() < deadline, f"{count} descriptors are still open, {descriptors} were at the beginning"
        time.sleep(0.05)


def table(pace, alone, among, before, held, after):
    each = (held - before) * 1024 / COUNT
    yield f"Each of {COUNT:,} connections has had one answer and rests, while wrk -t1 -c64 runs; with and without in turns, " \
        f"{pace}, medians."
    yield ""
    yield "| idle | requests/s | p50 ms | p99 ms | CPU µs/request |"
    yield "|---|---|---|---|---|"
    for count, runs in ((0, alone), (COUNT, among)):
        rate, p50, p99, cpu = (median(runs, field) for field in ("rate", "p50", "p99", "cpu"))
        yield f"| {count:,} | {rate:,.0f} | {p50:.2f} | {p99:.2f} | {cpu:.1f} |"
    yield from problems({"Without": alone, "With": among})
    yield ""
    yield "| figure | measured | wanted | |"
    yield "|---|---|---|---|"
    yield f"| resident KB per idle connection | {target_row(f'{each:.1f}', f'≤ {KILOBYTES_EACH}', each <= KILOBYTES_EACH)}"
    yield f"| p99, with idle ones : without | {Ratio(among, alone, 'p99').at_most(1.25)}"
    yield ""
    yield f"Resident before {before:.1f} MB, with them {held:.1f} MB, after all rounds {after:.1f} MB."
    yield ""
