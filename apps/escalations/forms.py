"""Forms of handoffs: they parse what was typed, HandoffManager decides."""

from calendar import day_name
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from apps.escalations.models import EscalationSettings, Intent, OnCallShift, Priority, Reason, Way
from apps.escalations.selectors import colleagues, due_times, on_call, people_of
from apps.escalations.services import Call
from apps.sessions.forms import text_area
from apps.sessions.models import FlowSession
from apps.teams.models import Holiday, Team, User, WorkingWeek

if TYPE_CHECKING:  # Django's own class is generic for the type checker alone
    BaseField = forms.ModelChoiceField[User]
    RulesModelForm = forms.ModelForm[EscalationSettings]
    WeekModelForm = forms.ModelForm[WorkingWeek]
    HolidayModelForm = forms.ModelForm[Holiday]
    ShiftModelForm = forms.ModelForm[OnCallShift]
else:
    BaseField = forms.ModelChoiceField
    RulesModelForm = WeekModelForm = HolidayModelForm = ShiftModelForm = forms.ModelForm

LONG = 20_000
INTENTS = [
    (Intent.ESCALATE.value, "Escalate"),
    (Intent.ASK.value, "Ask"),
    (Intent.PARK.value, "Park"),
]


WEEKDAYS = list(enumerate(day_name))


class PersonField(BaseField):
    """A person, with what one must know before choosing: senior, on call, away and until when."""

    on_call: Collection[int] = ()

    def label_from_instance(self, person: User) -> str:
        marks = ["senior"] if person.is_senior else []
        marks += ["on call"] if person.pk in self.on_call else []
        if person.is_away and person.back_at:
            marks.append(f"away until {timezone.localtime(person.back_at):%a %H:%M}")
        return " · ".join([person.name, *marks])


def offer(field: Any, people: Sequence[User]) -> None:
    """Let the field choose among these people."""
    field.queryset = User.objects.filter(pk__in=[person.pk for person in people]).order_by("name")


class CallForm(forms.Form):
    """Escalate, ask or park. What is left out has its default, so that the older address takes the same form."""

    intent = forms.ChoiceField(choices=INTENTS, widget=forms.RadioSelect, initial=Intent.ESCALATE)
    target = PersonField(User.objects.none(), label="Who should take it", required=False, empty_label="Any senior")
    reason = forms.ChoiceField(label="Why", choices=Reason, widget=forms.RadioSelect, required=False)
    priority = forms.ChoiceField(choices=Priority, widget=forms.RadioSelect, required=False)
    notes = forms.CharField(label="What do you need?", max_length=LONG, required=False, widget=text_area(3))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["target"], colleagues(user))

    def tell_times(self, team: Team, now: datetime) -> None:
        """For a form that is shown: who is on call, and until when somebody must pick up."""
        target, priority = self.fields["target"], self.fields["priority"]
        assert isinstance(target, PersonField)  # noqa: S101 - for the type checker
        assert isinstance(priority, forms.ChoiceField)  # noqa: S101 - likewise
        target.on_call = {person.pk for person in on_call(team, now)}
        due = due_times(team, Priority.values, now)
        priority.choices = [
            (value, f"{label}, due {timezone.localtime(due[value]):%a %H:%M}") for value, label in Priority.choices
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("intent") == Intent.ASK and not data.get("notes", "").strip():
            self.add_error("notes", "Write down what you want to know.")
        return data

    @property
    def call(self) -> Call:
        data = self.cleaned_data
        return Call(
            target=data["target"],
            reason=data["reason"] or Reason.STUCK,
            priority=data["priority"] or Priority.NORMAL,
            notes=data["notes"],
        )


class AssignForm(forms.Form):
    """Who goes on with somebody's session."""

    target = PersonField(User.objects.none(), label="Assign to", empty_label=None)

    def __init__(self, flow_session: FlowSession, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_of(flow_session.team)
        offer(self.fields["target"], [person for person in people if person.pk != flow_session.owner_id])


class ClaimForm(forms.Form):
    way = forms.ChoiceField(choices=Way, required=False)


class TextForm(forms.Form):
    """An answer, or advice."""

    text = forms.CharField(label="What you know", max_length=LONG, widget=text_area(4))


class FixForm(forms.Form):
    """What fixed it: one of the steps, or a line."""

    step = forms.CharField(max_length=200, required=False)
    other = forms.CharField(label="Something else", max_length=200, required=False)

    @property
    def fix(self) -> str:
        return str(self.cleaned_data["other"] or self.cleaned_data["step"])


def clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class WeekForm(WeekModelForm):
    """Business hours by the team's clock."""

    weekdays = forms.TypedMultipleChoiceField(
        label="Days", choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = WorkingWeek
        fields = ("opens", "closes", "weekdays")
        widgets = {"opens": clock(), "closes": clock()}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("opens") and data.get("closes") and data["opens"] >= data["closes"]:
            self.add_error("closes", "The day must close after it opens.")
        return data


class RulesForm(RulesModelForm):
    """Due times in business minutes."""

    class Meta:
        model = EscalationSettings
        fields = (*(f"{priority}_minutes" for priority in Priority.values), "on_call_phone")
        help_texts = {
            "critical_minutes": "Counted around the clock, also at night.",
            "on_call_phone": "Shown to whoever finds nobody available.",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("critical", "high", "normal", "low"):
            if data.get(f"{name}_minutes") == 0:
                self.add_error(f"{name}_minutes", "At least one minute.")
        return data


class HolidayForm(HolidayModelForm):
    class Meta:
        model = Holiday
        fields = ("day", "name")
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if Holiday.objects.filter(team=self.instance.team, day=day).exists():
            raise forms.ValidationError("That day is in the list already.")
        return day


class ShiftForm(ShiftModelForm):
    person = PersonField(User.objects.none(), empty_label=None)
    weekday = forms.TypedChoiceField(label="From", choices=WEEKDAYS, coerce=int)

    class Meta:
        model = OnCallShift
        fields = ("person", "weekday", "begins", "ends")
        widgets = {"begins": clock(), "ends": clock()}
        help_texts = {"ends": "On the next day when it is not after the beginning."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["person"], people_of(self.instance.team))


class ShiftEndForm(forms.Form):
    """Which sessions go to whom, each with its next step. Without a person they are parked."""

    target = PersonField(
        User.objects.none(), label="Who goes on", required=False, empty_label="Nobody yet: park them for the next shift"
    )

    def __init__(self, user: User, rows: Sequence[FlowSession], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["target"], colleagues(user))
        self.user, self.rows = user, rows
        for row in rows:
            self.fields[f"take-{row.pk}"] = forms.BooleanField(label=row.title, required=False, initial=True)
            self.fields[f"next-{row.pk}"] = forms.CharField(
                label=format_html('Next step<span class="sr"> for {}</span>', row.title),
                max_length=LONG,
                required=False,
                widget=text_area(1),
            )

    @property
    def lines(self) -> list[tuple[FlowSession, forms.BoundField, forms.BoundField]]:
        return [(row, self[f"take-{row.pk}"], self[f"next-{row.pk}"]) for row in self.rows]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(f"take-{row.pk}") for row in self.rows):
            self.add_error(None, "Choose at least one session.")
        return data

    @property
    def intent(self) -> str:
        return Intent.ESCALATE if self.cleaned_data["target"] else Intent.PARK

    @property
    def calls(self) -> dict[int, Call]:
        data = self.cleaned_data
        taken = [row.pk for row in self.rows if data[f"take-{row.pk}"]]
        return {pk: Call(target=data["target"], reason=Reason.TIME, notes=data[f"next-{pk}"]) for pk in taken}

    def without(self, done: Collection[int], refused: Mapping[int, str]) -> "ShiftEndForm":
        """What is left of it, as it was typed, with the reasons of those that were refused."""
        left = ShiftEndForm(self.user, [row for row in self.rows if row.pk not in done], self.data)
        left.full_clean()
        for pk, why in refused.items():
            left.add_error(f"next-{pk}", why)
        return left
