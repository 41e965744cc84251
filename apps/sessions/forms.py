"""Forms of the session: they parse what was typed, the services decide."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone

from apps.flows.graph import Variable
from apps.flows.models import Flow
from apps.sessions.engine import LONGEST_KEY
from apps.sessions.models import Outcome, PauseReason
from apps.sessions.services.start import Intake
from apps.sessions.services.steps import Typed

LONG = 200_000
TOO_LONG = f"A text is longer than {LONG:,} characters. Shorten it, or attach it to the ticket as a file."
OUTPUT, RAN = re.compile(r"output-\d{1,2}"), re.compile(r"ran-\d{1,2}")
SMALL = re.compile(r"\d{1,3}")


def text_area(rows: int = 2, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


def fields_in(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values of the flow's fields in a form."""
    return ((name[4:], str(data[name])) for name in data if name.startswith("var-"))


class StartForm(forms.Form):
    """What is known when work begins: from a call, from a pasted ticket, or beside a flow."""

    client = forms.CharField(max_length=200, required=False)
    contact = forms.CharField(label="Caller", max_length=200, required=False)
    phone = forms.CharField(label="Call back", max_length=64, required=False)
    device = forms.CharField(max_length=200, required=False)
    ticket = forms.CharField(label="Ticket number", max_length=64, required=False)
    title = forms.CharField(label="What is it about?", max_length=200, required=False)
    problem = forms.CharField(label="Ticket text", max_length=LONG, required=False, widget=text_area(3))
    start_key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)

    @property
    def intake(self) -> Intake:
        known = {name: self.cleaned_data.get(name, "") for name in self.fields if name != "start_key"}
        return Intake(**known, variables=dict(fields_in(self.data)))

    def typed_variables(self, flow: Flow) -> list[tuple[Variable, str]]:
        """The flow's fields with what was typed into them; a secret is asked for again."""
        declared = flow.published.graph.asked if flow.published else ()
        return [(one, "" if one.kind == "secret" else str(self.data.get(f"var-{one.name}", ""))) for one in declared]


class CallForm(StartForm):
    """Work without a flow yet: something must say what it is about."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(name) for name in ("title", "problem", "ticket")):
            self.add_error("title", "Say in a line what it is about, or paste the ticket.")
        return data


class MoveForm(forms.Form):
    """Every move names the revision it was made on and the step it was typed at.

    ``arguments`` are what the form's service takes beside the session and the person.
    """

    revision = forms.IntegerField(min_value=0)
    step = forms.CharField(max_length=LONGEST_KEY, required=False)

    @property
    def arguments(self) -> dict[str, Any]:
        return {"revision": self.cleaned_data["revision"]}


class SkipForm(MoveForm):
    note = forms.CharField(max_length=LONG, required=False, strip=False, error_messages={"max_length": TOO_LONG})
    value = forms.CharField(max_length=LONG, required=False, strip=False, error_messages={"max_length": TOO_LONG})
    reason = forms.CharField(max_length=200, required=False)

    @property
    def arguments(self) -> dict[str, Any]:
        return super().arguments | {"typed": self.typed}

    @property
    def typed(self) -> Typed:
        texts = {name: self.cleaned_data.get(name, "") for name in ("note", "value", "reason")}
        outputs = sorted((int(name[7:]), text) for name, text in self._outputs())
        ran = [int(name[4:]) for name in self.data if RAN.fullmatch(name)]
        fields = {name: value for name, value in fields_in(self.data) if value}
        return Typed(**texts, outputs=[text for _number, text in outputs], ran=ran, fields=fields)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if any(len(text) > LONG for _name, text in self._outputs()):
            self.add_error(None, TOO_LONG)
        return data

    def _outputs(self) -> Iterator[tuple[str, str]]:
        return ((name, str(self.data[name])) for name in self.data if OUTPUT.fullmatch(name))


class AnswerForm(SkipForm):
    choice = forms.IntegerField(min_value=0)

    @property
    def arguments(self) -> dict[str, Any]:
        return super().arguments | {"choice": self.cleaned_data["choice"]}


class BackForm(MoveForm):
    ordinal = forms.IntegerField(min_value=1, required=False)

    @property
    def arguments(self) -> dict[str, Any]:
        return super().arguments | {"ordinal": self.cleaned_data["ordinal"]}


class JumpForm(MoveForm):
    depth = forms.IntegerField(min_value=0)
    node = forms.CharField(max_length=64)

    @property
    def arguments(self) -> dict[str, Any]:
        return super().arguments | {name: self.cleaned_data[name] for name in ("depth", "node")}


class DoneBeforeForm(MoveForm):
    """Answers by node id, each field named ``done-<node>``."""

    @property
    def arguments(self) -> dict[str, Any]:
        chosen = {name[5:]: str(value) for name, value in self.data.items() if name.startswith("done-")}
        answers = {node: int(value) for node, value in chosen.items() if SMALL.fullmatch(value)}
        return super().arguments | {"answers": answers}


class FieldsForm(forms.Form):
    """Values of the flow's fields, each named ``var-<name>``."""

    @property
    def arguments(self) -> dict[str, Any]:
        return {"values": dict(fields_in(self.data))}


class NoteForm(forms.Form):
    note = forms.CharField(
        max_length=LONG,
        error_messages={"max_length": TOO_LONG, "required": "The note is empty. Write something first."},
    )
    step = forms.CharField(max_length=LONGEST_KEY, required=False)

    @property
    def arguments(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["note"], "step": self.cleaned_data["step"]}


class OwnStepForm(SkipForm):
    did = forms.CharField(label="What did you do?", max_length=2000, widget=text_area(2))
    outcome = forms.ChoiceField(
        label="How did it go?",
        required=False,
        widget=forms.RadioSelect,
        choices=[("", "No result yet"), ("fixed", "Fixed it"), ("not_fixed", "Did not help")],
    )
    own_note = forms.CharField(label="Note or output", max_length=LONG, required=False, widget=text_area(3))

    @property
    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        typed = Typed(note=data["own_note"])
        return {"revision": data["revision"], "did": data["did"], "outcome": data["outcome"], "typed": typed}


class PauseForm(forms.Form):
    WAKE = [
        ("0.5", "In 30 minutes"),
        ("2", "In 2 hours"),
        ("24", "Tomorrow 08:00"),
        ("at", "At…"),
        ("", "Not by itself"),
    ]

    reason = forms.ChoiceField(
        label="What does it wait for?",
        choices=PauseReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the session waits for."},
    )
    wake = forms.ChoiceField(label="Wake it up", choices=WAKE, required=False, widget=forms.RadioSelect, initial="2")
    wake_at = forms.DateTimeField(
        label="Time", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("wake") == "at" and not data.get("wake_at") and "wake_at" not in self.errors:
            self.add_error("wake_at", "Choose the time at which it shall wake up.")
        return data

    @property
    def arguments(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"], "wake_at": self.time}

    @property
    def time(self) -> datetime | None:
        """When to wake up, in the person's zone."""
        wake, now = self.cleaned_data["wake"], timezone.localtime()
        if wake == "24":
            return timezone.make_aware(datetime.combine(now.date() + timedelta(days=1), time(8)))
        if wake == "at":
            return self.cleaned_data["wake_at"]  # type: ignore[no-any-return]
        return now + timedelta(hours=float(wake)) if wake else None


class FinishForm(MoveForm):
    ENDINGS = [(outcome.value, outcome.label) for outcome in (Outcome.RESOLVED, Outcome.WORKAROUND, Outcome.UNRESOLVED)]

    outcome = forms.ChoiceField(label="How did it end?", choices=ENDINGS, widget=forms.RadioSelect)
    closing_note = forms.CharField(
        label="Closing note",
        max_length=LONG,
        required=False,
        widget=text_area(3),
        help_text="What was wrong and what fixed it, if the steps do not say it.",
    )
    next_steps = forms.CharField(label="Next steps", max_length=LONG, required=False, widget=text_area(2))

    @property
    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("revision", "outcome", "closing_note", "next_steps")}


class ClosingTextForm(forms.Form):
    """What a window typed after another one had ended the session."""

    text = forms.CharField(label="Not in the note yet", max_length=LONG, widget=text_area(4))

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class AbandonForm(forms.Form):
    reason = forms.CharField(label="Why does it stop here?", max_length=200)

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class AwayForm(forms.Form):
    minutes = forms.IntegerField(min_value=0, max_value=100_000)

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
