"""No foreign key points upward in the order of the apps; string references escape the import contract."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from apps.core.models import PlatformOrTeamOwned, TeamOwned
from tests.architecture.source import layers

EXCEPTIONS = {("core", "teams"): "the tenancy bases point by string at teams.Team and at the user"}


def app_of(label: str) -> str:
    return apps.get_app_config(label).name.removeprefix("apps.")


def targets(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    """Names of the model's relations, each with the app that it points at; an abstract model holds strings."""
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        target = field.remote_field.model if field.remote_field else None
        if target is not None and target != "self":
            yield field.name, app_of(target.split(".")[0] if isinstance(target, str) else target._meta.app_label)


def upward(model: type[models.Model], app: str) -> list[str]:
    height = layers()
    return [
        f"{app}.{model.__name__}.{field} points up at {target}"
        for field, target in targets(model)
        if target in height and height[target] > height[app] and (app, target) not in EXCEPTIONS
    ]


def test_relations_of_every_model_point_down() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    assert len(ours) >= 10
    assert [line for model in ours for line in upward(model, app_of(model._meta.app_label))] == []


def test_bases_of_core_use_the_exception_and_no_other() -> None:
    assert {target for base in (TeamOwned, PlatformOrTeamOwned) for _, target in targets(base)} == {"teams"}
    assert upward(TeamOwned, "core") == []


def test_relation_upward_by_string_is_found() -> None:
    class Low(models.Model):
        flow_session = models.ForeignKey("flow_sessions.FlowSession", on_delete=models.PROTECT)
        notes = models.ManyToManyField("flow_sessions.StepRecord")

        class Meta:
            abstract = True

    assert upward(Low, "psa") == [
        "psa.Low.flow_session points up at sessions",
        "psa.Low.notes points up at sessions",
    ]
    assert upward(Low, "documentation") == []
