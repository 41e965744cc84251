"""Proof on live rows that no relation crosses from one team to another."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import F, Q


@dataclass(frozen=True, slots=True)
class Relation:
    """A foreign key or many-to-many between owned rows; `owner` and `target` are lookups of the two teams' ids."""

    name: str
    rows: type[models.Model]
    owner: str
    target: str

    def crossing(self) -> list[int]:
        """Ids of the rows whose target belongs to another team; to point at the platform (no team) is fine."""
        elsewhere = Q(**{f"{self.owner}__isnull": True}) | ~Q(**{self.target: F(self.owner)})
        rows = self.rows._base_manager.filter(elsewhere, **{f"{self.target}__isnull": False})
        return list(rows.order_by("pk").values_list("pk", flat=True))


def relations() -> list[Relation]:
    """Every relation between models that have a team, many-to-many included."""
    return [relation for model in apps.get_models() if is_owned(model) for relation in _relations_of(model)]


def crossings() -> dict[str, list[int]]:
    """Relations that cross teams on live rows, each with the offending ids: empty when all is well."""
    return {relation.name: ids for relation in relations() if (ids := relation.crossing())}


def is_owned(model: type[models.Model]) -> bool:
    return any(field.name == "team" for field in model._meta.local_fields)


def _relations_of(model: type[models.Model]) -> Iterator[Relation]:
    for key in model._meta.local_fields:
        if key.name != "team" and isinstance(key, models.ForeignKey) and is_owned(key.related_model):
            yield Relation(f"{model._meta.label}.{key.name}", model, "team_id", f"{key.name}__team_id")
    for many in model._meta.local_many_to_many:
        if is_owned(many.related_model) and (through := many.remote_field.through):
            ends = f"{many.m2m_field_name()}__team_id", f"{many.m2m_reverse_field_name()}__team_id"
            yield Relation(f"{model._meta.label}.{many.name}", through, *ends)
