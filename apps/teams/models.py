from datetime import time
from typing import Any, TypeVar
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from apps.core.models import Member, TeamOwned, TeamQuerySet, choices_constraint
from apps.core.permissions import Permission, Role, may


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("%(name)s is no time zone. Use a name such as Europe/London.", params={"name": name})


class Density(models.TextChoices):
    COMPACT = "compact"
    ROOMY = "roomy"


class Team(models.Model):
    """One MSP."""

    name = models.CharField(max_length=120, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


U = TypeVar("U", bound="User")


class UserManager(BaseUserManager[U]):
    def get_queryset(self) -> models.QuerySet[U]:
        """Load the team along: every page shows it, and it costs no second query."""
        return super().get_queryset().select_related("team")

    def visible_to(self, user: Member) -> models.QuerySet[U]:
        return self.get_queryset().filter(team_id=user.team_id) if user.team_id else self.get_queryset().none()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> U:
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> U:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person; belongs to one team and has one role in it. The platform's super_admin has no team."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="users")
    role = models.CharField(max_length=32, choices=Role, default=Role.ENGINEER)
    is_senior = models.BooleanField(default=False)
    can_dispatch = models.BooleanField(default=False)
    back_at = models.DateTimeField("away until", null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    density = models.CharField(max_length=32, choices=Density, default=Density.COMPACT)
    single_keys = models.BooleanField("single-key shortcuts", default=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager["User"]()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            choices_constraint("role", Role, "user_role_is_known"),
            choices_constraint("density", Density, "user_density_is_known"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(
                condition=Q(role="super_admin", team=None) | (~Q(role="super_admin") & Q(team__isnull=False)),
                name="user_without_team_is_super_admin",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        return may(self, Permission.ADMIN_TEAM) or may(self, Permission.ADMIN_PLATFORM)

    @property
    def is_away(self) -> bool:
        return self.back_at is not None and self.back_at > timezone.now()

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's own permissions are unused; ScopedAdmin and @allow answer."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


def workdays() -> list[int]:
    return [0, 1, 2, 3, 4]


def validate_weekdays(days: object) -> None:
    if not isinstance(days, list) or not days or not set(days) <= set(range(7)):
        raise ValidationError("Choose at least one day of the week.")


class WorkingWeek(TeamOwned):
    """When a team works, by its own clock."""

    team = models.OneToOneField(Team, on_delete=models.PROTECT, related_name="+")
    opens = models.TimeField(default=time(8))
    closes = models.TimeField(default=time(18))
    weekdays = models.JSONField(default=workdays, validators=[validate_weekdays], help_text="0 is Monday.")

    objects = TeamQuerySet["WorkingWeek"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="week_opens_before_it_closes")]

    def __str__(self) -> str:
        return f"working week of {self.team}"


class Holiday(TeamOwned):
    """A day on which the team does not work."""

    day = models.DateField()
    name = models.CharField(max_length=120)

    objects = TeamQuerySet["Holiday"].as_manager()

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["team", "day"], name="holiday_once_a_team")]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"
