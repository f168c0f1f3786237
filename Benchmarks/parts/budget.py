"""Thirty simulated days of Strava's limits, with the real limiter, vault, coordinator and scheduler in one process."""

import json
import pathlib
import subprocess
import sys

TITLE = "The request budget, thirty simulated days"
PACKAGE = pathlib.Path(__file__).resolve().parents[1] / "Budget"
DAYS = 30
SHARE = 0.98


def run(_, arguments):
    """Arguments: how many days, then names of scenarios; all of them without."""
    subprocess.run(
        ["swift", "build", "-c", "release", "--product", "budget"], cwd=PACKAGE, check=True, stdout=sys.stderr)
    command = [PACKAGE / ".build/release/budget", *(arguments or [str(DAYS)])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulation:
        runs = [json.loads(line) for line in simulation.stdout]
    if simulation.returncode:
        sys.exit(f"budget: the simulation ended with {simulation.returncode}")
    yield from table(runs)
    check(runs)


def table(runs):
    yield "In each: a refresh every hour, token refreshes, and a backfill of 40,000 activities that begins anew whenever it is done. " \
        "*Over*: requests of ours that Strava refused, in all and in the window that had most. *Used*: of what the reserve leaves to a " \
        "backfill each day, what had been used when its last request was counted. *Admin*: refreshes by a person, how many of " \
        "them had to wait, and for how many windows at most; in brackets what Strava would have admitted then all the same, at most. " \
        "*Intrusions*: requests of a backfill that went into the day's reserve, on the day that had most."
    yield ""
    yield "| scenario | days | requests | over (in a window) | used | admin | waited | windows waited (left) | intrusions | starts (killed) | writes per request | days/s |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for one in runs:
        writes = one["writes"] / max(1, one["requests"] + one["token_calls"])
        yield f"| {one['name']} | {one['days']} | {one['requests']:,} | {one['over']} ({one['over_in_a_window']}) | " \
            f"{one['share']:.2%} | {one['refreshes']:,} | {one['waited']:,} | {one['windows_waited']} ({one['room']}) | " \
            f"{one['intrusions']} | {one['starts']} ({one['kills']}) | " \
            f"{writes:.2f} | {one['days'] / one['seconds']:.1f} |"
    yield ""
    yield f"Wanted: over 0, with another program at most 1 in a window; used ≥ {SHARE:.0%}; windows waited 0. Not met: " \
        f"{'; '.join(missed(runs)) or 'nothing'}."
    yield ""


def missed(runs):
    findings = []
    for one in runs:
        allowed = 1 if one["strangers"] else 0
        if one["over_in_a_window"] > allowed:
            findings.append(f"{one['name']}: {one['over_in_a_window']} over in a window")
        if one["share"] < SHARE:
            findings.append(f"{one['name']}: {one['share']:.2%} used")
        if one["waited"]:
            findings.append(
                f"{one['name']}: {one['waited']} of {one['refreshes']} refreshes waited, when Strava had at most {one['room']} requests "
                f"left, and the backfill had taken {one['intrusions']} of a day's reserve at most")
    return findings


def check(runs):
    findings = missed(runs)
    if findings:
        print(f"budget: {'; '.join(findings)}", file=sys.stderr)
