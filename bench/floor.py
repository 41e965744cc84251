"""What our actions are measured against: bare Django views with session, login and CSRF over the same rows."""

from functools import reduce
from operator import or_

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import timezone

from apps.flows.models import Flow
from apps.notifications.models import Notification
from apps.sessions.models import FlowSession, RecordKind, StepRecord

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
PAGE = 25

FORM = '<form method="post">{% csrf_token %}<input name="note"><button>Save</button></form>'
HEAD = "<!doctype html><title>{{ user.name }}</title>"
FRAGMENT = engines["django"].from_string(f"<p>{{{{ record.asked }}}}: {{{{ record.answered }}}}</p>{FORM}")
FLOWS = engines["django"].from_string(
    HEAD + '<ul>{% for flow in flows %}<li><a href="/library/{{ flow.pk }}/">{{ flow.title }}</a> {{ flow.summary }} '
    "{{ flow.category.name }} {{ flow.runs }} {{ flow.updated_at }}</li>{% endfor %}</ul>"
)
SESSION = engines["django"].from_string(
    HEAD + "<h1>{{ flow_session.title }}</h1>{{ flow_session.client.name }} {{ flow_session.ticket.number }}"
    "<ol>{% for record in records %}<li>{{ record.left_at }} {{ record.asked }} {{ record.answered }} "
    f"{{{{ record.note }}}} {{{{ record.actor.name }}}}</li>{{% endfor %}}</ol>{FORM}"
)
NOTIFICATIONS = engines["django"].from_string(
    HEAD + "<ul>{% for row in rows %}<li>{{ row.title }} {{ row.body }} {{ row.created_at }} "
    f'<a href="{{{{ row.url }}}}">Open</a>{FORM}</li>{{% endfor %}}</ul>'
)


@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    with transaction.atomic():
        record = StepRecord.objects.create(
            team_id=request.user.team_id,
            flow_session_id=pk,
            ordinal=int(request.POST["revision"]) + 1,
            kind=RecordKind.QUESTION,
            asked="Who is affected?",
            answered=request.POST["choice"],
            note=request.POST["note"],
            actor=request.user,
            entered_at=now,
            left_at=now,
        )
        FlowSession.objects.filter(pk=pk).update(revision=F("revision") + 1, step_entered_at=now)
    return HttpResponse(FRAGMENT.render({"record": record}, request))


@login_required
def library(request: HttpRequest) -> HttpResponse:
    flows = Flow.objects.visible_to(request.user).live().select_related("category")
    if words := request.GET.get("q"):
        flows = flows.filter(reduce(or_, (Q(title__icontains=word) for word in words.split())))
    return HttpResponse(FLOWS.render({"flows": flows.order_by("-runs")[:PAGE]}, request))


@login_required
def session(request: HttpRequest, pk: int) -> HttpResponse:
    rows = FlowSession.objects.visible_to(request.user).select_related("client", "ticket")
    flow_session = rows.get(pk=pk)
    records = flow_session.records.select_related("actor")
    return HttpResponse(SESSION.render({"flow_session": flow_session, "records": records}, request))


@login_required
def notifications(request: HttpRequest, count: int) -> HttpResponse:
    told = Notification.objects.filter(recipient=request.user, withdrawn_at=None)
    rows = told.order_by("-created_at", "-id")
    return HttpResponse(NOTIFICATIONS.render({"rows": rows[:count]}, request))


urlpatterns = [
    path("floor/answer/<int:pk>/", answer),
    path("floor/library/", library),
    path("floor/notifications/<int:count>/", notifications),
    path("floor/session/<int:pk>/", session),
    path("", include("bench.floor_escalations")),
    path("", include("bench.floor_push")),
    path("", include("resolutionflow.urls")),
]
