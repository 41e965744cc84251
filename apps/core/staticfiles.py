"""Static files under hashed names, compressed, with the style sheets and the behaviours joined into one file each."""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLES = tuple(f"css/{name}.css" for name in ("tokens", "base", "layout", "components", "screens", "print"))
BEHAVIOURS = tuple(
    f"js/{name}.js"
    for name in (
        *("theme", "toast", "focus", "keys", "timer", "copy", "draft", "kept"),
        *("bell", "live", "still", "here", "now"),
    )
)
BUNDLES = {"css/app.css": STYLES, "js/app.js": BEHAVIOURS}


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """`collectstatic` writes each bundle beside its parts, so that a page needs one request for each and no build."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            for bundle, parts in BUNDLES.items():
                self.join(bundle, [paths[part] for part in parts])
                paths[bundle] = (self, bundle)
        yield from super().post_process(paths, dry_run, **options)

    def join(self, bundle: str, parts: list[tuple[Any, str]]) -> None:
        texts = []
        for storage, path in parts:
            with storage.open(path) as part:
                texts.append(part.read())
        self.delete(bundle)
        self.save(bundle, ContentFile(b"\n".join(texts)))
