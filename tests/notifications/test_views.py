from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.notifications.models import NoticePreference, Notification, QuietHours
from apps.notifications.services import mark_all_read
from apps.teams.models import User
from tests.factories.notifications import BELL_ONLY, BY_MAIL, NotificationFactory

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
LIST, BELL, PREFERENCES = "/notifications/", "/notifications/bell/", "/notifications/preferences/"
QUIET = {"quiet": "on", "start": "18:00", "end": "08:00", "days": ["0", "4"]}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_top_bar_shows_the_count_and_a_link_that_needs_no_script(as_engineer: Client, engineer: User) -> None:
    NotificationFactory.create_batch(3, recipient=engineer)
    page = text(as_engineer.get("/library/"))
    assert 'href="/notifications/" title="Notifications"' in page
    assert ">3 unread<" in page
    mark_all_read(by=engineer)
    assert "unread</span>" not in text(as_engineer.get("/library/"))


def test_top_bar_counts_with_one_statement(
    as_engineer: Client, engineer: User, django_assert_max_num_queries: Any
) -> None:
    NotificationFactory.create_batch(30, recipient=engineer)
    with django_assert_max_num_queries(6) as asked:
        as_engineer.get("/profile/")
    assert sum("notifications_notification" in query["sql"] for query in asked.captured_queries) == 1


def test_bell_without_htmx_leads_to_the_page(as_engineer: Client) -> None:
    assert as_engineer.get(BELL)["Location"] == LIST


def test_bell_answers_rows_count_and_actions(as_engineer: Client, engineer: User) -> None:
    action = {"label": "Resume", "url": "/pilot/7/go-on/", "primary": True, "fields": {"minutes": "60"}}
    NotificationFactory(recipient=engineer, title="Back: <VPN>", body="The vendor was to call.", actions=[action])
    response = as_engineer.get(BELL, headers=HTMX)
    bell = text(response)
    assert "Back: &lt;VPN&gt;" in bell
    assert "The vendor was to call." in bell
    assert 'action="/pilot/7/go-on/"' in bell
    assert '<input type="hidden" name="minutes" value="60">' in bell
    assert 'id="bell-count" data-unread="1" hx-swap-oob="true"' in bell
    assert "toast" not in bell
    assert response["Cache-Control"] == "no-store"


def test_bell_brings_a_toast_for_what_came_since_the_last_look(as_engineer: Client, engineer: User) -> None:
    looked = timezone.now() - timedelta(minutes=5)
    old = NotificationFactory(recipient=engineer, title="Old news", created_at=looked)
    NotificationFactory(recipient=engineer, title="Fresh news")
    bell = text(as_engineer.get(BELL, {"seen": str(old.pk)}, headers=HTMX))
    assert bell.count('class="toast"') == 1
    assert "Fresh news" in bell.split("#toasts")[1]


@pytest.mark.parametrize("seen", ["", "yesterday", "nan", "1e30", "-1e18"])
def test_bell_with_an_unreadable_look_brings_no_toast(as_engineer: Client, engineer: User, seen: str) -> None:
    NotificationFactory(recipient=engineer)
    response = as_engineer.get(BELL, {"seen": seen}, headers=HTMX)
    assert response.status_code == 200
    assert "toast" not in text(response)


def test_bell_of_nobody_told_says_what_it_is_for(as_engineer: Client) -> None:
    assert "Here you hear when" in text(as_engineer.get(BELL, headers=HTMX))


def test_list_pages_by_key_and_keeps_its_filter(as_engineer: Client, engineer: User) -> None:
    NotificationFactory.create_batch(26, recipient=engineer)
    NotificationFactory(recipient=engineer, read_at=timezone.now(), title="Read long ago")
    first = as_engineer.get(LIST, {"show": "unread"})
    assert "Read long ago" not in text(first)
    assert len(first.context["page"].rows) == 25
    second = as_engineer.get(LIST, {"show": "unread", "before": first.context["page"].older})
    assert len(second.context["page"].rows) == 1
    assert "show=unread&amp;before=" in text(first)
    assert 'href="/notifications/?show=unread" rel="prev"' in text(second)


def test_list_narrows_to_one_kind_and_forgets_an_unknown_one(as_engineer: Client, engineer: User, kinds: None) -> None:
    NotificationFactory(recipient=engineer, title="In the bell only")
    NotificationFactory(recipient=engineer, title="By mail too", notice=BY_MAIL.key)
    assert [row.title for row in as_engineer.get(LIST, {"kind": BY_MAIL.key}).context["page"].rows] == ["By mail too"]
    assert len(as_engineer.get(LIST, {"kind": "nothing.known"}).context["page"].rows) == 2


@pytest.mark.parametrize(("query", "words"), [({}, "Here you hear when"), ({"show": "unread"}, "No notification fits")])
def test_list_of_nothing_says_what_to_do(as_engineer: Client, query: dict[str, str], words: str) -> None:
    assert words in text(as_engineer.get(LIST, query))


def test_list_answers_htmx_with_its_rows_alone(as_engineer: Client) -> None:
    response = as_engineer.get(LIST, headers=HTMX)
    assert text(response).startswith('<div class="stack tight" id="notices"')


def test_list_costs_few_statements(as_engineer: Client, engineer: User, django_assert_max_num_queries: Any) -> None:
    NotificationFactory.create_batch(25, recipient=engineer)
    with django_assert_max_num_queries(5):
        as_engineer.get(LIST)


def test_open_marks_read_and_goes_there(as_engineer: Client, engineer: User) -> None:
    row = NotificationFactory(recipient=engineer, url="/library/?q=vpn")
    assert as_engineer.post(f"{LIST}{row.pk}/open/")["Location"] == "/library/?q=vpn"
    row.refresh_from_db()
    assert row.read_at


def test_read_and_unread_go_back_to_the_page_they_were_pressed_on(as_engineer: Client, engineer: User) -> None:
    row = NotificationFactory(recipient=engineer)
    for verb, is_read in (("read", True), ("unread", False)):
        response = as_engineer.post(f"{LIST}{row.pk}/{verb}/", headers={"referer": "http://testserver/library/?q=a"})
        assert response["Location"] == "/library/?q=a"
        row.refresh_from_db()
        assert bool(row.read_at) is is_read


@pytest.mark.parametrize("path", ["{pk}/read/", "{pk}/unread/", "read/"])
def test_change_by_htmx_swaps_nothing_and_rings_the_page(as_engineer: Client, engineer: User, path: str) -> None:
    row = NotificationFactory(recipient=engineer)
    response = as_engineer.post(LIST + path.format(pk=row.pk), headers=HTMX)
    assert (response.status_code, response["HX-Trigger"]) == (204, "bell")


def test_read_all_reads_ones_own(as_engineer: Client, engineer: User, lead: User) -> None:
    NotificationFactory(recipient=engineer)
    NotificationFactory(recipient=lead)
    as_engineer.post(f"{LIST}read/")
    assert [row.recipient for row in Notification.objects.filter(read_at=None)] == [lead]


@pytest.mark.parametrize("verb", ["open", "read", "unread"])
def test_notification_of_a_teammate_is_not_there(as_engineer: Client, lead: User, verb: str) -> None:
    row = NotificationFactory(recipient=lead)
    assert as_engineer.post(f"{LIST}{row.pk}/{verb}/").status_code == 404


def test_preferences_show_kinds_with_their_defaults(as_engineer: Client, kinds: None) -> None:
    page = text(as_engineer.get(PREFERENCES))
    assert f'name="email" value="{BY_MAIL.key}" checked' in page
    assert f'name="email" value="{BELL_ONLY.key}" aria' in page
    assert 'name="start" value="18:00"' in page


def test_preferences_are_saved_and_shown(as_engineer: Client, engineer: User, kinds: None) -> None:
    assert as_engineer.post(PREFERENCES, {"email": [BELL_ONLY.key], **QUIET}).status_code == 302
    assert list(NoticePreference.objects.filter(email=True).values_list("notice", flat=True)) == [BELL_ONLY.key]
    assert QuietHours.objects.get(person=engineer).days == [0, 4]
    page = text(as_engineer.get(PREFERENCES))
    assert f'name="email" value="{BELL_ONLY.key}" checked' in page
    assert f'name="email" value="{BY_MAIL.key}" aria' in page


def test_preferences_without_quiet_hours_need_no_times(as_engineer: Client, engineer: User) -> None:
    as_engineer.post(PREFERENCES, QUIET)
    as_engineer.post(PREFERENCES, {"start": "", "end": "", "email": []})
    assert not QuietHours.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"start": ""}, "start"), ({"end": ""}, "end"), ({"start": "25:00"}, "start"),
        ({"end": "18:00"}, "end"), ({"days": []}, "days"), ({"days": ["7"]}, "days"),
        ({"email": ["nothing.known"]}, "email"),
    ],
)  # fmt: skip
def test_preferences_that_are_wrong_say_so_beside_the_field_and_keep_what_was_typed(
    as_engineer: Client, wrong: dict[str, Any], field: str
) -> None:
    response = as_engineer.post(PREFERENCES, QUIET | wrong)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert f'id="id_{field}_error"' in text(response)
    assert 'name="quiet"' in text(response).split(" checked")[0].rsplit("<input", 1)[1]
    assert not QuietHours.objects.exists()


def test_profile_and_preferences_lead_to_each_other(as_engineer: Client) -> None:
    assert f'href="{PREFERENCES}"' in text(as_engineer.get("/profile/"))
    assert 'href="/profile/"' in text(as_engineer.get(PREFERENCES))
