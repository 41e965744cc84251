from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.core.admin import ScopedAdmin, ScopedForm
from apps.flows.flow_file import DraftText, FlowFileError, read, write
from apps.flows.graph import Graph
from apps.flows.labels import delete_label, save_label
from apps.flows.models import Category, Flow, FlowDraft, FlowVersion, Tag, Visibility
from apps.flows.search.index import index_flow
from apps.flows.services import (
    FlowRefused,
    archive_flow,
    change_flow,
    create_flow,
    findings_of,
    publish_draft,
    republish,
    restore_flow,
    save_draft,
    share_flow,
    verify_flow,
)


class LabelAdmin(ScopedAdmin):
    """Categories and tags: search learns of each change."""

    def save_model(self, request: Any, obj: Category | Tag, form: Any, change: bool) -> None:
        save_label(label=obj, by=request.user)

    def delete_model(self, request: Any, obj: Category | Tag) -> None:
        delete_label(label=obj, by=request.user)

    def delete_queryset(self, request: Any, queryset: QuerySet[Any]) -> None:
        for label in queryset:
            delete_label(label=label, by=request.user)


@admin.register(Category)
class CategoryAdmin(LabelAdmin):
    fields = ("name", "slug")
    list_display = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Tag)
class TagAdmin(LabelAdmin):
    fields = ("name",)


def draft_of(flow: Flow) -> FlowDraft | None:
    return FlowDraft.objects.filter(flow=flow).first()


class FlowForm(ScopedForm):
    """A flow with its draft as YAML, begun from the published version."""

    draft_text = forms.CharField(
        label="Draft",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 40, "cols": 100, "spellcheck": "false"}),
        help_text="YAML with kind, start, variables and nodes. A whole file works too; the fields above hold its head.",
    )
    change_note = forms.CharField(required=False, max_length=300, help_text="What a publication changes, in one line.")
    roll_back_to = forms.ModelChoiceField(FlowVersion.objects.none(), required=False, label="Earlier version")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            earlier = self.instance.versions.exclude(pk=self.instance.published_id).defer("content")
            self.fields["roll_back_to"].queryset = earlier.order_by("-number")  # type: ignore[attr-defined]
            if content := self.present_content():
                self.fields["draft_text"].initial = write(content)

    def present_content(self) -> dict[str, Any] | None:
        if draft := draft_of(self.instance):
            return Graph.model_validate(draft.content).content()
        return self.instance.published.graph.content() if self.instance.published else None

    def clean_draft_text(self) -> Graph | None:
        """The graph where it differs from what there is; problems come with their lines."""
        text: str = self.cleaned_data["draft_text"].replace("\r\n", "\n")
        if not text.strip():
            return None
        try:
            draft, _ = read(DraftText, text)
        except FlowFileError as refused:
            raise forms.ValidationError([str(problem) for problem in refused.problems]) from None
        graph = Graph.model_validate(draft.content())
        present = self.present_content() if self.instance.pk else None
        return None if present and Graph.model_validate(present) == graph else graph


@admin.register(Flow)
class FlowAdmin(ScopedAdmin):
    form = FlowForm
    change_form_template = "admin/flows/flow_change_form.html"
    list_display = ("title", "slug", "kind", "visibility", "published", "runs", "archived_at")
    list_select_related = ("published",)
    list_filter = ("kind", "visibility")
    search_fields = ("title", "slug")
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    HEAD = ("title", "slug", "kind", "visibility", "summary", "category", "tags", "review_days")

    def get_queryset(self, request: Any) -> QuerySet[Flow]:
        """Without private flows of colleagues."""
        own = super().get_queryset(request).exclude(visibility=Visibility.PRIVATE)
        return own | super().get_queryset(request).filter(visibility=Visibility.PRIVATE, owner=request.user)

    def get_field_queryset(self, db: str | None, db_field: Any, request: Any) -> Any:
        return super().get_field_queryset(db, db_field, request).order_by("name")

    def get_fieldsets(self, request: Any, obj: Flow | None = None) -> Any:
        content = ("draft_text", "findings") if obj else ("draft_text",)
        publication = [("Publication", {"fields": ("change_note", "roll_back_to")})] if obj else []
        return [(None, {"fields": self.HEAD}), ("Content", {"fields": (content,)}), *publication]

    def get_readonly_fields(self, request: Any, obj: Flow | None = None) -> tuple[str, ...]:
        """Slug and visibility stay once other flows may call it; its kind comes from the content."""
        return ("slug", "kind", "visibility", "findings") if obj else ()

    def formfield_for_choice_field(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "visibility":
            kwargs["choices"] = [
                choice for choice in Visibility.choices if (choice[0] == "public") != bool(request.user.team_id)
            ]
            kwargs["initial"] = kwargs["choices"][-1][0]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Flow | None = None) -> bool:
        return False

    @admin.display(description="What the lint finds")
    def findings(self, flow: Flow) -> SafeString | str:
        draft = draft_of(flow)
        if draft is None:
            return "There is no draft; the text is the published version."
        found = findings_of(flow, Graph.model_validate(draft.content))
        if not found:
            return "Nothing. The draft can be published."
        lines = format_html_join("", "<li>{}: {}</li>", ((one.severity.capitalize(), one.message) for one in found))
        return format_html("<ul>{}</ul>", lines)

    def save_model(self, request: Any, obj: Flow, form: Any, change: bool) -> None:
        (change_flow if change else create_flow)(flow=obj, by=request.user)
        if graph := form.cleaned_data["draft_text"]:
            save_draft(flow=obj, graph=graph, by=request.user)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """Search learns of the tags once they are saved."""
        super().save_related(request, form, formsets, change)
        index_flow(form.instance)

    def response_change(self, request: Any, obj: Flow) -> HttpResponse:
        action = next((name for name in ACTIONS if name in request.POST), None)
        if action is None:
            return super().response_change(request, obj)
        try:
            self.message_user(request, ACTIONS[action](obj, request), messages.SUCCESS)
        except FlowRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
        return HttpResponseRedirect(request.path)


def publish(flow: Flow, request: Any) -> str:
    note = request.POST.get("change_note", "")[:300]
    return f"Version {publish_draft(flow=flow, by=request.user, change_note=note).number} is published."


def roll_back(flow: Flow, request: Any) -> str:
    chosen = request.POST.get("roll_back_to", "")
    version = flow.versions.filter(pk=chosen).first() if chosen.isdecimal() else None
    if version is None:
        raise FlowRefused("Choose the earlier version to go back to.")
    return f"Version {republish(version=version, by=request.user).number} is published."


def archive(flow: Flow, request: Any) -> str:
    archive_flow(flow=flow, by=request.user)
    return "The flow is archived."


def restore(flow: Flow, request: Any) -> str:
    restore_flow(flow=flow, by=request.user)
    return "The flow is back in the library."


def share(flow: Flow, request: Any) -> str:
    share_flow(flow=flow, by=request.user)
    return "The whole team sees the flow now."


def verify(flow: Flow, request: Any) -> str:
    due = verify_flow(flow=flow, by=request.user).review_due_at
    return f"The published version is verified. Its next review is due on {due:%d %b %Y}."


ACTIONS: dict[str, Callable[[Flow, Any], str]] = {
    "_publish": publish,
    "_roll_back": roll_back,
    "_archive": archive,
    "_restore": restore,
    "_share": share,
    "_verify": verify,
}
