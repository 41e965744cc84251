from django.urls import include, path

from apps.escalations.views import call, pickup, queue

pilot = [
    path("help/", call.help_panel, name="help"),
    path("handoff/", call.handoff, name="session-handoff"),
    path("escalate/", call.escalate, name="session-escalate"),
    path("pickup/", pickup.pickup, name="pickup"),
]
handoff = [
    path("", pickup.question, name="question"),
    path("claim/", pickup.claim, name="handoff-claim"),
    path("take-back/", pickup.take_back, name="handoff-take-back"),
    path("return/", pickup.give_back, name="handoff-return"),
    path("answer/", pickup.answer, name="handoff-answer"),
    path("fix/", pickup.fix, name="handoff-fix"),
]

app_name = "escalations"
urlpatterns = [
    path("pilot/<int:pk>/", include(pilot)),
    path("escalations/", queue.queue, name="queue"),
    path("escalations/count/", queue.count, name="count"),
    path("escalations/overdue/", queue.overdue, name="overdue"),
    path("escalations/<int:pk>/", include(handoff)),
]
