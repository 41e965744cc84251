"""What every model of ours keeps to: an owner, statuses the database knows, no silent deletion, fitting names."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Q

from apps.core.models import PlatformOrTeamOwned, TeamOwned, TeamQuerySet, choices_constraint

WITHOUT_OWNER = {
    "teams.Team": "it is the owner",
    "teams.User": "its team is null for super_admin, by a constraint of its own",
    "core.Job": "it is the clockwork of the whole installation",
    "core.Pause": "its side may be called for many teams",
    "core.LiveEvent": "its channel says whose it is: a team's or a person's",
}
WITHOUT_VISIBLE_TO = {
    "teams.Team": "people see their own team as user.team",
    "core.Job": "no page shows it",
    "core.Pause": "no page shows it",
    "core.LiveEvent": "the stream reads the channels of the signed-in person",
}
PARTS = {
    "notifications.Delivery.channel": "what was posted is part of its channel's record; the ledger stays",
    "escalations.SessionHandoff.flow_session": "a handoff is part of its session's story",
    "core.Presence.person": "where somebody was last seen belongs to the person",
    "flows.FlowVersion.flow": "a version is part of its flow",
    "flows.FlowDraft.flow": "a draft is part of its flow",
    "documentation.RestoredHit.flow_session": "what was let back in is part of the session's note",
    "documentation.StoredDocument.flow_session": "what was written down is part of the session's record",
    "psa.DemoNote.ticket": "what is added to a ticket is part of it",
    "psa.DemoTime.ticket": "what is added to a ticket is part of it",
    "psa.DemoFile.ticket": "what is added to a ticket is part of it",
    "tickets.FurtherTicket.flow_session": "its further tickets are part of a session",
    "psa.PsaMember.connection": "whom a PSA knows is part of its connection",
    "psa.BoardRule.connection": "what is set on a board is part of the connection",
    "documentation.PushPart.push": "what is sent is part of its push",
    "flow_sessions.StepRecord.flow_session": "a record is part of its session",
    "flow_sessions.StepDraft.flow_session": "a text being typed is part of its session",
    "flow_sessions.StepDraft.author": "a text being typed belongs to the person who types it",
}
NAMED_BY_DJANGO = {"teams.User.last_login"}
MODELS = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
Field = models.Field  # type: ignore[type-arg]


def label(field: Field) -> str:
    return f"{field.model._meta.label}.{field.name}"


def allowed_by(condition: object, field: str) -> set[str]:
    """Values of the field that the condition of a constraint names."""
    if isinstance(condition, Q):
        return set().union(*(allowed_by(child, field) for child in condition.children))
    name, value = condition  # type: ignore[misc]
    return set(value) if name == f"{field}__in" else {value} if name == field else set()


def is_held(field: Field) -> bool:
    """True when one constraint of the database lists exactly the choices of the field, and "" where it may be blank."""
    wanted = {value for value, _ in field.flatchoices} | ({""} if field.blank else set())
    checks = [rule for rule in field.model._meta.constraints if isinstance(rule, models.CheckConstraint)]
    return any(allowed_by(rule.condition, field.name) == wanted for rule in checks)


def faults_of_field(field: Field) -> Iterator[str]:
    if field.name in ("status", "kind") and not field.choices:
        yield "has no choices"
    if field.choices and (field.max_length or 0) < 32:
        yield "is narrower than 32"
    if field.choices and not is_held(field):
        yield "is not held to its choices by a constraint"
    if isinstance(field, models.DateTimeField) and not (field.name.endswith("_at") or label(field) in NAMED_BY_DJANGO):
        yield "is a time and not named …_at"
    if field.remote_field and field.remote_field.on_delete not in allowed_deletions(field):
        yield "deletes along; PROTECT it, or list it as a part"


def allowed_deletions(field: Field) -> tuple[object, ...]:
    return (models.CASCADE,) if label(field) in PARTS else (models.PROTECT,)


def faults(model: type[models.Model]) -> list[str]:
    name = model._meta.label
    found = [f"{label(field)} {fault}" for field in model._meta.local_fields for fault in faults_of_field(field)]
    if not issubclass(model, TeamOwned | PlatformOrTeamOwned) and name not in WITHOUT_OWNER:
        found.append(f"{name} belongs to no team")
    if not hasattr(getattr(model, "objects", None), "visible_to") and name not in WITHOUT_VISIBLE_TO:
        found.append(f"{name} has no visible_to")
    return found


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_model_has_no_fault(model: type[models.Model]) -> None:
    assert faults(model) == []


def test_exceptions_name_what_exists() -> None:
    fields = {label(field) for model in MODELS for field in model._meta.local_fields}
    assert set(PARTS) <= fields
    assert WITHOUT_OWNER.keys() | WITHOUT_VISIBLE_TO.keys() <= {model._meta.label for model in MODELS}


class State(models.TextChoices):
    NEW = "new"
    OLD = "old"


def test_faults_of_a_bad_model_are_all_named() -> None:
    class Bad(models.Model):
        status = models.CharField(max_length=16, choices=State)
        kind = models.CharField(max_length=32)
        born = models.DateTimeField()
        client = models.ForeignKey("psa.Client", on_delete=models.CASCADE)

        class Meta:
            abstract = True
            app_label = "psa"
            constraints = [models.CheckConstraint(condition=Q(status__in=["new"]), name="only_some_of_the_choices")]

    assert faults(Bad) == [
        "psa.Bad.status is narrower than 32",
        "psa.Bad.status is not held to its choices by a constraint",
        "psa.Bad.kind has no choices",
        "psa.Bad.born is a time and not named …_at",
        "psa.Bad.client deletes along; PROTECT it, or list it as a part",
        "psa.Bad belongs to no team",
        "psa.Bad has no visible_to",
    ]


def test_faults_of_a_good_model_are_none() -> None:
    class Good(TeamOwned):
        status = models.CharField(max_length=32, choices=State)
        seen_at = models.DateTimeField()
        objects = TeamQuerySet["Good"].as_manager()

        class Meta:
            abstract = True
            app_label = "psa"
            constraints = [choices_constraint("status", State, "good_status_is_known")]

    Good.objects = TeamQuerySet(Good)
    assert faults(Good) == []
