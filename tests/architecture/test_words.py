"""Nothing of the machine it was written on, nothing left for later, no package without a reason or a known licence."""

import re
from importlib.metadata import metadata, packages_distributions
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, code, name_of, ours

MACHINE = re.compile(r"(?<![\w.])/(?:work|home/\w+|root|Users/\w+)/")
LATER = re.compile("|".join(rf"\b{word}\b" for word in ("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")))
TEXTS = {".py", ".html", ".css", ".js", ".md", ".yaml", ".yml", ".toml", ".txt", ".jsonl", ".json", ".svg", ".sh", ""}
PIN = re.compile(r"(?P<name>[\w.-]+)(\[[\w,-]+\])?==\d[\w.]*  # (?P<reason>\S.+)")
ALLOWED = re.compile(r"MIT|BSD|Apache|MPL|Mozilla|PSF|Python Software|ISC")
OTHER_LICENCES = {
    "psycopg": "LGPL; the owner chose the driver, and we only import it",
    "python-stdnum": "LGPL; the only complete set of check digits, and we only import it",
    "axe-playwright-python": "MIT, which its metadata does not say; for tests only",
}
FOUND_BY_ITS_USER = {
    "psycopg": "Django's database backend",
    "uvloop": "the event loop that uvicorn finds",
    "httptools": "the HTTP parser that uvicorn finds",
}


def words_of(path: Path) -> str:
    return path.read_text(errors="replace") if path.suffix in TEXTS else ""


def pins(file: str) -> list[re.Match[str] | None]:
    lines = (ROOT / file).read_text().splitlines()
    return [PIN.fullmatch(line) for line in lines if line and not line.startswith(("#", "-r "))]


def packages(*files: str) -> list[str]:
    return [pin["name"] for file in files for pin in pins(file) if pin]


def licence(package: str) -> str:
    about = metadata(package)
    classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    return about.get("License-Expression") or " ".join(classifiers) or about.get("License") or ""


def test_no_file_names_the_machine_or_leaves_work_for_later() -> None:
    assert [name_of(path) for path in ours() if MACHINE.search(words := words_of(path)) or LATER.search(words)] == []


@pytest.mark.parametrize("bad", ["see /work" + "/main", "cd /home" + "/ada/src", "# TO" + "DO: later", "FIX" + "ME"])
def test_machine_and_later_find_bad_samples(bad: str) -> None:
    assert MACHINE.search(bad) or LATER.search(bad)


@pytest.mark.parametrize("good", ["/library/work/", "https://a.example/work/", "a to-do list", "/homework/"])
def test_machine_and_later_leave_good_samples_alone(good: str) -> None:
    assert not MACHINE.search(good)
    assert not LATER.search(good)


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_exactly_with_a_reason(file: str) -> None:
    assert pins(file)
    assert None not in pins(file)


@pytest.mark.parametrize("bad", ["django>=5.2  # web", "django==5.2", "django==5.2  #", "django==5.*  # web"])
def test_pin_refuses_a_loose_line(bad: str) -> None:
    assert not PIN.fullmatch(bad)


@pytest.mark.parametrize("package", packages("requirements.txt", "requirements-dev.txt"))
def test_licence_of_package_is_a_free_one_we_know(package: str) -> None:
    assert bool(ALLOWED.search(licence(package))) is (package not in OTHER_LICENCES)


@pytest.mark.parametrize("package", packages("requirements.txt"))
def test_package_is_used(package: str) -> None:
    modules = [module for module, names in packages_distributions().items() if package.lower() in map(str.lower, names)]
    text = "\n".join(path.read_text() for path in code("apps/", "resolutionflow/", "manage.py"))
    named = any(re.search(rf"\b{module}\b", text) for module in modules)
    assert named or package in FOUND_BY_ITS_USER
