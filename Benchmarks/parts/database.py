"""PostgreSQL beside SQLite: the first sync, and a start with a whole history to load."""

import pathlib
import re
import statistics
import tempfile

from harness.paceline import paceline
from harness.postgres import postgres
from parts.sync import start_again

TITLE = "First sync and start, SQLite and PostgreSQL on the same machine"


def run(pace, arguments):
    """Arguments: how many activities."""
    count = int(arguments[0]) if arguments else 20000
    rounds = {"SQLite": [], "PostgreSQL": []}
    for _ in range(pace.rounds):
        # In turns, so that what else the machine does falls on both.
        rounds["SQLite"].append(measure(count))
        with postgres() as url:
            rounds["PostgreSQL"].append(measure(count, DATABASE_URL=url))
    lines = [
        "| database | activities | first sync ms | start to first answer ms, empty | with the history | load ms |",
        "|---|---|---|---|---|---|",
    ]
    for database, runs in rounds.items():
        sync, empty, full = (statistics.median(column) for column in zip(*runs))
        lines.append(f"| {database} | {count:,} | {sync:.0f} | {empty:.0f} | {full:.0f} | {full - empty:.0f} |")
    return [*lines, ""]


def measure(count, **environment):
    """Milliseconds of a first sync, of a start on an empty database, and of a start on the full one."""
    with tempfile.TemporaryDirectory() as folder, paceline(folder, 1, **environment) as server:
        server.environment |= environment
        empty = start_again(server, "/livez")
    with tempfile.TemporaryDirectory() as folder, paceline(folder, count, **environment) as server:
        server.environment |= environment
        server.connect()
        server.until_complete()
        log = pathlib.Path(folder, "paceline.log").read_text()
        sync = re.search(r"All Strava data cached successfully.* ms=(\d+)", log)
        return int(sync[1]), empty, start_again(server)
