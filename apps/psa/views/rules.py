"""What is set on the tickets of each board, and who is who in the PSA: for team_admins."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.permissions import Permission, allow
from apps.psa.connecting import fetch_members, map_person
from apps.psa.explain import NO, explain
from apps.psa.forms import BoardRuleForm
from apps.psa.lists import boards_of, offer_of_board
from apps.psa.models import BoardRule, Connection, PsaMember
from apps.psa.selectors import board_lines, people_of
from apps.psa.views.connection import connection_or_404
from apps.teams.models import User
from apps.teams.requests import UserRequest


@require_safe
@allow(Permission.ADMIN_TEAM)
def board_list(request: UserRequest) -> HttpResponse:
    """The boards of the PSA; where it is away, those that have a rule, and any other by its id."""
    if typed := request.GET.get("board", "").strip().replace("/", "")[:64]:
        return redirect("psa:board", typed)
    connection = connection_or_404(request)
    offer = boards_of(connection, by=request.user)
    lines = board_lines(connection, [(board.id, board.name) for board in offer.of("boards")])
    context = {"connection": connection, "lines": lines, "problem": offer.problem}
    return render(request, "psa/boards.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.ADMIN_TEAM)
def board(request: UserRequest, board: str) -> HttpResponse:
    """The rule of one board; a rule in which everything is left as it is says nothing and does no harm."""
    connection = connection_or_404(request)
    rule = _rule(request, connection, board)
    offer = offer_of_board(connection, board, by=request.user)
    form = BoardRuleForm(request.POST if request.method == "POST" else None, instance=rule, offer=offer)
    if form.is_valid():
        form.save()
        messages.success(request, f"The rule of {rule.name} is saved.")
        return redirect("psa:boards")
    context = {"connection": connection, "rule": rule, "form": form, "problem": offer.problem}
    return render(request, "psa/board.html", context, status=422 if form.is_bound else 200)


def _rule(request: UserRequest, connection: Connection, board: str) -> BoardRule:
    """As it stands, or a new one; with the name that the board has in the PSA now."""
    rules = BoardRule.objects.visible_to(request.user).filter(connection=connection)
    known = rules.filter(external_id=board).first()
    rule = known or BoardRule(team=connection.team, connection=connection, external_id=board, name=f"Board {board}")
    names = {one.id: one.name for one in boards_of(connection, by=request.user).of("boards")}
    rule.connection, rule.name = connection, names.get(board, rule.name)[:200]
    return rule


@require_safe
@allow(Permission.ADMIN_TEAM)
def people(request: UserRequest) -> HttpResponse:
    connection = connection_or_404(request)
    return render(request, "psa/people.html", {"connection": connection, "people": people_of(connection)})


@require_POST
@allow(Permission.ADMIN_TEAM)
def fetch_people(request: UserRequest) -> HttpResponse:
    connection = connection_or_404(request)
    try:
        count = fetch_members(connection, by=request.user)
    except NO as error:
        explained = explain(error)
        messages.error(request, f"{explained.sentence} {explained.advice} Who was matched stays so.")
    else:
        messages.success(request, f"{connection} knows {count} people. Who has the same e-mail address is matched.")
    return redirect("psa:people")


@require_POST
@allow(Permission.ADMIN_TEAM)
def match(request: UserRequest, pk: int) -> HttpResponse:
    """Say who a person of the team is in the PSA; an empty member: nobody."""
    connection = connection_or_404(request)
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    chosen = request.POST.get("member", "")
    members = PsaMember.objects.visible_to(request.user).filter(connection=connection)
    member = get_object_or_404(members, external_id=chosen) if chosen else None
    map_person(connection, person, member)
    messages.success(
        request, f"{person.name} is {member.name} in {connection}." if member else f"{person.name} is free."
    )
    return redirect("psa:people")
