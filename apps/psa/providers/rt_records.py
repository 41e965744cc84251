"""What Request Tracker's REST 2 answers, read into our words. Lenient: what is missing is empty. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any

from apps.psa.facts import MemberFacts, Named, NoteFacts, TicketFacts, TimeFacts

Row = Mapping[str, Any]
TICKET_FIELDS = {
    "fields": "Subject,Queue,Requestor,Owner,Status,Created,Priority,SLA,Resolved",
    "fields[Queue]": "Name",
    "fields[Owner]": "id,Name",
    "fields[Requestor]": "Name,RealName,Organization",
}
HISTORY_FIELDS = {
    "fields": "Type,Data,TimeTaken,Created,Creator,ObjectId",
    "fields[Creator]": "Name,RealName",
}
OWNER_FIELDS = {"fields": "Owner", "fields[Owner]": "id,Name,RealName,EmailAddress"}
NOBODY = "Nobody"
TEXT_FIELDS = {"fields": "TransactionId,ContentType,Filename,Content"}
PUBLIC, INTERNAL, CREATE = "Correspond", "Comment", "Create"
# Of the life cycle that every installation has; what others call their statuses cannot be asked for.
OPEN = ("new", "open", "stalled")
DEFAULT_CYCLE = "default"
DEFAULT_STATUSES = (*OPEN, "resolved", "rejected")
NEVER = "1970-01-01T00:00:00Z"
_LINE_ENDS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]*>", re.I)
_TAGS = re.compile(r"<[^<>]*>")


def ticket(row: Row, site: str, body: str = "") -> TicketFacts:
    asking = _requestor(row)
    number, status = str(row["id"]), str(row.get("Status", ""))
    return TicketFacts(
        number=number,
        title=row.get("Subject", ""),
        body=body,
        client=_named(asking.get("Organization", "")),
        contact=asking.get("RealName") or asking.get("Name", ""),
        priority="" if row.get("Priority") in (None, "", "0") else str(row["Priority"]),
        owner=_owner(row),
        board=board(row["Queue"]) if isinstance(row.get("Queue"), Mapping) else None,
        status=_named(status),
        sla=row.get("SLA", ""),
        url=url(site, number),
        is_closed=status not in OPEN and row.get("Resolved", NEVER) not in ("", NEVER),
        opened_at=moment(row.get("Created", "")),
    )


def url(site: str, number: str) -> str:
    return f"{site}/Ticket/Display.html?id={number}"


def client_of(row: Row) -> tuple[str, str] | None:
    """By which field of the requestor their client is known, and its value: the organization, or the person alone."""
    asking = _requestor(row)
    return next(((field, asking[field]) for field in ("Organization", "Name") if asking.get(field)), None)


def begins(message: Row, ticket: Row) -> bool:
    """Whether a message is the one the ticket came with; a merged one has several of that kind."""
    return message.get("Type") == CREATE and str(message.get("ObjectId")) == str(ticket["id"])


def board(row: Row) -> Named:
    return Named(str(row["id"]), row.get("Name", ""))


def member(row: Row) -> MemberFacts:
    return MemberFacts(str(row["id"]), row.get("RealName") or row.get("Name", ""), row.get("EmailAddress", ""))


def note(row: Row, text: str) -> NoteFacts:
    creator = row.get("Creator") or {}
    return NoteFacts(
        id=str(row["id"]),
        text=text,
        is_public=row.get("Type") != INTERNAL,
        author=creator.get("RealName") or creator.get("Name", ""),
        written_at=moment(row.get("Created", "")),
    )


def time(row: Row) -> TimeFacts:
    return TimeFacts(str(row["id"]), Decimal(row.get("TimeTaken") or 0) / 60, row.get("Type") != INTERNAL)


def texts(rows: Iterable[Row]) -> dict[str, str]:
    """The text of each transaction, by its id: as plain text where there is one."""
    found: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row.get("ContentType") != "text/plain"):
        if not row.get("Filename"):
            found.setdefault(str(row.get("TransactionId")), _plain(row))
    return found


def moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def statuses(rows: Iterable[Row]) -> list[str]:
    """Those that tickets have and can go over to."""
    found = [str(row.get("Status", "")) for row in rows]
    found += [str(link.get("to", "")) for row in rows for link in links(row, "lifecycle")]
    return [status for status in dict.fromkeys(found) if status not in ("", "deleted")]


def links(row: Row, ref: str) -> list[Row]:
    """What the account may do with a record."""
    return [link for link in row.get("_hyperlinks") or [] if link.get("ref") == ref]


def _requestor(row: Row) -> Row:
    return next(iter(row.get("Requestor") or ()), {})


def _owner(row: Row) -> str:
    owner = row.get("Owner")
    return str(owner["id"]) if isinstance(owner, Mapping) and owner.get("Name", NOBODY) != NOBODY else ""


def _named(name: str) -> Named | None:
    return Named(name, name) if name else None


def _plain(row: Row) -> str:
    text = str(row.get("Content") or "").replace("\r\n", "\n")
    if row.get("ContentType") == "text/html":
        text = unescape(_TAGS.sub("", _LINE_ENDS.sub("\n", text)))
    return text.rstrip("\n")
