from typing import Any

from django import forms

from apps.psa.facts import NewTicket, TicketQuery
from apps.psa.ticket_text import shortened
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession
from apps.sessions.services.secrets import secret_values, without_secrets
from apps.teams.models import User
from apps.tickets.selectors import Sought, boards_of_psa, clients_of_psa, member_of
from apps.tickets.services import LONGEST_SUBJECT

LONGEST_NUMBER = 64


class NumberForm(forms.Form):
    number = forms.CharField(label="Ticket number", max_length=LONGEST_NUMBER)


def proposed(flow_session: FlowSession) -> dict[str, str]:
    """Title and text of a ticket for the session; none where they could hold a secret that cannot be read."""
    try:
        known = secret_values(flow_session).values()
        title, body = (without_secrets(text, known) for text in (flow_session.title, flow_session.problem))
    except Refused:
        return {}
    return {"title": shortened(title, LONGEST_SUBJECT), "body": body}


class NewTicketForm(forms.Form):
    """A ticket to be made in the PSA, of a client and on a board as the PSA knows them."""

    title = forms.CharField(label="Subject", max_length=LONGEST_SUBJECT)
    body = forms.CharField(
        label="What it is about",
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The client can read it in the ticket. Passwords and other secrets are taken out.",
    )
    client = forms.ChoiceField(required=False)
    board = forms.ChoiceField(required=False)

    def __init__(self, data: Any = None, *, flow_session: FlowSession, by: User) -> None:
        client = flow_session.client
        known = proposed(flow_session)
        super().__init__(data, initial=known | {"client": client.external_id if client else ""})
        self.contact = flow_session.contact
        for name, named in (("client", clients_of_psa(by)), ("board", boards_of_psa(by))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = [("", "As the PSA chooses"), *((one.id, one.name) for one in named)]

    @property
    def new(self) -> NewTicket:
        given = {name: self.cleaned_data[name] for name in ("title", "body", "client", "board")}
        return NewTicket(**given, contact=self.contact)


class QueryForm(forms.Form):
    """Filters of My tickets; anything odd in the address counts as not given."""

    q = forms.CharField(label="Words or number", max_length=200, required=False)
    mine = forms.BooleanField(label="Mine", required=False)
    closed = forms.BooleanField(label="Closed ones too", required=False)
    board = forms.CharField(max_length=64, required=False)
    cursor = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)

    def sought(self, user: User) -> Sought:
        self.is_valid()
        given = self.cleaned_data
        query = TicketQuery(
            text=given.get("q", "").strip(),
            member=member_of(user) if given.get("mine") else "",
            board=given.get("board", ""),
            open_only=not given.get("closed"),
            cursor=given.get("cursor", ""),
        )
        return Sought(query, mine=bool(given.get("mine")))
