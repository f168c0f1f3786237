"""Load and sync benchmarks: starts the release binary, a sandbox and nginx on loopback, measures, and writes a table.

Ratios are what counts: every peer runs in the same minute on the same machine. All processes that are started here end here.
"""

import contextlib
import http.cookiejar
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / ".build/release/paceline"
RESULTS = ROOT / "Benchmarks/results.md"
ROUNDS = 4
SECONDS = 4


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def process(*command, log, **options):
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


def wait_for(url, seconds=15):
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextlib.contextmanager
def paceline(folder, count):
    """A server of its own with a sandbox of its own, whose limits are out of the way."""
    sandbox, port = free_port(), free_port()
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {
        "PORT": str(port), "DATABASE_URL": f"sqlite:///{folder}/paceline.db", "REFRESH_INTERVAL": "0",
        "STRAVA_CLIENT_ID": "510510", "STRAVA_CLIENT_SECRET": "paceline-sandbox-secret-0a1b2c3d",
        "STRAVA_API_URL": f"http://127.0.0.1:{sandbox}/api/v3", "STRAVA_OAUTH_URL": f"http://127.0.0.1:{sandbox}/oauth",
    }
    stand_in = [BINARY, "sandbox", "--port", str(sandbox), "--activities", str(count), "--unlimited"]
    with process(*stand_in, log=f"{folder}/sandbox.log", cwd=folder, env=environment):
        wait_for(f"http://127.0.0.1:{sandbox}/")
        with process(BINARY, "serve", log=f"{folder}/paceline.log", cwd=folder, env=environment) as server:
            base = f"http://127.0.0.1:{port}"
            wait_for(base + "/livez")
            yield server, base, environment


def connect(base):
    """Walks through OAuth as a browser would, and presses Approve."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with browser.open(base + "/strava/authorize") as consent:
        page, address = consent.read().decode(), consent.geturl()
    action = re.search(r'<form[^>]*action="([^"]*)"', page)
    fields = re.findall(r'<input[^>]*type="(?:hidden|checkbox)"[^>]*>', page)
    form = []
    for field in fields:
        name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
        if name and "disabled" not in field:
            form.append((name[1], unescape(value[1] if value else "on")))
    button = re.search(r'<button[^>]*name="([^"]*)"[^>]*value="(approve[^"]*)"', page)
    if button:
        form.append((button[1], button[2]))
    target = urllib.parse.urljoin(address, unescape(action[1]) if action else "")
    with browser.open(target, urllib.parse.urlencode(form).encode()) as done:
        assert "strava=success" in done.geturl(), done.geturl()


def unescape(text):
    import html
    return html.unescape(text)


def status(base):
    return json.loads(wait_for(base + "/strava/status"))


def until_complete(base, seconds=120):
    deadline = time.monotonic() + seconds
    while not (status(base)["complete"] and status(base)["state"] == "idle"):
        assert time.monotonic() < deadline, status(base)
        time.sleep(0.02)


def resident_megabytes(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wrk(url, *options):
    output = subprocess.run(
        ["wrk", "-t1", "-c64", f"-d{SECONDS}s", "--latency", *options, url], capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", output)
    return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit], errors[0] if errors else ""


@contextlib.contextmanager
def nginx(folder, body):
    port = free_port()
    config = pathlib.Path(folder) / "nginx.conf"
    quoted = body.decode().replace("\\", "\\\\").replace("'", "\\'")
    # An ordinary user cannot write where Debian's nginx keeps these.
    temporary = "".join(
        f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config.write_text(
        f"worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.err;\n"
        "events { worker_connections 2048; }\n"
        f"http {{ {temporary}access_log off; keepalive_requests 1000000000; server {{ "
        f"listen 127.0.0.1:{port} reuseport; location / {{ default_type application/json; return 200 '{quoted}'; }} }} }}\n")
    with process("nginx", "-c", str(config), "-p", folder, log=f"{folder}/nginx.log"):
        url = f"http://127.0.0.1:{port}/"
        wait_for(url)
        yield url


def bench_http():
    with tempfile.TemporaryDirectory() as folder, paceline(folder, 3000) as (server, base, _):
        connect(base)
        until_complete(base)
        url = base + "/strava/stats/ytd"
        resting = resident_megabytes(server.pid)
        with nginx(folder, wait_for(url)) as peer:
            ours, theirs, cpu, served = [], [], 0.0, 0.0
            for _ in range(ROUNDS):
                before = cpu_seconds(server.pid)
                ours.append(wrk(url))
                cpu += cpu_seconds(server.pid) - before
                served += ours[-1][0] * SECONDS
                theirs.append(wrk(peer))
        page = wrk(base + "/strava/activities?limit=100", "-H", "Accept-Encoding: gzip")
        loaded = resident_megabytes(server.pid)
    rate, peer_rate = (statistics.median(r for r, _, _ in runs) for runs in (ours, theirs))
    p99, peer_p99 = (statistics.median(p for _, p, _ in runs) for runs in (ours, theirs))
    problems = [e for _, _, e in ours + theirs + [page] if e]
    yield "## Cached GET, 3,000 activities, wrk -t1 -c64, median of %d rounds of %d s" % (ROUNDS, SECONDS)
    yield ""
    yield "| what | requests/s | p99 ms |"
    yield "|---|---|---|"
    yield f"| nginx `return 200`, same body, two workers | {peer_rate:,.0f} | {peer_p99:.2f} |"
    yield f"| Paceline `/strava/stats/ytd` | {rate:,.0f} | {p99:.2f} |"
    yield f"| ratio | {rate / peer_rate:.2f} | {p99 / peer_p99:.2f} |"
    yield f"| Paceline `/strava/activities?limit=100`, gzip | {page[0]:,.0f} | {page[1]:.2f} |"
    yield ""
    yield f"CPU per request {cpu / served * 1e6:.1f} µs; resident {resting:.1f} MB before the load, {loaded:.1f} MB after."
    if problems:
        yield "Problems: " + "; ".join(problems)
    yield ""


def bench_sync(counts):
    yield "## First sync and refresh, sandbox on the same machine, SQLite"
    yield ""
    yield "| activities | first sync ms | requests | refresh ms | requests | resident MB | start to first answer ms |"
    yield "|---|---|---|---|---|---|---|"
    for count in counts:
        with tempfile.TemporaryDirectory() as folder, paceline(folder, count) as (server, base, environment):
            connect(base)
            until_complete(base)
            key = re.search(r"INTERNAL_API_KEY=(\S+)", pathlib.Path(folder, "var/dev-keys").read_text())[1].strip("'\"")
            request = urllib.request.Request(base + "/strava/refresh-data", method="POST", headers={"X-API-Key": key})
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert answer.status == 200
            text = pathlib.Path(folder, "paceline.log").read_text()
            stored = status(base)["activities"]
            resident = resident_megabytes(server.pid)
            server.send_signal(signal.SIGTERM)
            server.wait(15)
            started = time.monotonic()
            with process(BINARY, "serve", log=f"{folder}/again.log", cwd=folder, env=environment):
                wait_for(base + "/strava/stats/ytd")
                start = (time.monotonic() - started) * 1000
        first = re.search(r"All Strava data cached successfully.*", text)[0]
        again = re.search(r"Strava refreshed.*", text)[0]
        fields = [re.search(name + r"=(\d+)", line)[1] for line in (first, again) for name in ("ms", "requests")]
        assert stored >= count, (stored, count)
        yield f"| {stored:,} | {fields[0]} | {fields[1]} | {fields[2]} | {fields[3]} | {resident:.1f} | {start:.0f} |"
    yield ""


def main():
    what, *rest = sys.argv[1:] or ["all"]
    parts = {
        "http": lambda: list(bench_http()),
        "sync": lambda: list(bench_sync([int(n) for n in rest] or [3000, 20000])),
        "all": lambda: list(bench_sync([3000, 20000])) + list(bench_http()),
    }
    if what not in parts:
        sys.exit(f"script/bench knows http, sync, or nothing for both; not {what!r}")
    lines = ["# Results", "", f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores. Made by `{' '.join(['script/bench', *sys.argv[1:]])}`.", ""]
    lines += parts[what]()
    print("\n".join(lines))
    if what == "all":
        RESULTS.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
