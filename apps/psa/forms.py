"""Forms of a team's PSA: the connection, what is wanted there, the rules of a board."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings

from apps.core.egress import check_url
from apps.core.outbox import Failed
from apps.psa.connecting import stored_secrets
from apps.psa.facts import Capability
from apps.psa.lists import Offer
from apps.psa.models import BoardRule, Connection, ProviderKind
from apps.psa.providers import PROVIDERS

if TYPE_CHECKING:  # Django's own class is generic for the type checker alone
    OptionsBase = forms.ModelForm[Connection]
    RuleBase = forms.ModelForm[BoardRule]
else:
    OptionsBase = RuleBase = forms.ModelForm

LONGEST_SECRET = 500
# What people call the parts of a PSA's address, and where they find them; a PSA that is not here has none.
PLACES: dict[str, dict[str, tuple[str, str]]] = {
    ProviderKind.CONNECTWISE: {
        "address": ("Site", "The host at which your people sign in, such as na.myconnectwise.net."),
        "account": ("Company", "What they type as company when they sign in."),
    },
    ProviderKind.REQUEST_TRACKER: {
        "address": ("Address", "Where your people open it, such as https://rt.example.com."),
        "account": ("User", "Leave it empty where an authentication token is used."),
    },
}
NEEDED = {(ProviderKind.CONNECTWISE, "address"), (ProviderKind.CONNECTWISE, "account")} | {
    (ProviderKind.REQUEST_TRACKER, "address")
}
EMPTY, AS_WITHIN = "Leave as it is", "As within them"


class ConnectForm(forms.Form):
    """Where a PSA is and what opens it. Secrets are taken and never given back; an empty one keeps the stored one."""

    def __init__(self, data: Any = None, *, provider: str, live: Connection | None) -> None:
        same = live if live and live.provider == provider else None
        super().__init__(data, initial={"address": same.address, "account": same.account} if same else {})
        self.provider, self.same = provider, same
        self.secrets = dict(PROVIDERS[provider].secrets)
        self.stored = stored_secrets(same) if same else {}
        for name, (label, help_text) in PLACES.get(provider, {}).items():
            required = (provider, name) in NEEDED
            self.fields[name] = forms.CharField(label=label, max_length=200, help_text=help_text, required=required)
        for name, label in self.secrets.items():
            self.fields[name] = _secret(label, name in self.stored)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].rstrip("/")
        url = address if "://" in address else f"https://{address}"
        try:
            check_url(url, settings.RF_ALLOWED_PRIVATE_HOSTS)
        except Failed:
            raise forms.ValidationError("Enter a host, or an address that begins with https://.") from None
        return address

    def clean(self) -> dict[str, Any]:
        """Secrets belong to the place they were typed for."""
        data = super().clean() or {}
        for name, label in self.secrets.items():
            if not data.get(name) and not (self.stays and name in self.stored) and name not in self.errors:
                self.add_error(name, f"Enter it: {label[0].lower()}{label[1:]}.")
        return data

    @property
    def stays(self) -> bool:
        """Whether it is the PSA that is connected, at its address."""
        place = (self.cleaned_data.get("address", ""), self.cleaned_data.get("account", ""))
        return self.same is not None and place == (self.same.address, self.same.account)

    @property
    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        secrets = {name: data[name] for name in self.secrets}
        place = {"address": data.get("address", ""), "account": data.get("account", "")}
        return {"provider": self.provider, "secrets": secrets, **place}


def _secret(label: str, is_stored: bool) -> forms.CharField:
    stored = "Stored, and not shown again. Type to replace it; at another address it must be typed anew."
    return forms.CharField(
        label=label,
        max_length=LONGEST_SECRET,
        required=False,
        help_text=stored if is_stored else "It is stored encrypted and never shown again.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class OptionsForm(OptionsBase):
    """What is wanted in the PSA."""

    class Meta:
        model = Connection
        fields = ("push_when", "note_kind", "text_into", "enters_time", "rounding_minutes", "link_pattern")
        labels = {
            "push_when": "Send the note when a session ends or is handed over",
            "note_kind": "Kind of note",
            "text_into": "The text goes into",
            "enters_time": "Enter the time that was worked",
            "rounding_minutes": "Round time up to minutes",
            "link_pattern": "Address of a ticket",
        }
        help_texts = {
            "note_kind": "With the two last ones the client reads the whole note, and may be told of it by mail.",
            "enters_time": "The engineer sees the hours before they are sent.",
            "link_pattern": "With {number} where its number stands; empty: as the PSA says.",
        }
        widgets = {"push_when": forms.RadioSelect, "text_into": forms.RadioSelect}

    def clean_link_pattern(self) -> str:
        pattern: str = self.cleaned_data["link_pattern"]
        if pattern and not (pattern.startswith("https://") and "{number}" in pattern):
            raise forms.ValidationError("Begin with https:// and write {number} where the ticket's number stands.")
        return pattern


# The list from which each field of a rule is chosen, what people call it, and what the PSA must be able to do.
FIELDS: dict[str, tuple[str, str, Capability]] = {
    "status_resolved": ("statuses", "Status after a session is finished", Capability.STATUS),
    "status_escalated": ("statuses", "Status after a session is handed over", Capability.STATUS),
    "type": ("types", "Type", Capability.TYPES),
    "subtype": ("subtypes", "Subtype", Capability.TYPES),
    "item": ("items", "Item", Capability.TYPES),
    "work_type": ("work_types", "Work type", Capability.TIME),
    "after_hours_work_type": ("work_types", "Work type", Capability.TIME),
    "work_role": ("work_roles", "Work role", Capability.TIME),
    "after_hours_work_role": ("work_roles", "Work role", Capability.TIME),
}


BILLABLE = ("is_billable", "after_hours_is_billable")


def _yes_or_no(label: str, empty: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", empty), ("yes", "Yes"), ("no", "No")],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        required=False,
    )


class BoardRuleForm(RuleBase):
    """What is set on the tickets of a board: chosen from the PSA's lists, or typed as ids where it is away."""

    is_billable = _yes_or_no("Billable", EMPTY)
    after_hours_is_billable = _yes_or_no("Billable", AS_WITHIN)

    class Meta:
        model = BoardRule
        fields = (*FIELDS, *BILLABLE)

    def __init__(self, data: Any = None, *, instance: BoardRule, offer: Offer) -> None:
        billable = {name: {True: "yes", False: "no", None: ""}[getattr(instance, name)] for name in BILLABLE}
        super().__init__(data, instance=instance, initial=billable)
        self.offer, self.before = offer, {name: getattr(instance, name) for name in FIELDS}
        capabilities = PROVIDERS[instance.connection.provider].capabilities
        for name, (source, label, capability) in FIELDS.items():
            if capability not in capabilities or (source in offer.lists and not offer.of(source)):
                del self.fields[name]
            else:
                self.fields[name] = _choice(label, offer, source, self.before[name], _left(name))
        if Capability.TIME not in capabilities:
            for name in BILLABLE:
                del self.fields[name]

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by what they are about, each with a heading; what the PSA cannot do is missing."""
        time = BoardRule.OF_TIME
        named = {
            "The ticket": [name for name in FIELDS if not name.endswith(time)],
            "Time entries within business hours": list(time),
            "Time entries outside of them": [f"after_hours_{name}" for name in time],
        }
        found = {heading: [self[name] for name in names if name in self.fields] for heading, names in named.items()}
        return [(heading, fields) for heading, fields in found.items() if fields]

    def clean(self) -> dict[str, Any]:
        """Beside each id stands the name that the PSA gives it now, or gave it when it was chosen."""
        data = super().clean() or {}
        self.instance.names = {name: called for name in FIELDS if (called := self._called(name, data.get(name)))}
        return data

    def _called(self, name: str, chosen: str | None) -> str:
        offered = {one.id: one.name for one in self.offer.of(FIELDS[name][0])}
        known = self.instance.names.get(name, "") if chosen in (None, self.before[name]) else ""
        return offered.get(chosen or "") or known


def _left(name: str) -> str:
    return AS_WITHIN if name.startswith("after_hours_") else EMPTY


def _choice(label: str, offer: Offer, source: str, present: str, empty: str) -> forms.Field:
    named = offer.of(source)
    if not named:
        return forms.CharField(label=label, max_length=64, required=False, help_text="Its id in the PSA.")
    choices = [("", empty), *((one.id, one.name) for one in named)]
    if present and present not in {one.id for one in named}:
        choices.append((present, f"{present}, no longer in the PSA"))
    return forms.ChoiceField(label=label, choices=choices, required=False)
