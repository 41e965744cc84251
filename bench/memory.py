"""Memory of the web server with two processes that have worked, shared pages counted once."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from apps.core.supervisor import web_command
from apps.teams.models import User
from bench.measure import Browser, Table
from bench.rows import long_session

PROCESSES, ROUNDS = 2, 30


def measure(table: Table, by: User) -> None:
    cookie = f"sessionid={Browser(by).cookies['sessionid'].value}"
    urls = ("/", "/library/", "/library/?q=vpn", "/sessions/", long_session(by, 50, 1).get_absolute_url())
    with web_server() as (port, processes):
        for url in urls * ROUNDS:
            request = Request(f"http://localhost:{port}{url}", headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            urlopen(request, timeout=30).read()
        mebibytes = sum(proportional(process.pid) for process in processes) / 1024
    table.head("Memory")
    table.row(f"web server, {PROCESSES} processes", mebibytes, 200, unit="MiB")


@contextmanager
def web_server() -> Iterator[tuple[int, list[subprocess.Popen[bytes]]]]:
    """The web processes of `manage.py dev` on a free port, on our scratch database."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        processes = [
            subprocess.Popen(web_command(listener), pass_fds=[listener.fileno()], env=os.environ)
            for _ in range(PROCESSES)
        ]
        try:
            yield listener.getsockname()[1], processes
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(10)


def proportional(pid: int) -> int:
    """Kibibytes of a process, its share of pages that others use too."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
