"""Tenancy bases: every row belongs to one team, or to the platform."""

from typing import Protocol, Self, TypeVar

from django.db import models
from django.db.models import Q


class Member(Protocol):
    """What tenancy needs to know of a user."""

    @property
    def team_id(self) -> int | None: ...


M = TypeVar("M", bound=models.Model)


class TeamQuerySet(models.QuerySet[M]):
    """Rows of one team. A user without a team (super_admin) sees none."""

    def visible_to(self, user: Member) -> Self:
        return self.filter(team_id=user.team_id) if user.team_id else self.none()


class PlatformOrTeamQuerySet(models.QuerySet[M]):
    """Rows of the platform (team null) and of the user's own team."""

    def visible_to(self, user: Member) -> Self:
        return self.filter(Q(team=None) | Q(team_id=user.team_id)) if user.team_id else self.filter(team=None)


class TeamOwned(models.Model):
    team = models.ForeignKey("teams.Team", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class PlatformOrTeamOwned(models.Model):
    team = models.ForeignKey("teams.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True


def choices_constraint(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """The database refuses a value outside the choices; the name ends in the field so that messages can tell it."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)
