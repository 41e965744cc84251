import re

import pytest
from django.template import Context, Template
from django.test import Client as Browser
from django.urls import reverse

from apps.documentation.models import RestoredHit
from apps.documentation.selectors import safe_note_of
from apps.sessions.models import FlowSession, Status
from apps.sessions.rows import recent_of
from apps.teams.models import User
from tests.documentation.conftest import SECRET
from tests.factories.sessions import StepRecordFactory


def url(flow_session: FlowSession, name: str = "note-page", *args: str) -> str:
    return reverse(f"documentation:{name}", args=[flow_session.pk, *args])


def page(browser: Browser, flow_session: FlowSession) -> str:
    return browser.get(url(flow_session)).content.decode()


def first_fingerprint(flow_session: FlowSession) -> str:
    return safe_note_of(flow_session).removed[0].fingerprint


def withhold(flow_session: FlowSession) -> None:
    flow_session.secrets = {"vpn_key": "no token"}
    flow_session.save()


def test_note_page_shows_three_views_without_the_secret(as_engineer: Browser, flow_session: FlowSession) -> None:
    shown = page(as_engineer, flow_session)
    assert SECRET not in shown
    assert '<span class="hid">[password removed]</span>' in shown
    assert "## Steps" in shown
    assert "\nSteps\n" in shown


def test_note_page_is_headed_without_the_secret(as_engineer: Browser, flow_session: FlowSession) -> None:
    FlowSession.objects.filter(pk=flow_session.pk).update(title=f"VPN password is {SECRET}", ticket=None)
    assert SECRET not in page(as_engineer, flow_session)
    withhold(flow_session)
    assert SECRET not in page(as_engineer, flow_session)


def test_note_page_is_not_stored_by_the_browser(as_engineer: Browser, flow_session: FlowSession) -> None:
    assert as_engineer.get(url(flow_session))["Cache-Control"] == "no-store"


def test_note_page_counts_what_was_removed_and_offers_it_back(as_engineer, flow_session: FlowSession) -> None:
    shown = page(as_engineer, flow_session)
    assert "Removed: password × 1." in shown
    assert url(flow_session, "note-restore", first_fingerprint(flow_session)) in shown


def test_note_page_of_open_work_says_that_it_is_incomplete(as_engineer: Browser, flow_session: FlowSession) -> None:
    FlowSession.objects.filter(pk=flow_session.pk).update(status=Status.ACTIVE, ended_at=None, outcome="")
    assert page(as_engineer, flow_session).count("Incomplete: work is still going on.") >= 4


def test_note_page_tells_what_was_let_back_in(as_engineer, engineer: User, flow_session: FlowSession) -> None:
    as_engineer.post(url(flow_session, "note-restore", first_fingerprint(flow_session)))
    assert "Nothing is removed. Restored by a person: 1." in page(as_engineer, flow_session)


def test_open_note_page_follows_its_session(as_engineer: Browser, flow_session: FlowSession) -> None:
    shown = page(as_engineer, flow_session)
    events = f"session-moved:{flow_session.pk} from:body, session-listed:{flow_session.pk} from:body"
    assert f'hx-get="{url(flow_session)}" hx-trigger="{events}' in shown
    flow_session.closing_note = "Added later."
    flow_session.save()
    asked = as_engineer.get(url(flow_session), headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    part = asked.content.decode()
    assert "<html" not in part
    assert part.count("Added later.") >= 4
    assert re.findall(r'id="([\w-]+)"[^>]* hx-swap-oob="true"', part) == ["note-facts", "removed"]


def test_note_page_of_hostile_text_makes_no_markup(as_engineer: Browser, flow_session: FlowSession) -> None:
    StepRecordFactory(flow_session=flow_session, ordinal=99, asked="</textarea></pre><script>x</script>")
    assert "<script>x" not in page(as_engineer, flow_session)


def test_note_page_for_a_viewer_offers_no_restoring(client: Browser, viewer: User, flow_session: FlowSession) -> None:
    client.force_login(viewer)
    shown = page(client, flow_session)
    assert "[password removed]" in shown
    assert "note/restore/" not in shown


def test_note_page_that_fails_shows_why_and_nothing_else(as_engineer: Browser, flow_session: FlowSession) -> None:
    withhold(flow_session)
    response = as_engineer.get(url(flow_session))
    shown = response.content.decode()
    assert response.status_code == 503
    assert "cannot be read with the present encryption keys" in shown
    assert "Laptop password" not in shown
    assert "rf-copy" not in shown


@pytest.mark.parametrize(
    ("kind", "content_type", "start"),
    [("md", "text/markdown", "# VPN"), ("txt", "text/plain", "VPN does"), ("html", "text/html", "<!doctype html>")],
)
def test_note_download_is_a_file_named_after_the_ticket(as_engineer, flow_session, kind, content_type, start) -> None:
    response = as_engineer.get(url(flow_session, "note-download", kind))
    assert response["Content-Type"] == f"{content_type}; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="ticket-48213-note.{kind}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    assert response.content.decode().startswith(start)
    assert SECRET not in response.content.decode()


def test_note_download_without_a_ticket_is_named_after_the_session(as_engineer, flow_session: FlowSession) -> None:
    FlowSession.objects.filter(pk=flow_session.pk).update(ticket=None)
    response = as_engineer.get(url(flow_session, "note-download", "txt"))
    assert f"session-{flow_session.pk}-note.txt" in response["Content-Disposition"]


def test_note_download_of_a_hostile_ticket_number_has_a_plain_name(as_engineer, flow_session: FlowSession) -> None:
    flow_session.ticket.number = '48"\r\nX: ../é'
    flow_session.ticket.save()
    response = as_engineer.get(url(flow_session, "note-download", "txt"))
    assert response["Content-Disposition"] == 'attachment; filename="ticket-48-X-note.txt"'


def test_note_download_of_an_unknown_kind_is_404(as_engineer: Browser, flow_session: FlowSession) -> None:
    assert as_engineer.get(url(flow_session, "note-download", "pdf")).status_code == 404


def test_note_download_that_fails_leads_to_the_page_that_says_why(as_engineer, flow_session: FlowSession) -> None:
    withhold(flow_session)
    response = as_engineer.get(url(flow_session, "note-download", "md"))
    assert response["Location"] == url(flow_session)


def test_note_restore_and_remove_lead_back_to_the_note(as_engineer: Browser, flow_session: FlowSession) -> None:
    fingerprint = first_fingerprint(flow_session)
    restored = as_engineer.post(url(flow_session, "note-restore", fingerprint), follow=True).content.decode()
    assert SECRET in restored
    assert f"restored by {flow_session.owner.name}" in restored
    removed = as_engineer.post(url(flow_session, "note-remove", fingerprint), follow=True).content.decode()
    assert SECRET not in removed


def test_note_restore_of_an_unknown_value_says_so(as_engineer: Browser, flow_session: FlowSession) -> None:
    response = as_engineer.post(url(flow_session, "note-restore", "0" * 64), follow=True)
    assert "That value is not in the note any more" in response.content.decode()


@pytest.mark.parametrize("name", ["note-restore", "note-remove"])
def test_note_restore_for_a_viewer_is_forbidden(client: Browser, viewer: User, flow_session, name: str) -> None:
    client.force_login(viewer)
    assert client.post(url(flow_session, name, first_fingerprint(flow_session))).status_code == 403
    assert not RestoredHit.objects.exists()


@pytest.mark.parametrize("name", ["note-restore", "note-remove"])
def test_note_restore_by_get_is_refused(as_engineer: Browser, flow_session: FlowSession, name: str) -> None:
    assert as_engineer.get(url(flow_session, name, "0" * 64)).status_code == 405


@pytest.mark.parametrize(
    ("name", "args"),
    [("note-page", []), ("note-download", ["md"]), ("note-restore", ["0" * 64]), ("note-remove", ["0" * 64])],
)
def test_note_of_another_team_is_404(client: Browser, outsider: User, flow_session, name, args) -> None:
    client.force_login(outsider)
    method = client.post if name in ("note-restore", "note-remove") else client.get
    assert method(url(flow_session, name, *args)).status_code == 404


def live_note(flow_session: FlowSession) -> str:
    template = Template("{% load documentation %}{% live_note flow_session recent %}")
    return template.render(Context({"flow_session": flow_session, "recent": recent_of(flow_session)}))


def test_live_note_shows_the_redacted_note_and_its_page(flow_session: FlowSession) -> None:
    shown = live_note(flow_session)
    assert "<h3>Steps</h3>" in shown
    assert SECRET not in shown
    assert "Removed: password × 1." in shown
    assert url(flow_session) in shown


def test_live_note_that_fails_says_why_and_shows_nothing(flow_session: FlowSession) -> None:
    withhold(flow_session)
    shown = live_note(flow_session)
    assert "cannot be read with the present encryption keys" in shown
    assert "Laptop password" not in shown
