"""A PostgreSQL server of the benchmarks' own, on this machine, in a folder that goes with it."""

import contextlib
import glob
import os
import shutil
import subprocess
import tempfile

from harness.processes import free_port


def programs():
    """Debian keeps the server's programs in a folder for each version, out of PATH."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    return found[-1] if found else os.path.dirname(shutil.which("initdb") or "")


@contextlib.contextmanager
def postgres():
    """Its DATABASE_URL; with the settings that it comes with, so commits wait for the disk as they do in production."""
    # PostgreSQL refuses to run as root.
    change = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder:
        if change:
            shutil.chown(folder, "postgres")
        data, port = f"{folder}/data", free_port()

        def run(program, *arguments):
            subprocess.run(
                [*change, f"{programs()}/{program}", "-D", data, *arguments], check=True, cwd="/",
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

        run("initdb", "-U", "paceline", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://paceline@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
