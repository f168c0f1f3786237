"""Micro-benchmarks: instructions per operation, held against thresholds; and time, for whoever wonders.

Instructions are counted by callgrind: they are the same whatever else the machine does, and need no hardware counter, which
virtual machines seldom have. The clock's figures are only shown.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

TITLE = "Micro-benchmarks"
PACKAGE = pathlib.Path(__file__).resolve().parents[1] / "Micro"
THRESHOLDS = PACKAGE / "thresholds.json"
TIMES = 2000
TOLERANCE = 0.05


def run(_, arguments):
    """Arguments: `--update` makes what is measured the thresholds."""
    # In a folder of its own: package-benchmark builds with other flags, and each would undo the other's work.
    swift("build", "-c", "release", "--product", "count", "--scratch-path", ".build-count", stdout=sys.stderr)
    counter = PACKAGE / ".build-count/release/count"
    names = subprocess.run([counter], capture_output=True, text=True, check=True).stdout.splitlines()
    measured = {name: instructions(counter, name) for name in names}
    if "--update" in arguments:
        write(measured)
    thresholds = json.loads(THRESHOLDS.read_text())
    yield from table(measured, times(), thresholds["instructions"])
    check(measured, thresholds)


def swift(*arguments, **options):
    return subprocess.run(["swift", *arguments], cwd=PACKAGE, check=True, **options)


def instructions(counter, name):
    """What one operation costs: twice as many of them minus once as many, so that all else cancels out."""
    once, twice = (callgrind(counter, name, times) for times in (TIMES, 2 * TIMES))
    return (twice - once) / TIMES


def callgrind(counter, name, times):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", counter, name, str(times)]
    # Tables with a seed of their own would differ from run to run.
    environment = {"SWIFT_DETERMINISTIC_HASHING": "1"}
    text = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stderr
    return int(re.search(r"Collected : (\d+)", text)[1])


def write(measured):
    thresholds = {"swift": version(), "instructions": {name: round(count) for name, count in measured.items()}}
    THRESHOLDS.write_text(json.dumps(thresholds, indent=2) + "\n")


def version():
    text = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"Swift version (\d+\.\d+)", text)[1]


def times():
    """What package-benchmark measures per operation, nine tenths of its runs below: nanoseconds, and instructions too where
    the machine has a counter for them."""
    with tempfile.TemporaryDirectory() as folder:
        swift(
            "package", "--disable-sandbox", "--allow-writing-to-directory", folder, "benchmark", "--no-progress",
            "--format", "metricP90AbsoluteThresholds", "--path", folder, stdout=sys.stderr)
        found = {}
        for file in pathlib.Path(folder).glob("clock.*.p90.json"):
            name = file.name.removeprefix("clock.").removesuffix(".p90.json").replace("_", " ")
            found[name] = {metric: value / 1000 for metric, value in json.loads(file.read_text()).items()}
        return found


def table(measured, clock, thresholds):
    yield f"Instructions by callgrind: those of {2 * TIMES:,} operations minus those of {TIMES:,}, divided by {TIMES:,}. The " \
        "rest by package-benchmark."
    yield ""
    yield "| operation | instructions | threshold | ns, p90 | instructions by the hardware, p90 |"
    yield "|---|---|---|---|---|"
    for name, count in measured.items():
        hardware = clock[name].get("instructions", 0)
        counted = f"{hardware:,.0f}" if hardware else "no counter here"
        yield f"| {name} | {count:,.0f} | {thresholds.get(name, 0):,} | {clock[name]['wallClock']:,.0f} | {counted} |"
    yield ""


def check(measured, thresholds):
    """Fails when an operation has become dearer than its threshold allows."""
    if thresholds["swift"] != version():
        say(f"the thresholds are those of Swift {thresholds['swift']}; with {version()} they say nothing, and nothing was checked")
        return
    findings = []
    for name, count in measured.items():
        threshold = thresholds["instructions"].get(name)
        if threshold is None:
            findings.append(f"{name} has no threshold")
        elif count > threshold * (1 + TOLERANCE):
            findings.append(f"{name} takes {count:,.0f} instructions, {count / threshold - 1:.0%} more than {threshold:,}")
        elif count < threshold * (1 - TOLERANCE):
            say(f"{name} has become cheaper; `script/bench micro --update` keeps that")
    if findings:
        sys.exit(f"micro: {'; '.join(findings)}. If that is meant: script/bench micro --update")


def say(text):
    print(f"micro: {text}", file=sys.stderr)
