from pathlib import Path

from django.contrib.staticfiles.storage import StaticFilesStorage

from apps.core.staticfiles import BEHAVIOURS, STYLES, BundledStaticFilesStorage

STATIC = Path(__file__).parents[2] / "static"
FONTS = [path.relative_to(STATIC).as_posix() for path in STATIC.glob("vendor/inter/*.woff2")]


def collected(root: Path) -> BundledStaticFilesStorage:
    """Post-process our sheets, behaviours and fonts into `root`, as collectstatic does."""
    source = StaticFilesStorage(location=STATIC, base_url="/static/")
    storage = BundledStaticFilesStorage(location=root, base_url="/static/")
    names = [*STYLES, *BEHAVIOURS, *FONTS]
    for name in names:
        with source.open(name) as part:
            storage.save(name, part)
    for _, _, processed in storage.post_process({name: (source, name) for name in names}):
        if isinstance(processed, Exception):
            raise processed
    return storage


def test_bundle_holds_its_parts_in_order_under_a_hashed_name(tmp_path: Path) -> None:
    storage = collected(tmp_path)
    text = (tmp_path / storage.stored_name("css/app.css")).read_text()
    marks = [
        text.index(f"@layer {name} {{") for name in ("tokens", "reset", "layout", "components", "screens", "print")
    ]
    assert marks == sorted(marks)
    assert storage.stored_name("css/app.css") != "css/app.css"


def test_bundle_points_at_hashed_fonts(tmp_path: Path) -> None:
    storage = collected(tmp_path)
    text = (tmp_path / storage.stored_name("css/app.css")).read_text()
    assert Path(storage.stored_name(FONTS[0])).name in text


def test_bundle_is_stored_compressed_too(tmp_path: Path) -> None:
    storage = collected(tmp_path)
    assert (tmp_path / f"{storage.stored_name('js/app.js')}.gz").exists()


def test_bundle_made_a_second_time_replaces_the_first(tmp_path: Path) -> None:
    collected(tmp_path)
    first = (tmp_path / "js/app.js").read_bytes()
    paths = {name: (StaticFilesStorage(location=STATIC), name) for name in (*STYLES, *BEHAVIOURS, *FONTS)}
    list(BundledStaticFilesStorage(location=tmp_path, base_url="/static/").post_process(paths))
    assert (tmp_path / "js/app.js").read_bytes() == first
    assert len(list(tmp_path.glob("js/app*.js"))) == 2
