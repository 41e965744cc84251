"""What somebody decides before a note goes to its ticket."""

from decimal import Decimal
from typing import Any

from django import forms

from apps.documentation.preview import Preview
from apps.documentation.pushes import Order
from apps.psa.facts import NoteKind
from apps.psa.models import NOTE_KINDS

MOST_HOURS = Decimal(24)


class PushForm(forms.Form):
    """Offers only what the connected PSA can do. `seen` names the text that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput)
    note_kind = forms.ChoiceField(
        label="Send as",
        choices=NOTE_KINDS,
        widget=forms.RadioSelect,
        initial=NoteKind.INTERNAL.value,
        help_text="Where the client can see it, they see all of this text: commands, addresses, what was tried.",
    )
    hours = forms.DecimalField(
        label="Hours to enter", required=False, min_value=0, max_value=MOST_HOURS, decimal_places=2
    )  # fmt: skip
    after_hours = forms.BooleanField(required=False)
    attaches = forms.BooleanField(label="Attach the whole note as a file", required=False)
    classifies = forms.BooleanField(required=False)
    sets_status = forms.BooleanField(required=False)

    def __init__(self, data: Any, preview: Preview) -> None:
        connection = preview.connection
        initial = {"seen": preview.digest, "note_kind": connection.note_kind, "attaches": preview.is_cut}
        initial |= {"classifies": True, "sets_status": True}
        initial["hours"] = preview.hours if connection.enters_time else Decimal()
        initial["after_hours"] = preview.knows_after_hours and preview.worked.is_late
        super().__init__(data, initial=initial)
        for name in _missing(preview):
            del self.fields[name]
        for name, words in _words(preview).items():
            if name in self.fields:
                self.fields[name].label, self.fields[name].help_text = words

    @property
    def order(self) -> Order:
        given = self.cleaned_data
        return Order(
            note_kind=given["note_kind"],
            hours=given.get("hours") or Decimal(),
            after_hours=given.get("after_hours", False),
            sets_status=given.get("sets_status", False),
            classifies=given.get("classifies", False),
            attaches=given.get("attaches", False),
        )


def _missing(preview: Preview) -> list[str]:
    """Fields of which the PSA, or the board's rule, knows nothing."""
    offered = {
        "hours": preview.can_enter_time,
        "after_hours": preview.knows_after_hours,
        "attaches": preview.can_attach and not preview.is_cut,
        "classifies": bool(preview.classification),
        "sets_status": bool(preview.status),
    }
    return [name for name, there in offered.items() if not there]


def _words(preview: Preview) -> dict[str, tuple[str, str]]:
    """What the fields are called and what stands beneath them, in the words of the PSA."""
    board = f"By the rule of the board “{preview.rule.name}”." if preview.rule else ""
    return {
        "hours": ("Hours to enter", _of_hours(preview)),
        "after_hours": _of_after_hours(preview),
        "classifies": (f"Set the type to {preview.classification_called}", board),
        "sets_status": (f"Set the status to {preview.status_called}", board),
    }


def _of_hours(preview: Preview) -> str:
    work = preview.work_called(after_hours=False)
    of = f" They count as {work}." if work else ""
    step = preview.connection.rounding_minutes
    rounded = f" The session's time counts in steps of {step} minutes, begun ones whole." if step > 1 else ""
    hours = f"{preview.hours} h of active time were not entered yet.{rounded}"
    left = hours if preview.hours else "No active time is left."
    return f"{left}{of} 0 enters nothing. The client does not see it."


def _of_after_hours(preview: Preview) -> tuple[str, str]:
    if not preview.knows_after_hours:
        return "", ""
    spent, late = (round(time.total_seconds() / 60) for time in (preview.worked.spent, preview.worked.late))
    of = f"{late} of {spent} minutes were outside your team's hours." if spent else "No time was taken yet."
    return f"Outside business hours: {preview.work_called(after_hours=True)}", of
