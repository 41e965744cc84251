"""Sessions that came in by an import while they asked for help, and so without a handoff."""

import logging

from django.db.models import Exists, OuterRef

from apps.escalations.models import HandoffStatus, Intent, SessionHandoff
from apps.escalations.services import HandoffManager
from apps.sessions.models import FlowSession, Status

MOST_AT_ONCE = 200
_told: set[int] = set()  # sessions whose trouble this process has logged; it looks for them every minute

log = logging.getLogger(__name__)


def adopt_imported() -> int:
    """Give each its handoff, with all that an escalation leaves; return how many that were.

    One that cannot be handed over does not keep the others waiting.
    """
    open_ = SessionHandoff.objects.filter(status=HandoffStatus.OPEN, intent=Intent.ESCALATE)
    asking = FlowSession.objects.filter(~Exists(open_.filter(flow_session=OuterRef("pk"))))
    asking = asking.filter(status=Status.REQUESTING_ESCALATION).select_related("owner__team").order_by("pk")
    return sum(map(_adopted, asking[:MOST_AT_ONCE]))


def _adopted(flow_session: FlowSession) -> bool:
    try:
        HandoffManager(flow_session.owner).adopt(flow_session.pk)
    except Exception:
        if flow_session.pk not in _told:
            log.exception("session %s could not be handed over; it is tried again without a word", flow_session.pk)
        _told.add(flow_session.pk)
        return False
    return True
