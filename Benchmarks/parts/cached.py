"""A cached GET against the peers: requests per second, latency, CPU per request, memory."""

import contextlib
import tempfile

from harness.load import APART, Ratio, median, problems, servers_apart, target_row, wrk
from harness.paceline import filled
from harness.peers import hummingbird, nginx
from harness.processes import memory, wait_for

TITLE = "Cached GET, 3,000 activities"
PATH = "/strava/stats/ytd"
CONNECTIONS = (64, 512)
RESIDENT_MEGABYTES = 30


def run(pace, _):
    with contextlib.ExitStack() as stack:
        stack.enter_context(servers_apart())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(filled(folder))
        body = wait_for(server.base + PATH)
        resting = memory(server.pids)
        servers = {"nginx": stack.enter_context(nginx(folder, body)), "Paceline": server}
        if peer := stack.enter_context(hummingbird(folder, body)):
            servers["Hummingbird"] = peer
        runs = in_turns(pace, servers)
        loaded = {name: memory(server.pids) for name, server in servers.items()}
    return [*table(pace, runs, loaded), *targets(runs, loaded["Paceline"], resting)]


def in_turns(pace, servers):
    """All runs by number of connections and server; who begins changes from round to round."""
    runs = {(count, name): [] for count in CONNECTIONS for name in servers}
    for turn in range(pace.rounds):
        for count in CONNECTIONS:
            names = list(servers)
            for name in names[turn % len(names):] + names[:turn % len(names)]:
                url = servers[name].base + (PATH if name == "Paceline" else "/")
                runs[count, name].append(wrk(url, servers[name].pids, count, pace.seconds))
    return runs


def table(pace, runs, loaded):
    yield f"`{PATH}`; nginx and Hummingbird answer the same body from memory. In turns, {pace}, medians; " \
        f"{APART}."
    yield ""
    yield "| connections | server | requests/s | p50 ms | p99 ms | CPU µs/request | resident MB (private) |"
    yield "|---|---|---|---|---|---|---|"
    for (count, name), each in runs.items():
        rate, p50, p99, cpu = (median(each, field) for field in ("rate", "p50", "p99", "cpu"))
        resident = f"{loaded[name]['VmRSS']:.1f} ({loaded[name]['RssAnon']:.1f})"
        yield f"| {count} | {name} | {rate:,.0f} | {p50:.2f} | {p99:.2f} | {cpu:.1f} | {resident} |"
    if (CONNECTIONS[0], "Hummingbird") not in runs:
        yield ""
        yield "Hummingbird is not built: `swift build -c release` in Benchmarks/Peers/HummingbirdPeer says why."
    yield from problems({f"{name}, {count} connections": each for (count, name), each in runs.items()})
    yield ""


def targets(runs, loaded, resting):
    yield "Ratios are of runs that follow one another: the median of the rounds (least–most)."
    yield ""
    yield "| ratio | connections | measured | wanted | |"
    yield "|---|---|---|---|---|"
    for count in CONNECTIONS:
        ours, theirs = runs[count, "Paceline"], runs[count, "nginx"]
        yield f"| requests/s, Paceline : nginx | {count} | {Ratio(ours, theirs, 'rate').at_least(0.9)}"
        yield f"| p99, Paceline : nginx | {count} | {Ratio(ours, theirs, 'p99').at_most(1.2)}"
        yield f"| CPU per request, Paceline : nginx | {count} | {Ratio(ours, theirs, 'cpu').at_most(1.3)}"
        if other := runs.get((count, "Hummingbird")):
            yield f"| requests/s, Paceline : Hummingbird | {count} | {Ratio(ours, other, 'rate').at_least(2.5)}"
            yield f"| CPU per request, Hummingbird : Paceline | {count} | {Ratio(other, ours, 'cpu').at_least(2.5)}"
    resident = loaded["VmRSS"]
    wanted = target_row(f"{resident:.1f}", f"≤ {RESIDENT_MEGABYTES}", resident <= RESIDENT_MEGABYTES)
    yield f"| resident MB after the load | | {wanted}"
    yield ""
    before, after = (f"{part['VmRSS']:.1f} MB ({part['RssAnon']:.1f} private, {part['RssFile']:.1f} of files)"
                     for part in (resting, loaded))
    yield f"Paceline's memory before the load: {before}; after it: {after}."
    yield ""
