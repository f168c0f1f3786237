"""Benchmarks/results.md: one section per part, each with its own date; a run rewrites the sections it made."""

import os
import pathlib
import re
import time

FILE = pathlib.Path(__file__).resolve().parents[1] / "results.md"
HEADING = "# Results\n\nEach section is written by the command it names. Ratios count, since machines differ.\n"


def keep(title, command, lines):
    sections = read()
    made = f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, `{command}`."
    sections[title] = "\n".join([f"## {title}", "", made, "", *lines]).rstrip() + "\n"
    FILE.write_text("\n".join([HEADING, *sections.values()]))


def read():
    """Sections by title, in their order."""
    text = FILE.read_text() if FILE.exists() else ""
    sections = {}
    for section in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]:
        sections[section.splitlines()[0].removeprefix("## ")] = section.rstrip() + "\n"
    return sections
