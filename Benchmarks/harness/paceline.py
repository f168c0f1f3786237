"""Paceline as it is measured: the release binary, connected to a sandbox of its own."""

import contextlib
import html
import http.cookiejar
import json
import os
import pathlib
import re
import time
import urllib.parse
import urllib.request

from harness.processes import free_port, running, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Another build can be measured with the same scripts.
BINARY = pathlib.Path(os.environ.get("PACELINE_BINARY", ROOT / ".build/release/paceline")).resolve()


class Paceline:
    """A server that runs."""

    def __init__(self, process, base, folder, environment):
        self.process, self.base, self.folder, self.environment = process, base, folder, environment

    @property
    def pids(self):
        return [self.process.pid]

    @property
    def port(self):
        return urllib.parse.urlsplit(self.base).port

    def status(self):
        return json.loads(wait_for(self.base + "/strava/status"))

    def until_complete(self, seconds=120):
        deadline = time.monotonic() + seconds
        while not ((status := self.status())["complete"] and status["state"] == "idle"):
            assert time.monotonic() < deadline, status
            time.sleep(0.02)

    def connect(self):
        """Walks through OAuth as a browser would, and presses Approve."""
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        with browser.open(self.base + "/strava/authorize") as consent:
            page, address = consent.read().decode(), consent.geturl()
        action = re.search(r'<form[^>]*action="([^"]*)"', page)
        form = []
        for field in re.findall(r'<input[^>]*type="(?:hidden|checkbox)"[^>]*>', page):
            name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
            if name and "disabled" not in field:
                form.append((name[1], html.unescape(value[1] if value else "on")))
        button = re.search(r'<button[^>]*name="([^"]*)"[^>]*value="(approve[^"]*)"', page)
        if button:
            form.append((button[1], button[2]))
        target = urllib.parse.urljoin(address, html.unescape(action[1]) if action else "")
        with browser.open(target, urllib.parse.urlencode(form).encode()) as done:
            assert "strava=success" in done.geturl(), done.geturl()


@contextlib.contextmanager
def paceline(folder, activities, **preload):
    """A server of its own with a sandbox of its own, whose limits are out of the way; `preload` goes to its environment."""
    sandbox, port = free_port(), free_port()
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {
        "PORT": str(port), "DATABASE_URL": f"sqlite:///{folder}/paceline.db", "REFRESH_INTERVAL": "0",
        "STRAVA_CLIENT_ID": "510510", "STRAVA_CLIENT_SECRET": "paceline-sandbox-secret-0a1b2c3d",
        "STRAVA_API_URL": f"http://127.0.0.1:{sandbox}/api/v3", "STRAVA_OAUTH_URL": f"http://127.0.0.1:{sandbox}/oauth",
    }
    stand_in = [BINARY, "sandbox", "--port", str(sandbox), "--activities", str(activities), "--unlimited"]
    with running(*stand_in, log=f"{folder}/sandbox.log", cwd=folder, env=environment) as other:
        wait_for(f"http://127.0.0.1:{sandbox}/")
        with running(BINARY, "serve", log=f"{folder}/paceline.log", cwd=folder, env=environment | preload) as process:
            server = Paceline(process, f"http://127.0.0.1:{port}", folder, environment)
            server.sandbox = other.pid
            wait_for(server.base + "/livez")
            yield server


@contextlib.contextmanager
def filled(folder, activities=3000, **preload):
    """The same, with the whole history fetched."""
    with paceline(folder, activities, **preload) as server:
        server.connect()
        server.until_complete()
        yield server
