"""A bare preview: the session, its records and its ticket, and a form; nothing is searched or rendered as a note."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from apps.psa.models import Connection
from apps.sessions.models import FlowSession

PREVIEW = engines["django"].from_string(
    "<!doctype html><title>{{ user.name }}</title><h1>{{ flow_session.ticket }} {{ connection }}</h1>"
    "<ol>{% for record in records %}<li>{{ record.left_at }} {{ record.asked }} {{ record.answered }} {{ record.note }}"
    '</li>{% endfor %}</ol><form method="post">{% csrf_token %}<input name="hours"><button>Send now</button></form>'
)


@login_required
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    flow_session = FlowSession.objects.visible_to(request.user).select_related("ticket", "client", "owner").get(pk=pk)
    context = {"flow_session": flow_session, "records": flow_session.records.all()}
    context["connection"] = Connection.objects.visible_to(request.user).live().get()
    return HttpResponse(PREVIEW.render(context, request))


urlpatterns = [path("floor/push/<int:pk>/", preview)]
