"""The servers that Paceline is measured against, on the same machine in the same minutes."""

import contextlib
import os
import pathlib

from harness.processes import children, free_port, running, wait_for

HUMMINGBIRD = pathlib.Path(__file__).resolve().parents[1] / "Peers/HummingbirdPeer/.build/release/hummingbird-peer"


class Peer:
    def __init__(self, port, pids):
        self.base, self.port, self.pids = f"http://127.0.0.1:{port}", port, pids


@contextlib.contextmanager
def nginx(folder, body, page=b""):
    """nginx with a worker for each core: `/` is `body` out of its configuration, `/page` a file that holds gzip.

    `pids` are the workers': the master only waits.
    """
    port = free_port()
    files = pathlib.Path(folder, "files")
    files.mkdir()
    (files / "page").write_bytes(page)
    config = pathlib.Path(folder, "nginx.conf")
    config.write_text(configuration(folder, port, body.decode()))
    with running("nginx", "-c", config, "-p", folder, log=f"{folder}/nginx.log") as master:
        wait_for(f"http://127.0.0.1:{port}/")
        yield Peer(port, children(master.pid))


def configuration(folder, port, body):
    assert "$" not in body, "nginx would take it for a variable"
    quoted = body.replace("\\", "\\\\").replace("'", "\\'")
    return nginx_configuration(
        folder, port, "keepalive_timeout 600s;",
        f"""location / {{ return 200 '{quoted}'; }}
            location = /page {{ root {folder}/files; add_header content-encoding gzip; }}""")


def nginx_configuration(folder, port, limits, locations):
    # An ordinary user cannot write where Debian's nginx keeps these.
    temporary = "".join(
        f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # As root its workers would become www-data, who may not read what is here.
    user = "user root; " if os.geteuid() == 0 else ""
    return f"""
        {user}worker_processes {len(os.sched_getaffinity(0))}; worker_rlimit_nofile 20000; daemon off;
        pid {folder}/nginx.pid; error_log {folder}/nginx.err;
        events {{ worker_connections 8192; }}
        http {{
            {temporary}
            access_log off; keepalive_requests 1000000000; {limits}
            sendfile on; tcp_nopush on; open_file_cache max=100;
            server {{
                listen 127.0.0.1:{port} reuseport; default_type application/json;
                {locations}
            }}
        }}
    """


@contextlib.contextmanager
def hummingbird(folder, body):
    """The app in Peers/HummingbirdPeer with the same body; None when it is not built."""
    if not HUMMINGBIRD.exists():
        yield None
        return
    port = free_port()
    loops = len(os.sched_getaffinity(0))
    environment = {"PATH": os.environ["PATH"], "PORT": str(port), "LOOPS": str(loops), "BODY": body.decode()}
    with running(HUMMINGBIRD, log=f"{folder}/hummingbird.log", env=environment) as process:
        wait_for(f"http://127.0.0.1:{port}/")
        yield Peer(port, [process.pid])


@contextlib.contextmanager
def guarded_nginx(folder, files):
    """nginx with Paceline's limits against the ill-behaved; `files` are what it serves, by path."""
    port, root = free_port(), pathlib.Path(folder, "guarded")
    for path, body in files.items():
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    config = pathlib.Path(folder, "guarded.conf")
    limits = "client_header_timeout 30s; keepalive_timeout 30s; send_timeout 30s; reset_timedout_connection on;"
    config.write_text(nginx_configuration(folder, port, limits, f"root {root};"))
    with running("nginx", "-c", config, "-p", folder, log=f"{folder}/guarded.log") as master:
        wait_for(f"http://127.0.0.1:{port}{next(iter(files))}")
        yield Peer(port, children(master.pid))
