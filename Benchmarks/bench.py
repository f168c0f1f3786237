"""The benchmarks' command line: runs the parts that were asked for, prints their tables, and keeps them in results.md."""

import argparse
import importlib
import os

from harness import results
from harness.load import Pace

HTTP = ("cached", "answers", "idle", "system_calls", "allocations")
PARTS = ("sync", "database", "apply", "budget", *HTTP, "loads", "micro")
GROUPS = {"http": HTTP, "all": PARTS}


def main():
    parser = argparse.ArgumentParser(prog="script/bench", description="Without a part: all of them.")
    parser.add_argument("part", nargs="?", default="all", choices=[*GROUPS, *PARTS])
    parser.add_argument("--rounds", type=int, default=Pace.rounds)
    parser.add_argument("--seconds", type=int, default=Pace.seconds, help="of each run of the load in each round")
    options, arguments = parser.parse_known_args()
    pace = Pace(options.rounds, options.seconds)
    for name in GROUPS.get(options.part, [options.part]):
        part = importlib.import_module(f"parts.{name}")
        print(f"## {part.TITLE}\n", flush=True)
        lines = []
        for line in part.run(pace, arguments):
            print(line, flush=True)
            lines.append(line)
        # With arguments of its own a part answers a question, and another build is not ours to record.
        if not arguments and "PACELINE_BINARY" not in os.environ:
            results.keep(part.TITLE, f"script/bench {name}", lines)


if __name__ == "__main__":
    main()
