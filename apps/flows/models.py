from datetime import datetime, timedelta
from functools import lru_cache
from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from apps.core.models import Member, PlatformOrTeamOwned, PlatformOrTeamQuerySet, choices_constraint
from apps.flows.graph import Graph


class FlowKind(models.TextChoices):
    TROUBLESHOOTING = "troubleshooting"
    PASSAGE = "passage", "Shared passage"
    PROCEDURE = "procedure"
    MAINTENANCE = "maintenance"


class Visibility(models.TextChoices):
    PRIVATE = "private", "Only me"
    TEAM = "team", "My team"
    PUBLIC = "public", "Every team"


class Category(PlatformOrTeamOwned):
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)

    objects = PlatformOrTeamQuerySet["Category"].as_manager()

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "slug"], nulls_distinct=False, name="category_slug_is_unique_in_team"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Tag(PlatformOrTeamOwned):
    name = models.SlugField(max_length=60)

    objects = PlatformOrTeamQuerySet["Tag"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], nulls_distinct=False, name="tag_name_is_unique_in_team")
        ]

    def __str__(self) -> str:
        return self.name


class FlowQuerySet(PlatformOrTeamQuerySet["Flow"]):
    def visible_to(self, user: Member) -> Self:
        """Public flows of the platform, the team's own, and one's private ones."""
        rows = super().visible_to(user)
        return rows.filter(~Q(visibility=Visibility.PRIVATE) | Q(owner_id=getattr(user, "pk", None)))

    def live(self) -> Self:
        """Flows that are published and in use."""
        return self.filter(archived_at=None, published__isnull=False)

    def startable(self) -> Self:
        """Live flows that can be started; a passage is only called by others."""
        return self.live().exclude(kind=FlowKind.PASSAGE)


class Flow(PlatformOrTeamOwned):
    """A guided flow. Its published content stands in immutable versions, its next one in a draft."""

    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=32, choices=FlowKind, default=FlowKind.TROUBLESHOOTING)
    visibility = models.CharField(max_length=32, choices=Visibility, default=Visibility.TEAM)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="flows")
    tags = models.ManyToManyField(Tag, blank=True, related_name="flows")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published = models.ForeignKey(
        "FlowVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    review_days = models.PositiveSmallIntegerField("days until the next review", default=90)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    runs = models.PositiveIntegerField(default=0, editable=False)
    finished_runs = models.PositiveIntegerField(default=0, editable=False)
    resolved_runs = models.PositiveIntegerField(default=0, editable=False)
    success_permille = models.GeneratedField(
        expression=Coalesce(F("resolved_runs") * 1000 / NullIf(F("finished_runs"), 0), -1),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    last_resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = FlowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "slug"], nulls_distinct=False, name="flow_slug_is_unique_in_team"),
            choices_constraint("kind", FlowKind, "flow_kind_is_known"),
            choices_constraint("visibility", Visibility, "flow_visibility_is_known"),
            models.CheckConstraint(
                condition=Q(team=None, visibility="public") | (Q(team__isnull=False) & ~Q(visibility="public")),
                name="flow_is_public_when_of_the_platform",
            ),
            models.CheckConstraint(
                condition=Q(resolved_runs__lte=F("finished_runs"), finished_runs__lte=F("runs")),
                name="flow_counts_are_consistent",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-runs", "-id"], name="flow_team_most_used"),
            models.Index(fields=["team", "-success_permille", "-id"], name="flow_team_most_successful"),
            models.Index(fields=["team", "-updated_at", "-id"], name="flow_team_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def resolved_percent(self) -> int | None:
        """Share of finished runs that were resolved; None before the first."""
        return round(100 * self.resolved_runs / self.finished_runs) if self.finished_runs else None

    @property
    def review_due_at(self) -> datetime | None:
        """When somebody should look at the content again; None before the first publication."""
        seen_at = self.verified_at or (self.published.published_at if self.published else None)
        return seen_at + timedelta(days=self.review_days) if seen_at else None

    @property
    def is_stale(self) -> bool:
        return self.review_due_at is not None and self.review_due_at < timezone.now()


class FlowVersion(PlatformOrTeamOwned):
    """A published graph. Never changed: sessions are pinned to it."""

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    change_note = models.CharField(max_length=300, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(auto_now_add=True)

    objects = PlatformOrTeamQuerySet["FlowVersion"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_number_is_unique")]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def graph(self) -> Graph:
        return version_graph(self.pk)


class FlowDraft(PlatformOrTeamOwned):
    """The next version while it is being written; at most one a flow."""

    flow = models.OneToOneField(Flow, on_delete=models.CASCADE, related_name="draft")
    content = models.JSONField()
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = PlatformOrTeamQuerySet["FlowDraft"].as_manager()

    def __str__(self) -> str:
        return f"draft of {self.flow}"


class SearchTerm(PlatformOrTeamOwned):
    """In how many flows and titles of a team a term stands, and how often; the empty term counts them all."""

    term = models.TextField()
    flows = models.IntegerField()
    titles = models.IntegerField()
    occurrences = models.BigIntegerField()

    objects = PlatformOrTeamQuerySet["SearchTerm"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "team"], nulls_distinct=False, name="search_term_is_unique_in_team")
        ]
        indexes = [
            GinIndex(
                fields=["term"], opclasses=["gin_trgm_ops"], condition=Q(titles__gt=0), name="search_term_trigrams"
            )
        ]

    def __str__(self) -> str:
        return self.term


class SearchPosting(PlatformOrTeamOwned):
    """How often a term stands in a flow, beside the flow's length in terms: all that ranking reads, in one index.

    Flows are archived, not deleted; the counts of the terms would not know of a deletion, so it is refused.
    """

    pk = models.CompositePrimaryKey("flow", "term")
    team = models.ForeignKey(
        "teams.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="+", db_index=False)
    term = models.ForeignKey(SearchTerm, on_delete=models.PROTECT, related_name="+", db_index=False)
    count = models.PositiveIntegerField()
    length = models.PositiveIntegerField()
    in_title = models.BooleanField()

    objects = PlatformOrTeamQuerySet["SearchPosting"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["term", "flow"], include=["count", "length"], name="search_posting_of_term")]

    def __str__(self) -> str:
        return f"term {self.term_id} in flow {self.flow_id}"


@lru_cache(maxsize=512)
def version_graph(version_id: int) -> Graph:
    """The graph of a version. Versions never change, so each process reads and validates it once."""
    content = FlowVersion.objects.values_list("content", flat=True).get(pk=version_id)
    return Graph.model_validate(content)
