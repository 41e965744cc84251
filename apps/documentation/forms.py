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
        label="Send as", choices=NOTE_KINDS, widget=forms.RadioSelect, initial=NoteKind.INTERNAL.value
    )
    hours = forms.DecimalField(
        label="Hours to enter", required=False, min_value=0, max_value=MOST_HOURS, decimal_places=2,
        help_text="Active time that was not entered yet. 0 enters nothing. The client does not see it.",
    )  # fmt: skip
    after_hours = forms.BooleanField(label="Outside business hours", required=False)
    attaches = forms.BooleanField(label="Attach the whole note as a file", required=False)
    classifies = forms.BooleanField(label="Set the type as the board's rule says", required=False)
    sets_status = forms.BooleanField(label="Set the status as the board's rule says", required=False)

    def __init__(self, data: Any, preview: Preview) -> None:
        connection = preview.connection
        initial = {"seen": preview.digest, "note_kind": connection.note_kind, "attaches": preview.is_cut}
        initial |= {"classifies": True, "sets_status": True}
        initial["hours"] = preview.hours if connection.enters_time else Decimal()
        super().__init__(data, initial=initial)
        for name in _missing(preview):
            del self.fields[name]

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
    has_rule = bool(preview.rule and preview.rule.after_hours_work_type)
    offered = {
        "hours": preview.can_enter_time,
        "after_hours": preview.can_enter_time and has_rule,
        "attaches": preview.can_attach and not preview.is_cut,
        "classifies": bool(preview.classification),
        "sets_status": bool(preview.status),
    }
    return [name for name, there in offered.items() if not there]
