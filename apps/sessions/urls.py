from django.urls import include, path

from apps.sessions.views import desk, lifecycle, moves, presence, work

pilot = [
    path("", desk.session, name="session"),
    path("answer/", moves.answer, name="session-answer"),
    path("skip/", moves.skip, name="session-skip"),
    path("enter/", moves.enter, name="session-enter"),
    path("leave/", moves.leave, name="session-leave"),
    path("back/", moves.back, name="session-back"),
    path("jump/", moves.jump, name="session-jump"),
    path("done-before/", moves.done_before, name="session-done-before"),
    path("own-step/", moves.own_step, name="session-own-step"),
    path("add-note/", moves.note, name="session-note"),
    path("fields/", moves.fields, name="session-fields"),
    path("flow/<int:flow_pk>/", moves.flow, name="session-flow"),
    path("draft/<slug:field>/", moves.draft, name="session-draft"),
    path("pause/", lifecycle.pause, name="session-pause"),
    path("finish/", lifecycle.finish, name="session-finish"),
    path("closing-note/", lifecycle.closing_note, name="session-closing-note"),
    path("abandon/", lifecycle.abandon, name="session-abandon"),
    path("go-on/", lifecycle.go_on, name="session-go-on"),
    path("snooze/", lifecycle.snooze, name="session-snooze"),
    path("here/", presence.here, name="session-here"),
    path("gone/", presence.gone, name="session-gone"),
    path("away/", lifecycle.away, name="session-away"),
    path("secret/<slug:name>/", lifecycle.secret, name="session-secret"),
    path("open/<slug:name>/", desk.panel_page, name="session-panel"),
]

app_name = "sessions"
urlpatterns = [
    path("sessions/", work.session_list, name="session-list"),
    path("pilot/start/", work.start, name="session-start"),
    path("pilot/suggest/", work.suggest, name="session-suggest"),
    path("pilot/call/", work.call, name="session-call"),
    path("pilot/<int:pk>/", include(pilot)),
]
