"""Handing over one's open work at the end of a shift."""

from collections.abc import Mapping

from apps.escalations.selectors import was_handed_over
from apps.escalations.services import Call, HandoffManager
from apps.sessions.engine import Refused
from apps.teams.models import User


def hand_over_all(*, by: User, intent: str, calls: Mapping[int, Call]) -> dict[int, str]:
    """Each session, by its key, on its own. Return why some were not handed over.

    A second click finds them handed over with the same words, which is fine.
    """
    refused = {}
    for pk, call in calls.items():
        if was_handed_over(by, pk, intent, call.notes):
            continue
        try:
            HandoffManager(by).create_handoff(pk, intent=intent, call=call)
        except Refused as why:
            refused[pk] = str(why)
    return refused
