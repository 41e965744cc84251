"""The bell, the page of all notifications, and what a person wants to be told by e-mail."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.http import render_page_or_fragment, wants_fragment
from apps.core.permissions import Permission, allow, page_of
from apps.notifications.forms import PreferencesForm
from apps.notifications.kinds import KINDS, NoticeKind
from apps.notifications.models import Notification
from apps.notifications.selectors import bell_of, notifications_page
from apps.notifications.services import mark_all_read, save_preferences, set_read
from apps.teams.requests import UserRequest


@require_safe
@cache_control(no_store=True)
@allow(Permission.READ_NOTIFICATIONS)
def bell(request: UserRequest) -> HttpResponse:
    """What the bell holds, and a toast for each notification that came after `seen`, the newest of the last answer."""
    if not wants_fragment(request):
        return redirect("notifications:notification-list")
    return render(request, "notifications/_bell.html", {"bell": bell_of(request.user, _seen(request))})


def _seen(request: UserRequest) -> int | None:
    text = request.GET.get("seen", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


@require_safe
@allow(Permission.READ_NOTIFICATIONS)
def notification_list(request: UserRequest) -> HttpResponse:
    """All notifications, the newest first; narrowed to the unread ones, to one kind, or both."""
    show, kind = request.GET.get("show", ""), request.GET.get("kind", "")
    unread, notice = show == "unread", kind if kind in KINDS else ""
    page = notifications_page(request.user, unread=unread, notice=notice, cursor=request.GET.get("before", ""))
    context = {"page": page, "unread": unread, "notice": notice, "kinds": _kinds()}
    return render_page_or_fragment(request, "notifications/list.html", "notifications/_list.html", context)


def _kinds() -> list[NoticeKind]:
    return sorted(KINDS.values(), key=lambda kind: kind.label)


@require_POST
@allow(Permission.READ_NOTIFICATIONS)
def open_notification(request: UserRequest, pk: int) -> HttpResponse:
    """Go to what it is about; it counts as read."""
    return redirect(_set_read(request, pk, read=True).url)


@require_POST
@allow(Permission.READ_NOTIFICATIONS)
def read(request: UserRequest, pk: int) -> HttpResponse:
    _set_read(request, pk, read=True)
    return _changed(request)


@require_POST
@allow(Permission.READ_NOTIFICATIONS)
def unread(request: UserRequest, pk: int) -> HttpResponse:
    _set_read(request, pk, read=False)
    return _changed(request)


@require_POST
@allow(Permission.READ_NOTIFICATIONS)
def read_all(request: UserRequest) -> HttpResponse:
    mark_all_read(by=request.user)
    return _changed(request)


def _set_read(request: UserRequest, pk: int, *, read: bool) -> Notification:
    try:
        return set_read(pk, by=request.user, read=read)
    except Notification.DoesNotExist as unknown:
        raise Http404 from unknown


def _changed(request: UserRequest) -> HttpResponse:
    """The event `bell` makes every list on the page ask for itself anew."""
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Trigger": "bell"})
    return redirect(page_of(request))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.READ_NOTIFICATIONS)
def preferences(request: UserRequest) -> HttpResponse:
    """What a person is told by e-mail too, and when not."""
    form = PreferencesForm(request.POST if request.method == "POST" else None, person=request.user)
    if form.is_valid():
        save_preferences(by=request.user, email=form.cleaned_data["email"], quiet=form.quiet_hours)
        messages.success(request, "Your notification settings are saved.")
        return redirect("notifications:preferences")
    context = {"form": form, "kinds": _kinds()}
    return render(request, "notifications/preferences.html", context, status=422 if form.is_bound else 200)
