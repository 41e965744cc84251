from datetime import time
from typing import Any

from django import forms
from django.conf import settings

from apps.core.egress import check_url
from apps.core.outbox import Failed
from apps.notifications.kinds import KINDS
from apps.notifications.models import CHATS, WORKING_DAYS, Medium, QuietHours, TeamChannel
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


RETIRED = (".webhook.office.com", "outlook.office.com", "outlook.office365.com")
LONGEST_URL = 2000


class ChannelForm(forms.Form):
    """A channel of the chat. Its webhook is taken and never given back; an empty one keeps what is there."""

    medium = forms.ChoiceField(
        label="Chat", choices=[(chat.value, chat.label) for chat in CHATS], widget=forms.RadioSelect
    )
    name = forms.CharField(max_length=80, help_text="As your team calls it, such as #service-desk.")
    webhook = forms.CharField(
        max_length=LONGEST_URL,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    notices = forms.MultipleChoiceField(required=False, label="Is posted there", widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, channel: TeamChannel) -> None:
        kinds = [(kind.key, kind.label) for kind in KINDS.values() if kind.channels]
        wanted = [key for key, _label in kinds if key not in channel.left_out]
        about = {"medium": channel.medium or Medium.SLACK, "name": channel.name, "notices": wanted}
        super().__init__(data, initial=about)
        self.channel = channel
        notices = self.fields["notices"]
        assert isinstance(notices, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        notices.choices = kinds
        self.fields["webhook"].help_text = (
            f"It leads to {channel.host} and is not shown again. Type one to replace it."
            if channel.host
            else "It is stored encrypted and never shown again."
        )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if TeamChannel.objects.filter(team=self.channel.team, name=name).exclude(pk=self.channel.pk).exists():
            raise forms.ValidationError("Your team has a channel of this name already. Choose another name.")
        return name

    def clean_webhook(self) -> str:
        webhook: str = self.cleaned_data["webhook"]
        if not webhook and not self.channel.webhook:
            raise forms.ValidationError("Paste the address of the webhook.")
        if any(host in webhook for host in RETIRED):
            raise forms.ValidationError("Microsoft has retired this kind of webhook. Make one with Workflows in Teams.")
        try:
            check_url(webhook, settings.RF_ALLOWED_PRIVATE_HOSTS) if webhook else None
        except Failed:
            raise forms.ValidationError("This is no address of a webhook: it begins with https://.") from None
        return webhook

    def chosen(self) -> TeamChannel:
        """The channel as it was chosen, not saved, and its webhook as it was."""
        data, channel = self.cleaned_data, self.channel
        channel.medium, channel.name = data["medium"], data["name"]
        channel.left_out = [key for key, kind in KINDS.items() if kind.channels and key not in data["notices"]]
        return channel
