from datetime import time

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.core.models import TeamOwned, TeamQuerySet, choices_constraint
from apps.notifications.kinds import KINDS, NoticeKind
from apps.teams.models import User

MOST_COUNTED = 99
WORKING_DAYS = (0, 1, 2, 3, 4)  # Monday is 0


class NotificationQuerySet(TeamQuerySet["Notification"]):
    def of(self, person: User) -> "NotificationQuerySet":
        """What the person was told and what still holds."""
        return self.visible_to(person).filter(recipient=person, withdrawn_at=None)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)


class Notification(TeamOwned):
    """One thing one person was told in the bell. `notice` is the key of a NoticeKind, `subject` names what it is about
    ("session:1042"), `url` is an address of ours, `actions` are buttons: label, url, primary, fields."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications")
    notice = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=500)
    actions = models.JSONField(default=list, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(url__startswith="/") & ~Q(url__startswith="//"), name="notification_url_is_ours"
            )
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-created_at", "-id"],
                name="notification_newest",
                condition=Q(withdrawn_at=None),
            ),
            models.Index(
                fields=["recipient", "-created_at", "-id"],
                name="notification_unread",
                condition=Q(read_at=None, withdrawn_at=None),
            ),
            models.Index(
                fields=["recipient", "notice", "-created_at", "-id"],
                name="notification_kind",
                condition=Q(withdrawn_at=None),
            ),
            models.Index(fields=["team", "subject", "notice"], name="notification_subject"),
            models.Index(fields=["created_at"], name="notification_oldest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind(self) -> NoticeKind:
        """A kind that no app declares any more reads by its key."""
        return KINDS.get(self.notice) or NoticeKind(self.notice, self.notice, "")


class NoticePreference(TeamOwned):
    """Whether a person gets one kind of notice by e-mail too; without a row the kind's own default holds."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notice_preferences")
    notice = models.CharField(max_length=64)
    email = models.BooleanField()

    objects = TeamQuerySet["NoticePreference"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "notice"], name="notice_preference_once")]

    def __str__(self) -> str:
        return f"{self.notice} of {self.person_id}"


def working_days() -> list[int]:
    return list(WORKING_DAYS)


class QuietHours(TeamOwned):
    """When no e-mail is sent to a person, in the person's zone: from `start` on each of the days until `end`, of the
    same day or of the next one when it is earlier than the start. What is urgent goes out all the same."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="quiet_hours")
    start = models.TimeField(default=time(18))
    end = models.TimeField(default=time(8))
    days = ArrayField(models.PositiveSmallIntegerField(), default=working_days, help_text="Monday is 0.")

    objects = TeamQuerySet["QuietHours"].as_manager()

    class Meta:
        verbose_name_plural = "quiet hours"
        constraints = [models.CheckConstraint(condition=~Q(start=F("end")), name="quiet_hours_have_a_length")]

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"


class Medium(models.TextChoices):
    """How a notice goes to people beside the bell."""

    EMAIL = "email", "E-mail"
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"


CHATS = (Medium.SLACK, Medium.TEAMS)


class TeamChannel(TeamOwned):
    """A channel of the team's chat, reached by a webhook. The webhook is a secret: whoever has it can post there."""

    SWITCHED_OFF_AFTER = 3  # posts in a row that did not arrive
    encrypted = ("webhook",)

    medium = models.CharField("kind", max_length=32, choices=[(chat.value, chat.label) for chat in CHATS])
    name = models.CharField(max_length=80)
    webhook = models.TextField(help_text="Encrypted.")
    host = models.CharField(max_length=255, help_text="All of the webhook that is ever shown.")
    left_out = ArrayField(models.CharField(max_length=64), default=list, blank=True, help_text="Kinds it does not get.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField(default=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Posts in a row that did not arrive.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet["TeamChannel"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(medium__in=CHATS), name="team_channel_knows_medium"),
            models.UniqueConstraint(fields=["team", "name"], name="team_channel_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_failed(self) -> bool:
        """Whether it was switched off because nothing arrived."""
        return not self.is_on and self.failures >= self.SWITCHED_OFF_AFTER


class Delivery(TeamOwned):
    """One notice on its way to one recipient by one medium: a person's mailbox, or a channel of the team.

    What becomes of it is told by its outbox row, found by `subject`; `answer` is what the other side said.
    """

    medium = models.CharField(max_length=32, choices=Medium)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    channel = models.ForeignKey(TeamChannel, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries")
    notice = models.CharField(max_length=64)
    about = models.CharField(max_length=64, help_text="What the notice is about.")
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=500)
    is_test = models.BooleanField(default=False)
    arrived = models.BooleanField(null=True, help_text="Empty while nobody knows.")
    answer = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = TeamQuerySet["Delivery"].as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            choices_constraint("medium", Medium, "delivery_knows_medium"),
            models.CheckConstraint(
                condition=Q(medium=Medium.EMAIL, recipient__isnull=False, channel=None)
                | (~Q(medium=Medium.EMAIL) & Q(recipient=None, channel__isnull=False)),
                name="delivery_has_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(url__startswith="/") & ~Q(url__startswith="//"), name="delivery_url_is_ours"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-id"], name="delivery_newest"),
            models.Index(fields=["channel", "-id"], name="delivery_of_channel"),
            models.Index(fields=["team", "about", "notice"], name="delivery_about"),
            models.Index(fields=["created_at"], name="delivery_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.medium}: {self.title}"

    @property
    def subject(self) -> str:
        """By which its outbox row is found."""
        return f"delivery:{self.pk}"
