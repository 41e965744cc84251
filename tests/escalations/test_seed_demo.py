import pytest
from django.core.management import CommandError, call_command

from apps.core.egress import Reason
from apps.escalations.models import SessionHandoff
from apps.escalations.selectors import VIEWS
from apps.notifications.models import Notification
from apps.psa.line import psa_of
from apps.psa.models import Connection, Ticket
from apps.sessions.models import FlowSession, Status
from apps.teams.models import Team, User
from tests import rows


@pytest.fixture(scope="class")
def made(django_db_setup, django_db_blocker):
    with rows.shared(django_db_blocker, lambda: call_command("seed_demo", sessions=12, verbosity=0)):
        yield


@pytest.fixture
def seeded(made, db):
    """The demo data, made once for all."""


class TestSeeded:
    def test_seed_demo_makes_every_role_and_plausible_sessions(self, seeded):
        assert {user.role for user in User.objects.all()} == {"super_admin", "team_admin", "engineer", "viewer"}
        assert User.objects.get(email="engineer@demo.example").check_password("demo-password")
        finished = FlowSession.objects.filter(team__name="Demo MSP", status=Status.RESOLVED)
        assert finished.count() == 12
        for flow_session in finished:
            records = list(flow_session.records.all())
            assert flow_session.active_seconds == sum(record.active_seconds for record in records) > 0
            assert flow_session.started_at == records[0].entered_at < records[-1].left_at == flow_session.ended_at
        assert {"active", "paused", "prepared"} <= set(FlowSession.objects.values_list("status", flat=True))

    def test_seed_demo_leaves_news_in_the_bells(self, seeded):
        told = {email: [row.notice for row in Notification.objects.filter(recipient__email=email).order_by("id")]
                for email in ("engineer@demo.example", "admin@demo.example")}  # fmt: skip
        assert told["engineer@demo.example"] == ["session.note_added", "session.note_added", "session.woke"]
        assert told["admin@demo.example"] == ["session.woke"]
        assert Notification.objects.exclude(read_at=None).count() == 1

    def test_seed_demo_puts_something_into_every_view_of_the_queue(self, seeded, client):
        client.force_login(User.objects.get(email="senior@demo.example"))
        counts = {view: len(client.get("/escalations/", {"view": view}).context["page"].rows) for view in VIEWS}
        assert counts == {"open": 1, "asked": 1, "parked": 1, "picked_up": 1, "mine": 0}

    def test_seed_demo_a_second_time_changes_nothing(self, seeded):
        before = FlowSession.objects.count(), Team.objects.count()
        call_command("seed_demo", verbosity=0)
        assert (FlowSession.objects.count(), Team.objects.count()) == before

    def test_seed_demo_connects_the_demo_psa_that_knows_every_ticket_and_person(self, seeded):
        connection = Connection.objects.get(team__name="Demo MSP")
        psa = psa_of(connection, why=Reason.to("a test", team=connection.team))
        for ticket in Ticket.objects.filter(team=connection.team):
            assert ticket.connection == connection
            assert psa.get_ticket(ticket.number).title == ticket.title
        people = User.objects.filter(team=connection.team)
        assert {member.user for member in connection.members.all()} == set(people)
        assert not Connection.objects.exclude(pk=connection.pk).exists()

    def test_check_tenancy_passes_on_demo_data_with_the_starter_library(self, seeded, capsys):
        call_command("check_tenancy")
        assert "none crosses teams" in capsys.readouterr().out


def test_seed_demo_hands_nothing_over_where_that_is_not_wanted(db):
    call_command("seed_demo", sessions=0, handoffs=False, verbosity=0)
    assert not SessionHandoff.objects.exists()


def test_seed_demo_in_production_is_refused(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("seed_demo")
    assert not Team.objects.exists()
