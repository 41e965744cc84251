from collections import Counter

import pytest
from django.db.models import ProtectedError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from apps.flows.models import Category, Flow, SearchPosting, SearchTerm, Tag
from apps.flows.search.index import index_flow, index_text, index_texts
from apps.flows.search.ranking import search_flows
from apps.flows.services import create_flow
from apps.teams.models import Team, User
from tests.factories.flows import FlowFactory, published_flow
from tests.factories.teams import TeamFactory

WORDS = st.lists(st.sampled_from(["printer", "vpn", "outlook", "0x80070005", "the"]), max_size=6).map(" ".join)


def held_counts() -> dict[str, tuple[int, int, int]]:
    rows = SearchTerm.objects.exclude(flows=0, titles=0, occurrences=0)
    return {row.term: (row.flows, row.titles, row.occurrences) for row in rows}


def held_postings() -> dict[tuple[int, str], tuple[int, int, bool]]:
    rows = SearchPosting.objects.select_related("term")
    return {(row.flow_id, row.term.term): (row.count, row.length, row.in_title) for row in rows}


def ids_found(text: str, team: Team | None) -> list[int]:
    return [hit.flow_id for hit in search_flows(Flow.objects.all(), text, 10, team_id=team.pk if team else None)]


@pytest.mark.parametrize(
    "text", ["summaries", "mailing", "exchange-online", "affected", "rasman", "everybody", "restarted"]
)
def test_index_flow_published_knows_head_and_nodes(team: Team, text: str) -> None:
    category = Category.objects.create(team=team, name="Mail", slug="mail")
    flow = published_flow(team=team, title="Wow", summary="A summary", category=category)
    flow.tags.add(Tag.objects.create(team=team, name="exchange-online"))
    index_flow(flow)
    assert ids_found(text, team) == [flow.pk]


def test_index_flow_repeated_changes_nothing(team: Team) -> None:
    flow = published_flow(team=team)
    index_flow(flow)
    before = held_counts(), held_postings()
    index_flow(flow)
    assert (held_counts(), held_postings()) == before


def test_index_flow_renamed_forgets_the_old_title(team: Team) -> None:
    flow = FlowFactory(team=team, title="Printer offline")
    index_flow(flow)
    flow.title = "Scanner offline"
    index_flow(flow)
    assert (ids_found("printer", team), ids_found("scanner", team)) == ([], [flow.pk])


def test_create_flow_is_found_by_title(engineer: User) -> None:
    flow = create_flow(flow=Flow(slug="toner", title="Toner runs out", kind="procedure"), by=engineer)
    assert ids_found("toner", engineer.team) == [flow.pk]


def test_index_text_counts_stay_in_their_team(team: Team) -> None:
    for owner in (team, TeamFactory(), None):
        flow = FlowFactory(team=owner, visibility="team" if owner else "public")
        index_text(flow.pk, flow.team_id, "Printer", "")
    assert sorted(SearchTerm.objects.filter(term="printer").values_list("flows", flat=True)) == [1, 1, 1]


def test_index_text_statements_do_not_grow_with_the_text(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    flow = FlowFactory(team=team)
    for words in (1, 500):
        with django_assert_num_queries(6):  # four of ours inside a savepoint
            index_text(flow.pk, team.pk, "Printer", " ".join(f"word{n}" for n in range(words)))


def test_index_text_nul_bytes_and_long_words_are_kept_out(team: Team) -> None:
    flow = FlowFactory(team=team)
    index_text(flow.pk, team.pk, "Printer", "x" * 100_000 + " a\x00b toner")
    assert held_postings() == {
        (flow.pk, ""): (4, 4, True),
        (flow.pk, "printer"): (3, 4, True),
        (flow.pk, "toner"): (1, 4, False),
    }


def test_index_text_flow_that_says_nothing_is_counted(team: Team) -> None:
    index_text(FlowFactory(team=team).pk, team.pk, "", "")
    assert held_counts() == {"": (1, 1, 0)}


def test_flow_in_the_index_is_not_deleted(team: Team) -> None:
    flow = FlowFactory(team=team)
    index_text(flow.pk, team.pk, "Printer", "")
    with pytest.raises(ProtectedError):
        Flow.objects.filter(pk=flow.pk).delete()


class CountsTests(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 2), WORDS, WORDS), max_size=8))
    def test_counts_after_any_changes_equal_counts_made_afresh(self, changes: list[tuple[int, str, str]]) -> None:
        flows = [FlowFactory(team=None, visibility="public") for _ in range(3)]
        for at, title, body in changes:
            index_text(flows[at].pk, None, title, body)
        assert held_counts() == counts_made_afresh()


def counts_made_afresh() -> dict[str, tuple[int, int, int]]:
    flows, titles, occurrences = Counter[str](), Counter[str](), Counter[str]()
    for (_, term), (count, _, in_title) in held_postings().items():
        flows[term] += 1
        titles[term] += in_title
        occurrences[term] += count
    return {term: (flows[term], titles[term], occurrences[term]) for term in flows}


def test_index_texts_of_no_flows_changes_nothing(team: Team) -> None:
    index_texts(team.pk, [])
    assert not SearchTerm.objects.filter(team=team).exists()
