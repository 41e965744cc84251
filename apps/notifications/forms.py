from datetime import time
from typing import Any

from django import forms

from apps.notifications.kinds import KINDS
from apps.notifications.models import WORKING_DAYS, QuietHours
from apps.notifications.selectors import email_choices, quiet_hours_of
from apps.teams.models import User

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EVENING, MORNING = time(18), time(8)


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class PreferencesForm(forms.Form):
    """Which kinds of notice a person gets by e-mail too, and when no e-mail goes out."""

    email = forms.MultipleChoiceField(required=False)
    quiet = forms.BooleanField(
        required=False,
        label="Hold e-mail back during quiet hours",
        help_text="It goes out when they end. What is urgent, as when you are on call, goes out at once.",
    )
    start = forms.TimeField(required=False, label="From", widget=ClockInput())
    end = forms.TimeField(required=False, label="Until", widget=ClockInput())
    days = forms.TypedMultipleChoiceField(
        choices=list(enumerate(DAYS)), coerce=int, required=False, label="On", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data, initial=self.chosen_by(person))
        email = self.fields["email"]
        assert isinstance(email, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        email.choices = [(kind.key, kind.label) for kind in KINDS.values()]

    @staticmethod
    def chosen_by(person: User) -> dict[str, Any]:
        hours = quiet_hours_of(person) or QuietHours(start=EVENING, end=MORNING, days=list(WORKING_DAYS))
        times = {"start": hours.start, "end": hours.end, "days": hours.days}
        return {"email": email_choices(person), "quiet": hours.pk is not None, **times}

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data["quiet"]:
            return data
        for name in ("start", "end"):
            if name in data and data[name] is None:
                self.add_error(name, "Enter a time, such as 18:00.")
        if data.get("start") and data.get("start") == data.get("end"):
            self.add_error("end", "Choose another time than the one they begin at.")
        if not data.get("days"):
            self.add_error("days", "Choose at least one day.")
        return data

    @property
    def quiet_hours(self) -> QuietHours | None:
        """Quiet hours as they were chosen, not saved; None where there are to be none."""
        data = self.cleaned_data
        if not data["quiet"]:
            return None
        return QuietHours(start=data["start"], end=data["end"], days=data["days"])
