"""Stored secrets under the newest key. A model names its fields that hold encrypted values in `encrypted`."""

from collections import defaultdict
from dataclasses import dataclass, field

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models, transaction

from apps.core.crypto import rotate

Stored = str | dict[str, str]  # a token, or tokens by name


@dataclass
class Rotation:
    """How many rows are under the newest key now, and the ids of those that no key fits, by model."""

    renewed: int = 0
    unreadable: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def encrypted_fields() -> list[tuple[type[models.Model], str]]:
    return [(model, name) for model in apps.get_models() for name in getattr(model, "encrypted", ())]


def encrypt_anew() -> Rotation:
    """Row by row, so that nobody waits; what cannot be read stays as it is. May be run again at any time."""
    rotation = Rotation()
    for model, name in encrypted_fields():
        for pk in model._base_manager.order_by("pk").values_list("pk", flat=True).iterator():
            _renew(model, name, pk, rotation)
    return rotation


@transaction.atomic
def _renew(model: type[models.Model], name: str, pk: int, rotation: Rotation) -> None:
    row = model._base_manager.select_for_update(of=("self",), no_key=True).only(name).filter(pk=pk).first()
    stored: Stored | None = getattr(row, name, None)
    if not stored:
        return
    try:
        fresh = {part: rotate(token) for part, token in stored.items()} if isinstance(stored, dict) else rotate(stored)
    except InvalidToken:
        rotation.unreadable[model._meta.verbose_name_raw].append(pk)
        return
    model._base_manager.filter(pk=pk).update(**{name: fresh})
    rotation.renewed += 1
