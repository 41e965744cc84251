from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.psa.demo_stock import stock_demo
from apps.psa.models import DemoFile, DemoTicket, DemoTime
from apps.psa.views.demo import PAGE
from apps.teams.models import User
from tests.factories.psa import ConnectionFactory

pytestmark = pytest.mark.django_db
LIST = reverse("psa:demo-tickets")


def page(browser: Browser, url: str) -> str:
    return browser.get(url).content.decode()


def test_list_says_that_it_is_a_demo_and_shows_the_teams_tickets(as_engineer: Browser, engineer: User) -> None:
    stock_demo(ConnectionFactory(team=engineer.team))
    html = page(as_engineer, LIST)
    assert "a PSA that exists only here" in html
    assert "#1004 Nobody can print on the second floor" in html
    assert html.count('class="row"') == 12


def test_list_without_tickets_says_what_to_do(as_engineer: Browser) -> None:
    assert "An administrator connects it" in page(as_engineer, LIST)


def test_list_goes_on_behind_the_last_row(as_engineer: Browser, engineer: User) -> None:
    DemoTicket.objects.bulk_create(
        DemoTicket(team=engineer.team, number=number, title="x") for number in range(1, PAGE + 2)
    )
    html = page(as_engineer, LIST)
    assert f"#{PAGE + 1} x" in html
    assert "#1 x" not in html
    (older,) = [part.split('"')[0] for part in html.split('href="')[1:] if part.startswith("?before=")]
    assert "#1 x" in page(as_engineer, LIST + older.replace("&amp;", "&"))


def test_ticket_marks_what_the_client_can_see(as_engineer: Browser, engineer: User) -> None:
    stock_demo(ConnectionFactory(team=engineer.team))
    html = page(as_engineer, reverse("psa:demo-ticket", args=[1004]))
    public, internal = html.index("ground floor until then"), html.index("does not answer from outside")
    assert html.rindex("The client can see it", 0, public) < public < html.rindex("Internal", 0, internal) < internal


def test_ticket_shows_time_and_files(as_engineer: Browser, engineer: User) -> None:
    ticket = DemoTicket.objects.create(team=engineer.team, number=1, title="<b>x</b>", body="<script>y</script>")
    DemoTime.objects.create(team=ticket.team, ticket=ticket, marker="a", hours=Decimal("0.25"), text="Looked")
    DemoFile.objects.create(team=ticket.team, ticket=ticket, marker="whole.md", content=b"z")
    html = page(as_engineer, reverse("psa:demo-ticket", args=[1]))
    assert "0.25 h" in html
    assert "whole.md" in html
    assert "<b>x</b>" not in html
    assert "<script>y" not in html


def test_tickets_of_another_team_are_not_there(client: Browser, engineer: User, outsider: User) -> None:
    stock_demo(ConnectionFactory(team=engineer.team))
    client.force_login(outsider)
    assert "#1004" not in page(client, LIST)
    assert client.get(reverse("psa:demo-ticket", args=[1004])).status_code == 404
