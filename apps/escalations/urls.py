from django.urls import include, path

from apps.escalations.views import assign, call, pickup, queue, rules, shift_end

pilot = [
    path("help/", call.help_panel, name="help"),
    path("handoff/", call.handoff, name="session-handoff"),
    path("escalate/", call.escalate, name="session-escalate"),
    path("assign/", assign.assign, name="assign"),
    path("handoff-bar/", pickup.bar, name="handoff-bar"),
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
    path("escalations/shift-end/", shift_end.shift_end, name="shift-end"),
    path("escalations/rules/", rules.rules, name="rules"),
    path("escalations/rules/holidays/", rules.holiday_add, name="holiday-add"),
    path("escalations/rules/holidays/<int:pk>/remove/", rules.holiday_remove, name="holiday-remove"),
    path("escalations/rules/on-call/", rules.shift_add, name="shift-add"),
    path("escalations/rules/on-call/<int:pk>/remove/", rules.shift_remove, name="shift-remove"),
    path("escalations/count/", queue.count, name="count"),
    path("escalations/overdue/", queue.overdue, name="overdue"),
    path("escalations/<int:pk>/", include(handoff)),
]
