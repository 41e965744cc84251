"""The team's chat channels: where notices are posted to, and what became of the last post."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.http import render_page_or_fragment, wants_fragment
from apps.core.permissions import Permission, allow
from apps.notifications.forms import ChannelForm
from apps.notifications.models import TeamChannel
from apps.notifications.selectors import channel_rows
from apps.notifications.team_channels import remove_channel, save_channel, send_test, switch_channel
from apps.teams.requests import UserRequest


@require_safe
@allow(Permission.ADMIN_TEAM)
def channel_list(request: UserRequest) -> HttpResponse:
    return _list(request)


def _list(request: UserRequest) -> HttpResponse:
    context = {"rows": channel_rows(request.user)}
    return render_page_or_fragment(request, "notifications/channels.html", "notifications/_channels.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.ADMIN_TEAM)
def add(request: UserRequest) -> HttpResponse:
    return _edit(request, TeamChannel(team=request.user.team))


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.ADMIN_TEAM)
def change(request: UserRequest, pk: int) -> HttpResponse:
    return _edit(request, _channel(request, pk))


def _edit(request: UserRequest, channel: TeamChannel) -> HttpResponse:
    form = ChannelForm(request.POST if request.method == "POST" else None, channel=channel)
    if form.is_valid():
        saved = save_channel(form.chosen(), webhook=form.cleaned_data["webhook"], by=request.user)
        messages.success(request, f"{saved.name} is saved. Send a test to see whether it arrives.")
        return redirect("notifications:channel-list")
    context = {"form": form, "channel": channel}
    return render(request, "notifications/channel.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow(Permission.ADMIN_TEAM)
def test(request: UserRequest, pk: int) -> HttpResponse:
    send_test(_channel(request, pk), by=request.user)
    return _changed(request)


@require_POST
@allow(Permission.ADMIN_TEAM)
def switch(request: UserRequest, pk: int) -> HttpResponse:
    switch_channel(_channel(request, pk), on=request.POST.get("on") == "yes")
    return _changed(request)


@require_POST
@allow(Permission.ADMIN_TEAM)
def remove(request: UserRequest, pk: int) -> HttpResponse:
    remove_channel(_channel(request, pk))
    messages.success(request, "The channel is removed. Nothing is posted there any more.")
    return redirect("notifications:channel-list")


def _channel(request: UserRequest, pk: int) -> TeamChannel:
    return get_object_or_404(TeamChannel.objects.visible_to(request.user), pk=pk)


def _changed(request: UserRequest) -> HttpResponse:
    return _list(request) if wants_fragment(request) else redirect("notifications:channel-list")
