from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django import forms

from apps.teams.models import User

if TYPE_CHECKING:  # Django's own class is generic for the type checker alone
    UserModelForm = forms.ModelForm[User]
else:
    UserModelForm = forms.ModelForm


class ProfileForm(UserModelForm):
    """What everybody sets for themselves."""

    time_zone = forms.ChoiceField(
        choices=[(name, name.replace("_", " ")) for name in sorted(available_timezones())],
        help_text="Pages show times in it. Notes keep the time zone of the team.",
    )

    class Meta:
        model = User
        fields = ("name", "time_zone", "back_at", "density", "single_keys")
        widgets = {
            "density": forms.RadioSelect,
            "back_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }
        help_texts = {
            "back_at": "Until then colleagues are called before you. Leave it empty when you are here.",
            "single_keys": "Keys such as 1 or N act at once. Turn it off if you dictate to the browser.",
        }
