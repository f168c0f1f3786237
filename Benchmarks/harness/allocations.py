"""Reads what malloc_counter.c counts inside the server, and names the stacks it recorded."""

import collections
import mmap
import pathlib
import re
import struct
import subprocess

SOURCE = pathlib.Path(__file__).with_name("malloc_counter.c")
# The layout in malloc_counter.c.
DEPTH, SITES = 24, 4096
HEAD = struct.Struct("<6Q")
SITE = struct.Struct(f"<{4 + DEPTH}Q")
IS_TRACING_OFFSET = 4 * 8

Counts = collections.namedtuple("Counts", "allocations reallocations frees bytes")
Site = collections.namedtuple("Site", "count bytes frames")


class MallocCounter:
    """Compiles the counter, and reads it; `environment` makes a program use it."""

    def __init__(self, folder):
        library, self.file = pathlib.Path(folder, "malloc_counter.so"), pathlib.Path(folder, "malloc_counter")
        subprocess.run(["gcc", "-O2", "-Wall", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self.file.write_bytes(bytes(HEAD.size + SITES * SITE.size))
        with open(self.file, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        self.environment = {"LD_PRELOAD": str(library), "MALLOC_COUNTER_FILE": str(self.file)}

    def counts(self):
        return Counts(*HEAD.unpack_from(self.memory)[:4])

    def trace(self, work):
        """The stacks of the allocations while `work` runs, the most frequent first."""
        self.memory[HEAD.size:] = bytes(SITES * SITE.size)
        self.memory[IS_TRACING_OFFSET] = 1
        work()
        self.memory[IS_TRACING_OFFSET] = 0
        sites = []
        for index in range(SITES):
            key, count, size, depth, *frames = SITE.unpack_from(self.memory, HEAD.size + index * SITE.size)
            if key:
                sites.append(Site(count, size, frames[:depth]))
        return sorted(sites, key=lambda site: -site.count)


class Symbols:
    """Names addresses of a running process, as a stack's lines: innermost first, inlined calls apart."""

    def __init__(self, pid):
        self.segments = []
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            fields = line.split()
            if len(fields) == 6 and "x" in fields[1] and fields[5].startswith("/"):
                start, end = (int(text, 16) for text in fields[0].split("-"))
                self.segments.append((start, end, int(fields[2], 16), fields[5]))
        self.names = {}

    def load(self, addresses):
        """Looks all of them up at once: starting a symboliser is what takes time."""
        by_module = collections.defaultdict(list)
        for address in set(addresses) - self.names.keys():
            for start, end, offset, path in self.segments:
                if start <= address < end:
                    # A return address stands after the call, which may be the next line's.
                    by_module[path].append((address, address - start + offset - 1))
                    break
            else:
                self.names[address] = [hex(address)]
        for path, places in by_module.items():
            bias = load_bias(path)
            found = symbolize(path, [place + bias(place) for _, place in places])
            self.names.update({address: names for (address, _), names in zip(places, found)})

    def stack(self, frames):
        return [name for frame in frames for name in self.names[frame]]


def load_bias(path):
    """What turns an offset in the file into the address that the debug information uses."""
    text = subprocess.run(["readelf", "--program-headers", "--wide", path], capture_output=True, text=True).stdout
    loads = []
    for line in text.splitlines():
        fields = line.split()
        if fields[:1] == ["LOAD"]:
            offset, address, _, size = (int(field, 16) for field in fields[1:5])
            loads.append((offset, size, address - offset))
    return lambda place: next((bias for offset, size, bias in loads if offset <= place < offset + size), 0)


def symbolize(path, places):
    """Function names with file and line, for each place the inlined calls first."""
    text = subprocess.run(
        ["addr2line", "--functions", "--inlines", "--addresses", "--demangle", "--exe", path], capture_output=True, text=True,
        input="".join(f"{place:#x}\n" for place in places), check=True).stdout
    results = []
    for block in re.split(r"^0x[0-9a-f]+\n", text, flags=re.MULTILINE)[1:]:
        lines = block.splitlines()
        names = []
        for function, source in zip(lines[::2], lines[1::2]):
            file = source.rsplit("/", 1)[-1].split(" ")[0]
            # Without a line the file is a guess of addr2line's.
            names.append(f"{function}  {file if not file.endswith('?') else ''}".rstrip())
        results.append(names)
    return results


def demangled(lines):
    """Swift's names as one reads them; addr2line knows those of C++ only."""
    run = subprocess.run(
        ["swift", "demangle", "--simplified"], input="\n".join(lines), capture_output=True, text=True, check=True)
    return run.stdout.splitlines()
