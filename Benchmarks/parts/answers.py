"""The other two kinds of cached answer: a large gzipped list, and 304."""

import tempfile
import urllib.request

from harness.load import APART, Ratio, median, problems, servers_apart, wrk
from harness.paceline import filled
from harness.peers import nginx

TITLE = "Gzipped list and 304"
PAGE = "/strava/activities?limit=100"
PLAIN = "/strava/stats/ytd"
ACCEPT = "Accept-Encoding: gzip"


def run(pace, _):
    with servers_apart(), tempfile.TemporaryDirectory() as folder, filled(folder) as server:
        page, _ = fetch(server.base + PAGE, {"Accept-Encoding": "gzip"})
        assert page[:2] == b"\x1f\x8b", "the list did not come gzipped"
        _, etag = fetch(server.base + PLAIN, {})
        with nginx(folder, b"{}", page) as peer:
            loads = {
                "gzip": (server.base + PAGE, server.pids, [ACCEPT]),
                "file": (peer.base + "/page", peer.pids, [ACCEPT]),
                "304": (server.base + PLAIN, server.pids, [f"If-None-Match: {etag}"]),
                "plain": (server.base + PLAIN, server.pids, []),
            }
            runs = {name: [] for name in loads}
            for _ in range(pace.rounds):
                for name, (url, pids, fields) in loads.items():
                    runs[name].append(wrk(url, pids, seconds=pace.seconds, fields=fields))
    return list(table(pace, runs, len(page)))


def fetch(url, fields):
    with urllib.request.urlopen(urllib.request.Request(url, headers=fields), timeout=10) as answer:
        return answer.read(), answer.headers["ETag"]


def table(pace, runs, size):
    names = {
        "gzip": f"Paceline `{PAGE}`, gzip, {size:,} bytes",
        "file": "nginx, the same bytes from a file",
        "304": f"Paceline `{PLAIN}`, If-None-Match, 304",
        "plain": f"Paceline `{PLAIN}`",
    }
    yield f"64 connections in turns, {pace}, medians; {APART}."
    yield ""
    yield "| answer | requests/s | p50 ms | p99 ms | CPU µs/request |"
    yield "|---|---|---|---|---|"
    for name, each in runs.items():
        rate, p50, p99, cpu = (median(each, field) for field in ("rate", "p50", "p99", "cpu"))
        yield f"| {names[name]} | {rate:,.0f} | {p50:.2f} | {p99:.2f} | {cpu:.1f} |"
    yield from problems({names[name]: each for name, each in runs.items()})
    yield ""
    yield "| ratio of requests/s | measured | wanted | |"
    yield "|---|---|---|---|"
    yield f"| gzipped list, Paceline : nginx | {Ratio(runs['gzip'], runs['file'], 'rate').at_least(0.8)}"
    yield f"| 304 : plain GET | {Ratio(runs['304'], runs['plain'], 'rate').at_least(1.0)}"
    yield ""
