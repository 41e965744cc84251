"""What became of what left, on an open page: it moves by itself, and a person's decision is carried out."""

from datetime import timedelta

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from apps.core.models import OutboxMessage, OutboxState
from apps.core.outbox.lease import claim, give_back
from apps.core.permissions import Role
from apps.teams.models import User
from resolutionflow.urls import urlpatterns as product
from tests.factories.outbox import OutboxMessageFactory
from tests.factories.teams import UserFactory
from tests.journeys.browser import (
    look_at,
    sign_in,
)

PAGE = """{% extends "base.html" %}{% load outbox %}{% block title %}Sent{% endblock %}
{% block main %}<div class="page"><h1 tabindex="-1">Sent</h1>
<section class="card" aria-label="Sent">{% outbox "session:1" %}</section></div>{% endblock %}"""


def sent(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


urlpatterns = [*product, path("sent/", sent)]


@pytest.fixture
def lead(settings: Settings, transactional_db: None) -> User:
    settings.ROOT_URLCONF = __name__
    return UserFactory(role=Role.TEAM_ADMIN)


def row(by: User, state: OutboxState, **fields: object) -> OutboxMessage:
    return OutboxMessageFactory(team=by.team, state=state, **fields)


def test_row_on_an_open_page_moves_by_itself_and_takes_a_decision(page: Page, lead: User) -> None:
    row(lead, OutboxState.PENDING)
    sign_in(page, lead)
    page.goto("/sent/")
    expect(page.get_by_text("Queued")).to_be_visible()
    message = claim("quick")
    message.sent_at = timezone.now()
    give_back(message, state=OutboxState.UNKNOWN, error="No answer came back. It may have arrived.")
    expect(page.get_by_text("Needs a hand")).to_be_visible()
    expect(page.get_by_text("It may have arrived.")).to_be_visible()
    page.get_by_role("button", name="It arrived").click()
    expect(page.get_by_text("Seen there by a person")).to_be_visible()
    expect(page.get_by_text("Noted as arrived.")).to_be_visible()
    assert OutboxMessage.objects.get().handled_by == lead


def test_rows_in_every_state_fit_and_have_no_barrier(page: Page, lead: User) -> None:
    late = timezone.now() + timedelta(minutes=5)
    row(lead, OutboxState.PENDING)
    row(lead, OutboxState.PENDING, error="The receiver is busy.", due_at=late)
    row(lead, OutboxState.RUNNING, sent_at=timezone.now(), due_at=late)
    row(lead, OutboxState.DONE, sent_at=timezone.now())
    row(lead, OutboxState.FAILED, error="The address of the channel is wrong. Put it right, then try again.")
    row(lead, OutboxState.UNKNOWN, error="It was sent, and no answer came back. It may have arrived.")
    row(lead, OutboxState.CANCELLED)
    sign_in(page, lead)
    page.goto("/sent/")
    look_at(page, "outbox")
