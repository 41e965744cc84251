from django import forms

from apps.psa.facts import NewTicket, TicketQuery
from apps.teams.models import User
from apps.tickets.selectors import member_of

LONGEST_NUMBER = 64


class NumberForm(forms.Form):
    number = forms.CharField(label="Ticket number", max_length=LONGEST_NUMBER)


class NewTicketForm(forms.Form):
    title = forms.CharField(label="Subject", max_length=100)
    body = forms.CharField(
        label="What it is about", max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    @property
    def new(self) -> NewTicket:
        return NewTicket(self.cleaned_data["title"], self.cleaned_data["body"])


class QueryForm(forms.Form):
    """Filters of My tickets; anything odd in the address counts as not given."""

    q = forms.CharField(label="Words or number", max_length=200, required=False)
    mine = forms.BooleanField(label="Mine", required=False)
    closed = forms.BooleanField(label="Closed ones too", required=False)
    board = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    cursor = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)

    def query(self, user: User) -> TicketQuery:
        self.is_valid()
        given = self.cleaned_data
        return TicketQuery(
            text=given.get("q", "").strip(),
            member=member_of(user) if given.get("mine") else "",
            board=given.get("board", ""),
            open_only=not given.get("closed"),
            cursor=given.get("cursor", ""),
        )
