import re
from datetime import timedelta

import pytest
from django.test import Client

from apps.escalations.models import HandoffStatus, Intent, SessionHandoff
from apps.escalations.services import Call, HandoffManager
from apps.sessions.models import FlowSession, Status
from apps.sessions.services.lifecycle import resolve_session
from apps.sessions.services.steps import Typed, answer_step
from apps.teams.models import User
from tests.escalations.seen import text
from tests.factories.escalations import claimed, handed_over
from tests.factories.sessions import StepRecordFactory, started_session
from tests.factories.teams import UserFactory


def test_help_panel_says_whom_it_reaches_and_what_they_will_see(as_engineer: Client, flow_session: FlowSession) -> None:
    page = text(as_engineer.get(f"/pilot/{flow_session.pk}/help/"))
    assert "1 of 1 available: Sam Senior" in page
    assert flow_session.title in page.partition("What they will see")[2]


def test_help_panel_says_when_nobody_is_there(as_engineer: Client, flow_session: FlowSession, senior: User) -> None:
    User.objects.filter(pk=senior.pk).update(back_at="2099-01-01T00:00Z")
    assert "Nobody is available right now." in text(as_engineer.get(f"/pilot/{flow_session.pk}/help/"))


def test_question_without_words_keeps_what_was_chosen(as_engineer: Client, flow_session: FlowSession) -> None:
    data = {"intent": "ask", "priority": "high", "notes": " "}
    response = as_engineer.post(f"/pilot/{flow_session.pk}/handoff/", data)
    assert response.status_code == 422
    assert "Write down what you want to know." in text(response)
    assert re.search(r'value="high"[^>]*checked', response.content.decode())
    assert not SessionHandoff.objects.exists()


def test_refused_escalation_says_why_and_keeps_the_words(as_engineer: Client, flow_session: FlowSession) -> None:
    handed_over(flow_session)
    response = as_engineer.post(f"/pilot/{flow_session.pk}/handoff/", {"intent": "escalate", "notes": "Precious words"})
    assert response.status_code == 409
    assert "Precious words" in text(response)


def test_my_work_of_a_senior_holds_what_waits_for_any_of_them(as_senior: Client, flow_session: FlowSession) -> None:
    handed_over(flow_session, notes="Which policy matches?")
    assert "Handoffs" in text(as_senior.get("/"))
    parked = started_session(flow_session.owner, title="Parked for later")
    handed_over(parked, intent=Intent.PARK)
    assert "Parked for later" not in text(as_senior.get("/"))


def test_bell_link_leads_to_the_pick_up_screen(as_senior: Client, flow_session: FlowSession) -> None:
    handoff = handed_over(flow_session, notes="Which policy matches?")
    response = as_senior.get(handoff.get_absolute_url(), follow=True)
    page = text(response)
    assert response.redirect_chain == [(f"/pilot/{flow_session.pk}/pickup/", 302)]
    assert "Which policy matches?" in page
    assert "Pick up, continue" in page


@pytest.mark.parametrize(("way", "place"), [("continue", True), ("own", False)])
def test_pick_up_leads_into_the_same_session(
    as_senior: Client, senior: User, flow_session: FlowSession, way: str, place: bool
) -> None:
    handoff = handed_over(flow_session)
    response = as_senior.post(f"/escalations/{handoff.pk}/claim/", {"way": way}, follow=True)
    assert response.redirect_chain[-1][0] == f"/pilot/{flow_session.pk}/"
    flow_session.refresh_from_db()
    assert (flow_session.owner, bool(flow_session.place)) == (senior, place)


def test_second_pick_up_is_a_409_that_names_the_winner(flow_session: FlowSession, senior: User) -> None:
    handoff = claimed(flow_session, senior)
    late = Client()
    late.force_login(UserFactory(team=senior.team))
    response = late.post(f"/escalations/{handoff.pk}/claim/")
    assert response.status_code == 409
    assert "Sam Senior was first" in text(response)
    by_htmx = late.post(f"/escalations/{handoff.pk}/claim/", headers={"HX-Request": "true"})
    assert (by_htmx.status_code, by_htmx["HX-Redirect"]) == (409, handoff.get_absolute_url())


def test_pick_up_screen_after_the_claim_says_who_has_it(as_engineer: Client, senior: User) -> None:
    flow_session = started_session(UserFactory(team=senior.team))
    claimed(flow_session, senior)
    page = text(as_engineer.get(f"/pilot/{flow_session.pk}/pickup/"))
    assert "Sam Senior picked it up" in page
    assert "Pick up, continue" not in page


def test_author_takes_it_back_from_the_session(as_engineer: Client, flow_session: FlowSession) -> None:
    handoff = handed_over(flow_session)
    assert "Take back" in text(as_engineer.get(f"/pilot/{flow_session.pk}/"))
    as_engineer.post(f"/escalations/{handoff.pk}/take-back/")
    flow_session.refresh_from_db()
    assert flow_session.status == Status.ACTIVE


@pytest.mark.parametrize("intent", ["escalate", "park"])
def test_second_click_on_handing_over_counts_once(as_engineer: Client, flow_session: FlowSession, intent: str) -> None:
    data = {"intent": intent, "notes": "Which policy?"}
    first, again = [as_engineer.post(f"/pilot/{flow_session.pk}/handoff/", data) for _ in range(2)]
    assert (first.status_code, again.status_code) == (302, 302)
    assert flow_session.handoffs.filter(status=HandoffStatus.OPEN).count() == 1


def test_second_click_on_returning_counts_once(as_senior: Client, flow_session: FlowSession, senior: User) -> None:
    address = f"/escalations/{claimed(flow_session, senior).pk}/return/"
    assert [as_senior.post(address, {"text": " Set EAP "}).status_code for _ in range(2)] == [302, 302]
    assert as_senior.post(address, {"text": "Another word"}).status_code == 422


def test_second_click_on_answering_counts_once(as_senior: Client, flow_session: FlowSession) -> None:
    question = HandoffManager(flow_session.owner).ask(flow_session.pk, call=Call(notes="Which policy?"))
    address = f"/escalations/{question.pk}/answer/"
    assert [as_senior.post(address, {"text": "The third"}).status_code for _ in range(2)] == [302, 302]
    assert as_senior.post(address, {"text": "Another word"}).status_code == 409


def test_pick_up_screen_names_those_who_were_called_and_not_its_author(
    as_senior: Client, flow_session: FlowSession, senior: User
) -> None:
    author = flow_session.owner
    said = text(as_senior.get(f"/escalations/{claimed(flow_session, senior).pk}/"))
    assert "Also told Sam Senior" in said
    assert author.name not in said.partition("Also told")[2]


def test_advice_that_cannot_be_taken_is_shown_to_be_copied(
    as_senior: Client, flow_session: FlowSession, senior: User, lead: User
) -> None:
    handoff = claimed(flow_session, senior)
    HandoffManager(lead).reassign(flow_session.pk, target=lead)
    response = as_senior.post(f"/escalations/{handoff.pk}/return/", {"text": "Set EAP-TLS"})
    assert response.status_code == 422
    assert "Only who picked it up can return it." in text(response)
    assert f'hx-get="/escalations/{handoff.pk}/"' in response.content.decode()
    assert "Set EAP-TLS" in text(response)


def test_fix_that_cannot_be_taken_is_shown_to_be_copied(
    as_senior: Client, flow_session: FlowSession, senior: User
) -> None:
    handoff = claimed(flow_session, senior)
    response = as_senior.post(f"/escalations/{handoff.pk}/fix/", {"other": "Replaced the certificate"})
    assert (response.status_code, "Replaced the certificate" in text(response)) == (422, True)


def test_answer_that_somebody_else_gave_first_is_shown_to_be_copied(
    as_senior: Client, flow_session: FlowSession, senior: User, lead: User
) -> None:
    question = HandoffManager(flow_session.owner).ask(flow_session.pk, call=Call(notes="Which policy?"))
    HandoffManager(lead).answer(question.pk, text="The third one")
    response = as_senior.post(f"/escalations/{question.pk}/answer/", {"text": "Look at rule 12"})
    assert (response.status_code, "Look at rule 12" in text(response)) == (409, True)


def test_senior_returns_it_and_the_author_reads_the_advice(
    as_engineer: Client, as_senior: Client, senior: User, flow_session: FlowSession
) -> None:
    handoff = claimed(flow_session, senior)
    assert "Return it with advice" in text(as_senior.get(f"/pilot/{flow_session.pk}/"))
    as_senior.post(f"/escalations/{handoff.pk}/return/", {"text": "Set EAP-TLS"})
    assert "Sam Senior returned it: Set EAP-TLS" in text(as_engineer.get(f"/pilot/{flow_session.pk}/"))


def test_question_is_answered_on_its_own_page(as_senior: Client, engineer: User, flow_session: FlowSession) -> None:
    handoff = HandoffManager(engineer).ask(flow_session.pk, call=Call(notes="Which port?"))
    assert "Which port?" in text(as_senior.get(handoff.get_absolute_url()))
    empty = as_senior.post(f"/escalations/{handoff.pk}/answer/", {"text": ""})
    assert (empty.status_code, "This field is required." in text(empty)) == (422, True)
    as_senior.post(f"/escalations/{handoff.pk}/answer/", {"text": "443, TCP"})
    assert flow_session.records.last().answered == "443, TCP"


def test_what_fixed_it_is_one_click_beside_the_note(as_senior: Client, senior: User, flow_session: FlowSession) -> None:
    handoff = claimed(flow_session, senior)
    flow_session.refresh_from_db()
    resolve_session(flow_session.pk, by=senior, revision=flow_session.revision, outcome="resolved")
    assert "What fixed it?" in text(as_senior.get(f"/pilot/{flow_session.pk}/note/"))
    as_senior.post(f"/escalations/{handoff.pk}/fix/", {"step": "Restart the client"})
    handoff.refresh_from_db()
    assert handoff.fixed_by == "Restart the client"


def test_queue_shows_each_view_its_own(as_senior: Client, engineer: User, senior: User) -> None:
    titles = ("VPN down", "Printer parked", "Mail question", "Disk picked up")
    vpn, printer, mail, disk = (started_session(engineer, title=title) for title in titles)
    handed_over(vpn)
    handed_over(printer, intent=Intent.PARK)
    HandoffManager(engineer).ask(mail.pk, call=Call(notes="Why?"))
    claimed(disk, senior)
    expected = {"open": vpn, "parked": printer, "asked": mail, "picked_up": disk}
    for view, shown in expected.items():
        page = text(as_senior.get("/escalations/", {"view": view}))
        assert [title for title in titles if title in page] == [shown.title]


def test_queue_puts_the_soonest_due_first_on_every_page(as_senior: Client, engineer: User) -> None:
    for number in range(27):
        handed_over(started_session(engineer, title=f"Case {number:02}"), priority="low" if number % 2 else "high")
    first = as_senior.get("/escalations/")
    rest = as_senior.get("/escalations/", {"after": first.context["page"].older})
    rows = [*first.context["page"].rows, *rest.context["page"].rows]
    assert len({row.pk for row in rows}) == 27
    assert rows == sorted(rows, key=lambda row: (row.due_at, row.pk))


def test_queue_and_pick_up_screen_show_who_is_looking_at_it(
    as_engineer: Client, as_senior: Client, senior: User, flow_session: FlowSession
) -> None:
    handed_over(flow_session)
    here = f"/pilot/{flow_session.pk}/here/"
    assert f'hx-post="{here}"' in as_senior.get(f"/pilot/{flow_session.pk}/pickup/").content.decode()
    as_senior.post(here)
    assert "Sam Senior is here" in text(as_engineer.get("/escalations/", {"view": "mine"}))
    as_senior.post(f"/pilot/{flow_session.pk}/gone/")
    assert "is here" not in text(as_engineer.get("/escalations/", {"view": "mine"}))


def test_queue_shows_nothing_of_another_team(as_engineer: Client, outsider: User) -> None:
    handed_over(started_session(outsider, title="Secret of theirs"))
    assert "Secret of theirs" not in text(as_engineer.get("/escalations/"))


def test_sidebar_counts_what_waits_in_both_statuses(as_senior: Client, engineer: User) -> None:
    handed_over(started_session(engineer))
    older = handed_over(started_session(engineer))
    FlowSession.objects.filter(pk=older.flow_session_id).update(status=Status.REQUESTING_ESCALATION)
    assert "Escalations 2 open" in text(as_senior.get("/"))


def test_leads_bar_is_true_without_the_worker(client: Client, lead: User, engineer: User) -> None:
    client.force_login(lead)
    handoff = handed_over(started_session(engineer))
    assert "past its time" not in text(client.get("/"))
    SessionHandoff.objects.filter(pk=handoff.pk).update(due_at="2020-01-01T00:00Z")
    assert "1 handoff past its time." in text(client.get("/"))


def test_older_status_can_be_picked_up_from_its_screen(as_senior: Client, flow_session: FlowSession) -> None:
    handoff = handed_over(flow_session)
    FlowSession.objects.filter(pk=flow_session.pk).update(status=Status.REQUESTING_ESCALATION)
    assert as_senior.post(f"/escalations/{handoff.pk}/claim/").status_code == 302
    handoff.refresh_from_db()
    assert handoff.status == HandoffStatus.CLAIMED


def test_lead_assigns_a_session_of_somebody_who_left(client: Client, lead: User, flow_session: FlowSession) -> None:
    heir = UserFactory(team=lead.team, name="Ivy Heir")
    User.objects.filter(pk=flow_session.owner_id).update(is_active=False)
    client.force_login(lead)
    assert "Assign to" in text(client.get(f"/pilot/{flow_session.pk}/"))
    page = text(client.post(f"/pilot/{flow_session.pk}/assign/", {"target": heir.pk}, follow=True))
    assert "Ivy Heir has it now and is told." in page
    flow_session.refresh_from_db()
    assert flow_session.owner == heir


def test_assigning_is_not_offered_to_who_does_not_lead(as_senior: Client, flow_session: FlowSession) -> None:
    assert "Assign to" not in text(as_senior.get(f"/pilot/{flow_session.pk}/"))


def test_assigning_to_an_outsider_changes_nothing(
    client: Client, lead: User, flow_session: FlowSession, outsider: User
) -> None:
    client.force_login(lead)
    page = text(client.post(f"/pilot/{flow_session.pk}/assign/", {"target": outsider.pk}, follow=True))
    assert "Choose somebody else who works on sessions." in page
    owner = flow_session.owner
    flow_session.refresh_from_db()
    assert flow_session.owner == owner


def test_queue_tells_how_long_people_waited_this_week(as_senior: Client, engineer: User, senior: User) -> None:
    for minutes in (4, 6, 20):
        handoff = claimed(started_session(engineer), senior)
        waited = handoff.created_at + timedelta(minutes=minutes)
        SessionHandoff.objects.filter(pk=handoff.pk).update(claimed_at=waited)
        for actor, after in ((engineer, 1), (senior, 2 + minutes), (senior, 60)):
            acted = waited + timedelta(minutes=after)
            StepRecordFactory(flow_session=handoff.flow_session, actor=actor, entered_at=acted, ordinal=10 + after)
    old = claimed(started_session(engineer), senior)
    SessionHandoff.objects.filter(pk=old.pk).update(created_at=old.created_at - timedelta(days=8))
    page = text(as_senior.get("/escalations/", {"view": "picked_up"}))
    assert "Median to pick up this week: 6 min, and from there to the first action: 8 min." in page
    assert "after 20 min" in page


def test_bar_says_what_was_answered_until_the_next_step_is_entered(
    as_engineer: Client, engineer: User, flow_session: FlowSession, senior: User
) -> None:
    question = HandoffManager(engineer).ask(flow_session.pk, call=Call(notes="Which port?"))
    address = f"/pilot/{flow_session.pk}/handoff-bar/"
    assert "answered" not in text(as_engineer.get(address))
    HandoffManager(senior).answer(question.pk, text="Port 443.")
    for page in (address, f"/pilot/{flow_session.pk}/"):
        assert "Sam Senior answered: Port 443." in text(as_engineer.get(page))
    flow_session.refresh_from_db()
    answer_step(flow_session.pk, by=engineer, revision=flow_session.revision, choice=0, typed=Typed())
    assert "answered" not in text(as_engineer.get(address))


def test_bar_of_an_open_page_follows_the_handoff(as_engineer: Client, flow_session: FlowSession, senior: User) -> None:
    handoff = handed_over(flow_session)
    address = f"/pilot/{flow_session.pk}/handoff-bar/"
    assert "Waiting for a senior" in text(as_engineer.get(address))
    HandoffManager(senior).claim_handoff(handoff.pk)
    assert "Waiting" not in text(as_engineer.get(address))
    HandoffManager(senior).return_handoff(handoff.pk, advice="Restart it first.")
    assert "Sam Senior returned it: Restart it first." in text(as_engineer.get(address))
