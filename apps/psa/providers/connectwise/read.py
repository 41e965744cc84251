"""ConnectWise's records in our words. Fields may be missing, be null or be new: what is not as expected is left out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.psa.facts import Configuration, MemberFacts, Named, NoteFacts, TicketFacts, TimeFacts

Row = Mapping[str, Any]
_DETAILS = ("serialNumber", "ipAddress", "osInfo")


def text(row: Row, field: str) -> str:
    value = row.get(field)
    return value if isinstance(value, str) else ""


def part(row: Row, field: str) -> Row:
    value = row.get(field)
    return value if isinstance(value, Mapping) else {}


def id_in(row: Row) -> str:
    found = row.get("id")
    return str(found) if type(found) is int and found > 0 else ""


def moment(value: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def named(row: Row) -> Named | None:
    found = id_in(row)
    return Named(found, text(row, "name") or text(row, "identifier")) if found else None


def ticket(row: Row, *, url: str = "") -> TicketFacts:
    return TicketFacts(
        number=id_in(row),
        title=text(row, "summary"),
        client=named(part(row, "company")),
        contact=text(row, "contactName") or text(part(row, "contact"), "name"),
        priority=text(part(row, "priority"), "name"),
        owner=id_in(part(row, "owner")),
        board=named(part(row, "board")),
        status=named(part(row, "status")),
        type=named(part(row, "type")),
        subtype=named(part(row, "subType")),
        item=named(part(row, "item")),
        sla=text(row, "slaStatus") or text(part(row, "sla"), "name"),
        url=url,
        is_closed=row.get("closedFlag") is True,
        merged_into=id_in(part(row, "mergedParentTicket")),
        opened_at=moment(text(part(row, "_info"), "dateEntered")),
    )


def member(row: Row) -> MemberFacts:
    name = f"{text(row, 'firstName')} {text(row, 'lastName')}".strip()
    email = text(row, "primaryEmail") or text(row, "officeEmail")
    return MemberFacts(id_in(row), name or text(row, "identifier"), email)


def note(row: Row) -> NoteFacts:
    """Of a ticket's notes, or of all its notes, where those of time entries are among them."""
    author = part(row, "member") or part(row, "contact")
    written = text(row, "dateCreated") or text(row, "timeStart") or text(part(row, "_info"), "lastUpdated")
    return NoteFacts(
        id=id_in(row),
        text=text(row, "text"),
        is_public=_any(row, "detailDescriptionFlag", "resolutionFlag", "externalFlag"),
        author=text(author, "name") or text(row, "originalAuthor") or text(row, "createdBy"),
        written_at=moment(written),
    )


def time(row: Row) -> TimeFacts:
    return TimeFacts(
        id=id_in(row),
        hours=Decimal(str(row.get("actualHours") or 0)),
        is_public=_any(row, "addToDetailDescriptionFlag", "addToResolutionFlag", "emailContactFlag", "emailCcFlag"),
    )


def configuration(row: Row) -> Configuration:
    details = [text(row, field) for field in _DETAILS]
    return Configuration(text(row, "name"), text(part(row, "type"), "name"), ", ".join(filter(None, details)))


def _any(row: Row, *flags: str) -> bool:
    return any(row.get(flag) is True for flag in flags)
