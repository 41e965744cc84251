from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from apps.flows.models import Flow
from apps.flows.search.index import index_text
from apps.flows.search.ranking import MOST_POSTINGS, Hit, Query, search_flows
from apps.teams.models import Team, User
from tests.factories.flows import FlowFactory
from tests.factories.teams import TeamFactory

PADDING = " ".join(f"filler{n}" for n in range(60))


def indexed(team: Team | None, title: str, body: str = "", **fields: Any) -> Flow:
    flow = FlowFactory(team=team, title=title, visibility="team" if team else "public", **fields)
    index_text(flow.pk, flow.team_id, title, body)
    return flow


def found(text: str, team: Team, limit: int = 10) -> list[Hit]:
    return search_flows(Flow.objects.all(), text, limit, team_id=team.pk)


def titles_found(text: str, team: Team) -> list[str]:
    titles = dict(Flow.objects.values_list("pk", "title"))
    return [titles[hit.flow_id] for hit in found(text, team)]


def test_search_flows_ranks_title_before_body_and_rare_before_common(team: Team) -> None:
    for n in range(5):
        indexed(team, f"Slow computer {n}", "windows")
    indexed(team, "Computer news", "printer")
    indexed(team, "Printer offline", "windows")
    assert titles_found("printer on windows", team)[:2] == ["Printer offline", "Computer news"]


def test_search_flows_finds_other_forms_of_a_word(team: Team) -> None:
    indexed(team, "Printing fails")
    assert titles_found("cannot print, it failed", team) == ["Printing fails"]


@pytest.mark.parametrize("code", ["0x80070005", "KB5034441", "event 4625", "AADSTS50126", "reason 66", "809"])
def test_search_flows_code_in_a_body_comes_first_and_is_named(team: Team, code: str) -> None:
    for n in range(4):
        indexed(team, f"Windows update error reason event {n}", "windows update error")
    other = code[:-1] + str((int(code[-1]) + 1) % 10)
    indexed(team, f"Windows update error {other}")
    indexed(team, "Look here", f"{PADDING} shows ({code.lower()}), then stops")
    hits = found(f"windows update error {code}" if " " not in code and not code.isdigit() else code, team)
    assert Flow.objects.get(pk=hits[0].flow_id).title == "Look here"
    assert hits[0].codes == (code.split()[-1].lower(),)
    assert all(hit.codes == () for hit in hits[1:])


@pytest.mark.parametrize("typo", ["outlok", "outllook", "Outloook", "outl"])
def test_search_flows_typo_finds_the_word_of_a_title(team: Team, typo: str) -> None:
    indexed(team, "Outlook keeps asking", "mail")
    indexed(team, "Printer offline", "mail")
    assert titles_found(f"{typo} problem", team) == ["Outlook keeps asking"]


def test_search_flows_typo_is_not_put_right_by_another_team(team: Team) -> None:
    indexed(TeamFactory(), "Outlook keeps asking")
    indexed(team, "Printer offline", "outlook")
    assert found("outlok", team) == []


def test_search_flows_typo_finds_rows_of_team_and_platform(team: Team) -> None:
    expected = {indexed(owner, "Outlook keeps asking").pk for owner in (team, None)}
    assert {hit.flow_id for hit in found("outlok", team)} == expected


def test_search_flows_never_leaves_the_given_rows(team: Team, engineer: User) -> None:
    other = indexed(TeamFactory(), "Printer of others")
    hidden = indexed(team, "Printer archived")
    own, platform = indexed(team, "Printer offline"), indexed(None, "Printer of everyone")
    rows = Flow.objects.visible_to(engineer).exclude(pk=hidden.pk)
    assert {hit.flow_id for hit in search_flows(rows, "printer", 10, team_id=team.pk)} == {own.pk, platform.pk}
    assert search_flows(Flow.objects.filter(pk=other.pk), "printer", 10, team_id=team.pk) == []
    assert search_flows(Flow.objects.none(), "printer", 10, team_id=team.pk) == []


def test_search_flows_scores_do_not_depend_on_other_teams(team: Team) -> None:
    indexed(team, "Printer offline")
    before = found("printer", team)
    indexed(TeamFactory(), "Printer printer", PADDING)
    assert found("printer", team) == before


def test_search_flows_share_of_the_same_text_is_near_one_and_of_another_low(team: Team) -> None:
    indexed(team, "Printer offline after update")
    for n in range(20):
        indexed(team, f"Matter {n}", "printer paper")
    same, *others = found("printer offline after update", team)
    assert same.share > 0.9
    assert all(0 < hit.share < 0.3 for hit in others)


@pytest.mark.parametrize("text", ["", "   ", "the of and", "!!!", "\x00"])
def test_search_flows_text_that_says_nothing_is_empty(team: Team, text: str) -> None:
    indexed(team, "Printer offline")
    assert found(text, team) == []


def test_search_flows_limit_keeps_the_best(team: Team) -> None:
    for n in range(5):
        indexed(team, f"Printer {n}")
    assert [hit.flow_id for hit in found("printer", team, 2)] == [hit.flow_id for hit in found("printer", team)[:2]]
    assert found("printer", team, 0) == []


@pytest.mark.parametrize("hostile", ["'; DROP TABLE x; --", "a & | ! <-> (b):*", "%s %(x)s {} \\", "😀\ud800\x00"])
def test_search_flows_hostile_text_is_only_text(team: Team, hostile: str) -> None:
    indexed(team, "Printer offline")
    assert titles_found(f"{hostile} printer", team) == ["Printer offline"]


def test_search_flows_megabyte_of_text_answers(team: Team) -> None:
    indexed(team, "Printer offline")
    assert titles_found("printer " + " ".join(f"x{n}" for n in range(150_000)), team) == ["Printer offline"]


def test_search_flows_statements_are_constant(team: Team, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for count in (1, 8):
        for n in range(count):
            indexed(team, f"Printer {n}")
        with django_assert_num_queries(3):
            found("printer offlain", team)


@pytest.mark.parametrize(
    ("flows", "candidates"),
    [
        ({"common": MOST_POSTINGS, "rare": 1}, ["rare"]),
        ({"common": MOST_POSTINGS - 1, "rare": 1}, ["rare", "common"]),
        ({"common": MOST_POSTINGS * 2, "more": MOST_POSTINGS * 3}, ["common"]),
    ],
)
def test_query_candidates_are_the_rarest_within_the_budget(flows: dict[str, int], candidates: list[str]) -> None:
    assert Query(dict.fromkeys(flows, 1.0), {}, flows, frozenset(), 1.0, 1.0).candidates() == candidates


class AnyTextTests(TestCase):
    @settings(max_examples=50, deadline=None)
    @given(st.text())
    def test_search_flows_any_text_is_no_error(self, text: str) -> None:
        flow = indexed(None, "Printer offline", "0x80070005")
        hits = search_flows(Flow.objects.all(), text, 10, team_id=None)
        assert {hit.flow_id for hit in hits} <= {flow.pk}
