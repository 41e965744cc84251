from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.admin import ScopedAdmin, ScopedForm
from apps.core.live import cut_streams
from apps.core.permissions import Permission, Role, may
from apps.teams.models import Team, User

admin.site.site_header = admin.site.site_title = "ResolutionFlow administration"
admin.site.index_title = "Administration"
admin.site.unregister([Group, EmailAddress])

RIGHTS = {"role", "team", "is_active", "password_input"}  # a change ends the person's open streams


@admin.register(Team)
class TeamAdmin(ScopedAdmin):
    permissions = (Permission.ADMIN_PLATFORM,)
    form = forms.ModelForm
    fields = ("name", "time_zone")
    list_display = ("name", "time_zone")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return Team.objects.all()

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        return False


class UserForm(ScopedForm):
    password_input = forms.CharField(
        label="New password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Leave empty to keep the present one. A new one ends the person's sign-ins.",
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_password_input(self) -> str:
        password: str = self.cleaned_data["password_input"]
        if password:
            validate_password(password, self.instance)
        elif self.instance._state.adding:
            raise forms.ValidationError("Give the person a first password.")
        return password

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if self.team_id and role == Role.SUPER_ADMIN:
            raise forms.ValidationError("Only the platform's administrator can name another one.")
        return role

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        team = data.get("team", self.instance.team_id)
        if "role" in data and (data["role"] == Role.SUPER_ADMIN) == bool(team):
            raise forms.ValidationError("A platform administrator has no team; everybody else has one.")
        return data


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """People leave by being made inactive; what they did stays under their name."""

    form = UserForm
    list_display = ("name", "email", "role", "team", "is_senior", "can_dispatch", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("name", "email")
    ordering = ("name", "pk")

    def get_queryset(self, request: Any) -> QuerySet[User]:
        if may(request.user, Permission.ADMIN_PLATFORM):
            return User.objects.all()
        return User.objects.visible_to(request.user)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        team = ["team"] if may(request.user, Permission.ADMIN_PLATFORM) else []
        marks = ["role", "is_senior", "can_dispatch", "time_zone", "is_active"]
        return ["email", "name", *team, *marks, "password_input"]

    def get_readonly_fields(self, request: Any, obj: User | None = None) -> list[str]:
        """Nobody locks themselves out, or takes a team's work along to another team."""
        own = ["role", "is_active"] if obj == request.user else []
        return [*own, "team"] if obj and may(request.user, Permission.ADMIN_PLATFORM) else own

    def get_field_queryset(self, db: str | None, db_field: Any, request: Any) -> QuerySet[Team]:
        return Team.objects.order_by("name")

    def formfield_for_choice_field(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "role" and not may(request.user, Permission.ADMIN_PLATFORM):
            kwargs["choices"] = [choice for choice in Role.choices if choice[0] != Role.SUPER_ADMIN]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: Any, obj: User, form: UserForm, change: bool) -> None:
        if password := form.cleaned_data["password_input"]:
            obj.set_password(password)
        super().save_model(request, obj, form, change)
        if RIGHTS & set(form.changed_data):
            cut_streams(obj.pk)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
