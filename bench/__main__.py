"""`make bench`: every figure beside its floor, on a scratch database that is dropped afterwards.

Names of subjects (`python -m bench note growth`) measure these only.
"""

import os
import sys
from importlib import import_module

import django

from apps.core.garbage import collect_rarely

SUBJECTS = (
    *("actions", "escalations", "note", "push", "notifications", "weight", "memory", "live"),
    *("outbox", "redaction", "search", "growth"),
)


def main(arguments: list[str]) -> int:
    """Print the table; 1 when a figure misses its target."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()
    collect_rarely()  # as the web server does
    rows, measure = import_module("bench.rows"), import_module("bench.measure")
    with rows.scratch_database():
        table, by = measure.Table(), rows.make_rows()
        for name in [name for name in SUBJECTS if name in arguments] or SUBJECTS:
            import_module(f"bench.{name}").measure(table, by)
    print(f"\n{len(table.missed)} figures deviate." if table.missed else "\nEvery figure is reached.")
    return bool(table.missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
