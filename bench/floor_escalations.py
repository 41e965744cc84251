"""Bare views over the rows of handoffs."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone

from apps.core.models import LiveEvent
from apps.escalations.models import Intent, SessionHandoff
from apps.notifications.models import Notification
from apps.sessions.models import FlowSession, RecordKind, Status, StepRecord
from apps.teams.models import User

PAGE = 25
HEAD = "<!doctype html><title>{{ user.name }}</title>"
QUEUE = engines["django"].from_string(
    HEAD + "<table>{% for handoff in handoffs %}<tr><td>{{ handoff.flow_session.title }} "
    "{{ handoff.flow_session.client.name }}</td><td>{{ handoff.get_intent_display }}</td><td>{{ handoff.created_by }}"
    "</td><td>{{ handoff.target }}</td><td>{{ handoff.created_at }}</td><td>{{ handoff.due_at }}</td>"
    '<td><form method="post">{% csrf_token %}<button>Pick up</button></form></td></tr>{% endfor %}</table>'
)
PICKUP = engines["django"].from_string(
    HEAD + "<h1>{{ handoff.flow_session.title }}</h1>{{ handoff.flow_session.client.name }} {{ handoff.notes }}"
    "<ol>{% for record in records %}<li>{{ record.left_at }} {{ record.asked }} {{ record.answered }} {{ record.note }}"
    '</li>{% endfor %}</ol><form method="post">{% csrf_token %}<button>Pick up</button></form>'
)


@login_required
def escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows of an escalation, each written by itself, and nothing checked but who may see the session."""
    now, me = timezone.now(), request.user
    with transaction.atomic():
        flow_session = FlowSession.objects.visible_to(me).select_for_update().get(pk=pk)
        record = StepRecord.objects.create(
            team_id=me.team_id, flow_session=flow_session, ordinal=flow_session.last_ordinal + 1, actor=me,
            kind=RecordKind.HANDOFF, asked="Escalated", note=request.POST["notes"], entered_at=now, left_at=now,
        )  # fmt: skip
        handoff = SessionHandoff.objects.create(
            team_id=me.team_id, flow_session=flow_session, intent=Intent.ESCALATE, notes=request.POST["notes"],
            created_by=me, created_at=now, from_ordinal=record.ordinal, due_at=now + timedelta(hours=1),
        )  # fmt: skip
        flow_session.status, flow_session.clock_at, flow_session.last_ordinal = Status.ESCALATED, None, record.ordinal
        flow_session.save()
        for person in User.objects.filter(team=me.team_id, is_senior=True).exclude(pk=me.pk):
            Notification.objects.create(
                team_id=me.team_id, recipient=person, notice="handoff.open", subject=handoff.subject, by=me,
                title="Needs a senior", url=handoff.get_absolute_url(), created_at=now,
            )  # fmt: skip
            LiveEvent.objects.create(channel=f"user-{person.pk}", name="bell", data={})
        for name in ("handoff", "session-listed"):
            LiveEvent.objects.create(channel=f"team-{me.team_id}", name=name, data={"session": pk})
    return HttpResponse(headers={"HX-Redirect": f"/pilot/{pk}/"})


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    rows = SessionHandoff.objects.visible_to(request.user).open().filter(intent=Intent.ESCALATE)
    rows = rows.select_related("flow_session__client", "created_by", "target").order_by("due_at", "pk")
    return HttpResponse(QUEUE.render({"handoffs": rows[:PAGE]}, request))


@login_required
def pickup(request: HttpRequest, pk: int) -> HttpResponse:
    rows = SessionHandoff.objects.visible_to(request.user).select_related("flow_session__client")
    handoff = rows.get(flow_session_id=pk)
    return HttpResponse(PICKUP.render({"handoff": handoff, "records": handoff.flow_session.records.all()}, request))


urlpatterns = [
    path("floor/escalate/<int:pk>/", escalate),
    path("floor/queue/", queue),
    path("floor/pickup/<int:pk>/", pickup),
]
