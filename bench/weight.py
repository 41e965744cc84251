"""What a browser fetches for its first look at the runner."""

import gzip
import re
from pathlib import Path

from django.conf import settings

from apps.teams.models import User
from bench.measure import Browser, Table
from bench.rows import long_session

LINKS = re.compile(r'(?:href|src)="/static/([^"#]+)')
IMPORTS = re.compile(r'(?:from|import)\s*"\./([^"]+)"|url\(["\']?([^"\')]+)')


def measure(table: Table, by: User) -> None:
    page = Browser(by).get(long_session(by, 5, 5).get_absolute_url())
    files = fetched(gzip.decompress(page.content).decode())
    sizes = {file: weight(file) for file in files if file.suffix != ".woff2"}
    scripts = sum(size for file, size in sizes.items() if file.suffix == ".js")
    table.head("First load of the runner, gzipped, font apart")
    table.row("first load", (len(page.content) + sum(sizes.values())) / 1000, 60, unit="kB")
    table.row("first load, requests", 1 + len(files), 15)
    table.row("first load, JavaScript", scripts / 1000, 30, unit="kB")


def fetched(page: str) -> set[Path]:
    """Static files the page names, and those that its scripts and styles name."""
    root = Path(settings.STATIC_ROOT)
    files = {root / name for name in LINKS.findall(page)}
    for file in [file for file in files if file.suffix in (".js", ".css")]:
        named = [one or other for one, other in IMPORTS.findall(file.read_text())]
        files |= {(file.parent / name).resolve() for name in named if not name.startswith("data:")}
    return files


def weight(file: Path) -> int:
    zipped = file.with_name(f"{file.name}.gz")
    return (zipped if zipped.exists() else file).stat().st_size
