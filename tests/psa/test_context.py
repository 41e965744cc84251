import json
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.psa.context import MOST_NOTES, read_context, summary_of, write_context
from apps.psa.facts import Configuration, Named, NoteFacts, TicketContext, TicketFacts

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
moments = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
named = st.none() | st.builds(Named, words, words)
tickets = st.builds(
    TicketFacts, number=words, title=words, body=words, client=named, board=named, status=named, type=named,
    subtype=named, item=named, is_closed=st.booleans(), opened_at=moments,
)  # fmt: skip
notes = st.builds(NoteFacts, id=words, text=words, is_public=st.booleans(), author=words, written_at=moments)
contexts = st.builds(
    TicketContext,
    ticket=tickets,
    configurations=st.lists(st.builds(Configuration, words, words, words), max_size=3),
    earlier=st.lists(tickets, max_size=3),
    notes=st.lists(notes, max_size=3),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # how busy the machine is says nothing here
@given(contexts)
def test_context_reads_back_as_it_was_written(context: TicketContext) -> None:
    assert read_context(json.loads(json.dumps(write_context(context)))) == context


def test_nothing_was_fetched_yet() -> None:
    assert read_context({}) is None


def test_long_texts_and_old_notes_are_left_in_the_psa() -> None:
    many = [NoteFacts(str(place), "x" * 10_000 + "\x00", is_public=False) for place in range(100)]
    kept = read_context(write_context(TicketContext(TicketFacts("1", "VPN"), notes=many)))
    assert kept
    assert [note.id for note in kept.notes] == [str(place) for place in range(100 - MOST_NOTES, 100)]
    assert all(len(note.text) == 4_000 for note in kept.notes)


def test_summary_is_two_lines_at_most() -> None:
    note = NoteFacts("1", "**Fix**\nRebooted\nthe router", is_public=False)
    ticket = TicketFacts("1", "VPN", body="It says\n\n809. " + "so it goes " * 50)
    first, second = summary_of(TicketContext(ticket, notes=[note]))
    assert (first[:13], second) == ("It says 809. ", "Fix Rebooted the router")
    assert first.removesuffix(" …").split()[-1] in ("so", "it", "goes")
    assert 150 < len(first) <= 160
    assert summary_of(TicketContext(TicketFacts("1", "VPN"))) == []
