"""Allocations per request, counted inside malloc."""

import contextlib
import tempfile

from harness.allocations import MallocCounter, Symbols, demangled
from harness.client import Client, request
from harness.idle import raise_descriptor_limit, resting
from harness.paceline import filled

TITLE = "Allocations"
REQUESTS = 2000
PIPELINED = 100
PATH = "/strava/stats/ytd"


def run(_, arguments):
    """Arguments: nothing for the table; `--stacks [PATH]` for where the allocations of a GET come from; `--connections` for
    those of a connection that opens and has one answer."""
    with tempfile.TemporaryDirectory() as folder:
        counter = MallocCounter(folder)
        with filled(folder, **counter.environment) as server, Client(server.port) as client:
            if arguments[:1] == ["--stacks"]:
                return list(stacks_of_get(counter, server, client, *arguments[1:2]))
            if arguments[:1] == ["--connections"]:
                return list(stacks_of_connection(counter, server))
            return list(table(counter, client))


def table(counter, client):
    yield f"Calls per request on one keep-alive connection: those for {2 * REQUESTS:,} requests minus those for " \
        f"{REQUESTS:,}, divided by {REQUESTS:,}."
    yield ""
    yield "| request | malloc | realloc | free | bytes |"
    yield "|---|---|---|---|---|"
    for name, message, pipelined in requests(client):
        first, second = (counted(counter, client, message, times, pipelined) for times in (REQUESTS, 2 * REQUESTS))
        calls = [(b - a) / REQUESTS for a, b in zip(first, second)]
        yield f"| {name} | {calls[0]:.2f} | {calls[1]:.2f} | {calls[2]:.2f} | {calls[3]:,.0f} |"
    yield ""


def requests(client):
    """What is counted: name, bytes, how many are sent at once."""
    plain = request(PATH)
    client.socket.sendall(plain)
    etag = client.answer()[1]["etag"]
    yield f"`{PATH}`", plain, 1
    yield f"`{PATH}`, {PIPELINED} pipelined", plain, PIPELINED
    yield f"`{PATH}`, If-None-Match, 304", request(PATH, f"If-None-Match: {etag}"), 1
    page = "/strava/activities?limit=100"
    yield f"`{page}`, gzip", request(page, "Accept-Encoding: gzip"), 1
    yield "`/livez`", request("/livez"), 1


def counted(counter, client, message, times, pipelined=1):
    # The first ones fill caches and grow buffers.
    client.ask(message, pipelined, pipelined)
    before = counter.counts()
    client.ask(message, times, pipelined)
    return [b - a for a, b in zip(before, counter.counts())]


def stacks_of_get(counter, server, client, path=PATH):
    message = request(path)
    client.ask(message, REQUESTS)
    sites = counter.trace(lambda: client.ask(message, REQUESTS))
    return stacks(server, sites, REQUESTS, f"a GET of `{path}`")


def stacks_of_connection(counter, server):
    raise_descriptor_limit(REQUESTS)
    with contextlib.ExitStack() as stack:
        sites = counter.trace(lambda: stack.enter_context(resting(server.port, request(PATH), REQUESTS)))
    return stacks(server, sites, REQUESTS, "a connection with one answer")


def stacks(server, sites, times, what):
    # What happens less often than in one of a hundred belongs to something else.
    sites = [site for site in sites if site.count >= times / 100]
    if not sites:
        yield f"{what} allocates nothing."
        return
    symbols = Symbols(server.process.pid)
    symbols.load(frame for site in sites for frame in site.frames)
    yield f"What {what} allocates, the stacks from the inside out."
    yield ""
    for site in sorted(sites, key=lambda site: -site.bytes):
        yield f"### {site.count / times:.2f} × {site.bytes / site.count:,.0f} bytes"
        yield "```"
        yield from demangled(symbols.stack(site.frames))
        yield "```"
