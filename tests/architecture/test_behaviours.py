"""The behaviours are joined into one file, so each is closed in itself; and they are few and small."""

import gzip
import re
from pathlib import Path

import pytest

from apps.core.staticfiles import BEHAVIOURS, STYLES

STATIC = Path(__file__).parents[2] / "static"


def test_bundles_hold_every_behaviour_and_style_sheet() -> None:
    assert {path.relative_to(STATIC).as_posix() for path in STATIC.glob("js/*.js")} == set(BEHAVIOURS)
    assert {path.relative_to(STATIC).as_posix() for path in STATIC.glob("css/*.css")} == set(STYLES)


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_behaviour_registers_one_element_and_nothing_else(name: str) -> None:
    text = (STATIC / name).read_text()
    code = [line for line in text.splitlines() if line and not line.startswith(("//", " ", "}"))]
    element = f"customElements.define('rf-{Path(name).stem}', class extends HTMLElement {{"
    assert code == [element]
    assert not re.search(r"\bimport\b|\beval\b|\binnerHTML\s*=|new Function", text)


def test_scripts_of_a_page_weigh_at_most_30_kilobytes() -> None:
    scripts = [STATIC / "vendor/htmx/htmx.min.js", *(STATIC / name for name in BEHAVIOURS)]
    assert len(gzip.compress(b"".join(path.read_bytes() for path in scripts))) <= 30_000
