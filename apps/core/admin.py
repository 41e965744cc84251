"""The base of all admin pages: permissions come from roles, rows from tenancy."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import NestedObjects
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db import DEFAULT_DB_ALIAS, models
from django.http import HttpRequest
from django_q.models import Failure, OrmQ, Schedule, Success

from apps.core.models import EgressRecord, OutboxMessage, OutboxState
from apps.core.outbox.registry import label_of
from apps.core.outbox.selectors import stuck_counts
from apps.core.outbox.services import TooLate, cancel, mark_arrived, retry
from apps.core.permissions import Permission, may

if TYPE_CHECKING:  # Django's own classes are generic for the type checker alone
    BaseForm = forms.ModelForm[Any]
    BaseAdmin = admin.ModelAdmin[Any]
else:
    BaseForm = forms.ModelForm
    BaseAdmin = admin.ModelAdmin

# A wake-up says nothing that anybody could use; the outbox does.
admin.site.unregister((Failure, OrmQ, Schedule, Success))

FIRST_PAGE = 1  # of a list that was asked for without a page


class ScopedForm(BaseForm):
    """Checks what is unique in a team although the form does not show the team."""

    team_id: int | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.instance.team_id = self.team_id

    def _get_validation_exclusions(self) -> set[str]:
        """Of what is unique all fields count, shown or not."""
        rules = [rule for rule in self._meta.model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
        counting = {field for rule in rules for field in rule.fields}
        counting |= {field for rule in rules if rule.condition for field in rule.condition.referenced_base_fields}
        return super()._get_validation_exclusions() - counting  # type: ignore[misc,no-any-return]


class ScopedAdmin(BaseAdmin):
    """Rows of the user's team; of the platform for the super_admin, who has none. Nobody sees another team's."""

    permissions: tuple[Permission, ...] = (Permission.ADMIN_TEAM, Permission.ADMIN_PLATFORM)
    form: type[BaseForm] = ScopedForm

    def allows(self, request: HttpRequest) -> bool:
        return any(may(request.user, permission) for permission in self.permissions)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.allows(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.allows(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request)

    def get_queryset(self, request: Any) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(team_id=request.user.team_id)

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.team_id = request.user.team_id
        return form

    def get_field_queryset(self, db: str | None, db_field: Any, request: Any) -> Any:
        """Choices of a relation are what the user may see."""
        return db_field.remote_field.model._default_manager.visible_to(request.user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What keeps a row from being deleted is counted, not named: it may be another team's, or private."""
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return (to_delete, counts, set(), self.counted(objs)) if protected else (to_delete, counts, lacking, [])

    def counted(self, objs: Any) -> list[str]:
        collector = NestedObjects(using=DEFAULT_DB_ALIAS)
        collector.collect(objs)
        kinds = Counter(type(row) for row in collector.protected)
        return [f"{number} × {kind._meta.verbose_name}" for kind, number in kinds.items()]


class ListByKey(ChangeList):
    """The newest rows first. `p` is the id of the last row of the page before: every page costs the same, and nothing
    is counted.
    """

    def get_results(self, request: HttpRequest) -> None:
        self.is_behind = self.page_num > FIRST_PAGE
        rows = self.queryset.filter(pk__lt=self.page_num) if self.is_behind else self.queryset
        found = list(rows[: self.list_per_page + 1])
        self.result_list = found[: self.list_per_page]
        self.multi_page = len(found) > self.list_per_page
        self.newest_url = self.get_query_string()
        self.older_url = self.get_query_string({PAGE_VAR: self.result_list[-1].pk}) if self.multi_page else ""
        self.result_count = self.full_result_count = len(self.result_list)  # on this page; so no total is shown
        self.show_admin_actions = bool(self.result_list)
        self.can_show_all = self.show_full_result_count = False


class ListedByKeyAdmin(ScopedAdmin):
    """For what may be a million rows: its list has one order, the newest first, for which the table has an index."""

    change_list_template = "admin/list_by_key.html"
    ordering = ("-id",)
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ListByKey


class LookedAtAdmin(ListedByKeyAdmin):
    """Rows that the program writes: to be looked at, neither added, changed nor deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(EgressRecord)
class LedgerAdmin(LookedAtAdmin):
    """What left the house for the team, and what was masked in it: for its leads alone. No content is kept."""

    permissions = (Permission.ADMIN_TEAM,)
    fields = ("created_at", "destination", "address", "size", "sha256", "masked", "reason", "by")
    list_display = ("created_at", "destination", "address", "size", "masked", "reason", "by", "sha256")
    list_filter = ("destination",)
    list_select_related = ("by",)
    search_fields = ("address", "reason", "sha256", "by__name")

    @admin.display(description="Masked", empty_value="nothing")
    def masked(self, row: EgressRecord) -> str:
        return ", ".join(f"{number} × {kind}" for kind, number in sorted(row.redactions.items()))


class StuckFilter(admin.SimpleListFilter):
    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in OutboxMessage.STUCK]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(OutboxMessage)
class OutboxAdmin(LookedAtAdmin):
    """Rows that failed or may have arrived. What they would have sent is not shown: it may hold what others trusted
    the team with; the platform's people see how many rows there are and none of them.
    """

    fields = list_display = ("about", "subject", "state", "error", "attempts", "created_at", "sent_at", "finished_at")
    readonly_fields = fields
    list_filter = (StuckFilter,)
    search_fields = ("subject", "topic")
    actions = ("try_again", "note_arrived", "let_be")

    def get_queryset(self, request: Any) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(state__in=OutboxMessage.STUCK)

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> Any:
        counts = stuck_counts(request.user)
        stuck = f"{counts[OutboxState.FAILED]} failed, {counts[OutboxState.UNKNOWN]} may have arrived"
        title = f"Outbox: {stuck}; the others need nobody"
        return super().changelist_view(request, {**(extra_context or {}), "title": title})

    @admin.display(description="What")
    def about(self, row: OutboxMessage) -> str:
        return label_of(row.handler)

    @admin.action(description="Try again")
    def try_again(self, request: HttpRequest, rows: models.QuerySet[OutboxMessage]) -> None:
        self._decide(request, rows, retry)

    @admin.action(description="It did arrive")
    def note_arrived(self, request: HttpRequest, rows: models.QuerySet[OutboxMessage]) -> None:
        self._decide(request, rows, mark_arrived)

    @admin.action(description="Let it be")
    def let_be(self, request: HttpRequest, rows: models.QuerySet[OutboxMessage]) -> None:
        self._decide(request, rows, cancel)

    def _decide(self, request: Any, rows: models.QuerySet[OutboxMessage], act: Callable[..., None]) -> None:
        late = 0
        for row in rows:
            try:
                act(row, by=request.user)
            except TooLate:
                late += 1
        done = f"{len(rows) - late} changed." + (f" {late} had moved on meanwhile and were left." if late else "")
        self.message_user(request, done, messages.WARNING if late else messages.SUCCESS)
