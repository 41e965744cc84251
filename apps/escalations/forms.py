"""Forms of handoffs: they parse what was typed, HandoffManager decides."""

from typing import TYPE_CHECKING, Any

from django import forms

from apps.escalations.models import Intent, Priority, Reason, Way
from apps.escalations.selectors import colleagues
from apps.escalations.services import Call
from apps.sessions.forms import text_area
from apps.teams.models import User

if TYPE_CHECKING:  # Django's own class is generic for the type checker alone
    BaseField = forms.ModelChoiceField[User]
else:
    BaseField = forms.ModelChoiceField

LONG = 20_000
INTENTS = [
    (Intent.ESCALATE.value, "Escalate"),
    (Intent.ASK.value, "Ask"),
    (Intent.PARK.value, "Park"),
]


class PersonField(BaseField):
    def label_from_instance(self, person: User) -> str:
        marks = ["senior"] if person.is_senior else []
        if person.is_away:
            marks.append("away")
        return " · ".join([person.name, *marks])


class CallForm(forms.Form):
    """Escalate, ask or park. What is left out has its default, so that the older address takes the same form."""

    intent = forms.ChoiceField(choices=INTENTS, widget=forms.RadioSelect, initial=Intent.ESCALATE)
    target = PersonField(User.objects.none(), label="Who should take it", required=False, empty_label="Any senior")
    reason = forms.ChoiceField(label="Why", choices=Reason, widget=forms.RadioSelect, required=False)
    priority = forms.ChoiceField(choices=Priority, widget=forms.RadioSelect, required=False)
    notes = forms.CharField(label="What do you need?", max_length=LONG, required=False, widget=text_area(3))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["target"]
        assert isinstance(people, PersonField)  # noqa: S101 - tells the type checker
        people.queryset = User.objects.filter(pk__in=[person.pk for person in colleagues(user)]).order_by("name")

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


class ClaimForm(forms.Form):
    way = forms.ChoiceField(choices=Way, required=False)


class TextForm(forms.Form):
    """An answer, or advice."""

    text = forms.CharField(max_length=LONG, widget=text_area(4))


class FixForm(forms.Form):
    """What fixed it: one of the steps, or a line."""

    step = forms.CharField(max_length=200, required=False)
    other = forms.CharField(label="Something else", max_length=200, required=False)

    @property
    def fix(self) -> str:
        return str(self.cleaned_data["other"] or self.cleaned_data["step"])
