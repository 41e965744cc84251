"""Whatever stands in static/vendor is listed in its manifest, unchanged, with its licence."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
PACKAGES = json.loads((VENDOR / "manifest.json").read_text())


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_vendored_package_is_as_its_manifest_says(package: dict) -> None:
    assert all(package[key] for key in ("name", "version", "licence", "made"))
    found = {name: sha256((VENDOR / name).read_bytes()).hexdigest() for name in package["files"]}
    assert found == package["files"], "a vendored file was changed: say in the manifest how, with its new sha256"
    assert any(name.endswith("/LICENSE") for name in package["files"])


def test_every_vendored_file_is_in_the_manifest() -> None:
    listed = {name for package in PACKAGES for name in package["files"]}
    present = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert present - {"manifest.json"} == listed
