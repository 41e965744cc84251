"""What the ConnectWise here holds, in ConnectWise's own shapes."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

Row = dict[str, Any]
NOW = "2026-11-27T09:30:00Z"


class No(Exception):
    """An answer that is none of the good ones."""

    def __init__(self, status: int, code: str, message: str = "", field: str = "") -> None:
        self.status = status
        errors = [{"code": code, "message": message, "resource": "ticket", "field": field}] if field else None
        self.body = {"code": code, "message": message, "errors": errors}


def refer(row: Row) -> Row:
    return {name: row[name] for name in ("id", "identifier", "name") if name in row}


def board(number: int, name: str, **more: Any) -> Row:
    place = {"id": 1, "name": "Main"}
    return {"id": number, "name": name, "location": place, "department": place, "inactiveFlag": False} | more


def member(number: int, identifier: str, first: str, last: str, **more: Any) -> Row:
    return {
        "id": number,
        "identifier": identifier,
        "firstName": first,
        "lastName": last,
        "inactiveFlag": False,
        "licenseClass": "F",
        "hireDate": NOW,
        "defaultEmail": "Office",
        "defaultPhone": "Office",
        "securityRole": {"id": 63, "name": "Admin"},
        "primaryEmail": f"{identifier}@msp.test",
        **more,
    }


def _boards() -> list[Row]:
    project = board(30, "Projects", projectFlag=True)
    old = board(31, "Old board", inactiveFlag=True, projectFlag=False)
    return [board(1, "Service desk", projectFlag=False), board(2, "Alerts", projectFlag=False), project, old]


def _statuses() -> dict[int, list[Row]]:
    names = ["New", "In progress", ">Closed"]
    return {
        number: [
            {"id": number * 10 + place, "name": name, "inactive": False, "closedStatus": name == ">Closed"}
            for place, name in enumerate(names, 1)
        ]
        for number in (1, 2)
    }


def _kinds(start: int, *names: str) -> dict[int, list[Row]]:
    return {
        number: [{"id": number * 100 + start + place, "name": name} for place, name in enumerate(names)]
        for number in (1, 2)
    }


@dataclass
class Records:
    companies: list[Row] = field(
        default_factory=lambda: [
            {"id": 250, "identifier": "Contoso", "name": "Contoso Dental"},
            {"id": 251, "identifier": "Fabrikam", "name": "Fabrikam"},
        ]
    )
    members: list[Row] = field(
        default_factory=lambda: [
            member(9, "rf-api", "Resolution", "Flow", licenseClass="A"),
            member(11, "mlopez", "Maria", "Lopez"),
            member(12, "jdoe", "Jo", "Doe"),
            member(13, "gone", "Long", "Gone", inactiveFlag=True),
        ]
    )
    boards: list[Row] = field(default_factory=_boards)
    statuses: dict[int, list[Row]] = field(default_factory=_statuses)
    types: dict[int, list[Row]] = field(default_factory=lambda: _kinds(10, "Incident", "Request"))
    subtypes: dict[int, list[Row]] = field(default_factory=lambda: _kinds(20, "Network", "Mail"))
    items: dict[int, list[Row]] = field(default_factory=lambda: _kinds(30, "VPN", "Switch"))
    work_types: list[Row] = field(
        default_factory=lambda: [
            {"id": 3, "name": "Remote", "billTime": "Billable", "rateType": "Multiplier", "rate": 1.0},
            {"id": 4, "name": "After hours", "billTime": "Billable", "rateType": "Multiplier", "rate": 1.5},
        ]
    )
    work_roles: list[Row] = field(default_factory=lambda: [{"id": 7, "name": "Engineer"}])
    configurations: list[Row] = field(default_factory=list)
    tickets: dict[int, Row] = field(default_factory=dict)
    notes: dict[int, list[Row]] = field(default_factory=dict)
    devices: dict[int, list[int]] = field(default_factory=dict)  # ids of configurations by ticket
    times: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    contents: dict[int, bytes] = field(default_factory=dict)
    callbacks: list[Row] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)  # what went out to people by e-mail
    ids: Any = field(default_factory=lambda: count(48_000))

    def ticket(self, number: int) -> Row:
        if number not in self.tickets:
            raise No(404, "NotFound", f"Ticket {number} not found.")
        return self.tickets[number]

    def notes_of(self, number: int) -> list[Row]:
        self.ticket(number)
        return self.notes[number]

    def add_ticket(self, sent: Row) -> Row:
        number, place = next(self.ids), sent.get("board", {}).get("id", 1)
        if len(sent["summary"]) > 100:
            raise No(400, "InvalidObject", "summary is too long", "summary")
        made = {
            "id": number,
            "summary": sent["summary"],
            "recordType": "ServiceTicket",
            "closedFlag": False,
            "board": self.pick(self.boards, place, "board"),
            "status": refer(self.statuses[place][0]),
            "company": self.pick(self.companies, sent["company"].get("id"), "company"),
            "priority": {"id": 8, "name": "Priority 3"},
            "slaStatus": "Respond by Fri 11/27 5:00 PM UTC-05",
            "resources": sent.get("resources", ""),
            "_info": {"dateEntered": NOW, "lastUpdated": NOW},
        }
        made |= {name: sent[name] for name in ("contactName", "owner") if name in sent}
        self.tickets[number], self.notes[number] = made, []
        if text := sent.get("initialDescription"):
            self.add_note(number, {"text": text, "detailDescriptionFlag": True, "issueFlag": True})
        self.tell(sent.get("processNotifications", True), f"ticket {number}")
        return made

    def add_note(self, number: int, sent: Row) -> Row:
        self.ticket(number)
        flags = ("detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag")
        if not any(sent.get(flag) for flag in flags):
            raise No(400, "InvalidObject", "One of the flags must be true", flags[0])
        by = refer(self.members[0]) | {"name": "Resolution Flow"}
        made = {"id": next(self.ids), "ticketId": number, "member": by, "dateCreated": NOW, "createdBy": "rf-api"}
        made |= {flag: bool(sent.get(flag)) for flag in (*flags, "issueFlag")} | {"text": sent["text"]}
        self.notes[number].append(made)
        self.tell(sent.get("processNotifications", False), f"note {made['id']}")
        return made

    def add_time(self, sent: Row) -> Row:
        made = {"actualHours": 0.0, **sent, "id": next(self.ids), "status": "Open", "enteredBy": "rf-api"}
        ticket = self.ticket(sent.get("chargeToId", 0))
        made |= {"ticket": {"id": ticket["id"], "summary": ticket["summary"]}, "company": ticket["company"]}
        self.times.append(made)
        self.tell(sent.get("emailContactFlag", False), f"time {made['id']}")
        return made

    def all_notes(self, number: int) -> list[Row]:
        """Notes, and what time entries say, in the shape that they share."""
        ticket = {"id": number, "summary": self.ticket(number)["summary"]}
        flags = ("detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag")
        shared = ("id", "text", "issueFlag", "member", *flags)
        found = [
            {name: note[name] for name in shared if name in note} | {"noteType": "TicketNote", "ticket": ticket}
            for note in self.notes[number]
        ]
        for time in self.times:
            if time.get("chargeToId") == number:
                row = {"id": time["id"], "noteType": "TimeEntryNote", "ticket": ticket, "timeStart": time["timeStart"]}
                row |= {flag: bool(time.get(f"addTo{flag[0].upper()}{flag[1:]}")) for flag in flags}
                found.append(row | {"text": time.get("internalNotes") or time.get("notes") or ""})
        return found

    def change(self, number: int, changes: list[Row]) -> Row:
        """The ticket as it would be. A path into an object changes nothing, and nothing is said about it."""
        ticket = self.ticket(number)
        made = dict(ticket)
        place = ticket["board"]["id"]
        known = {"status": self.statuses, "type": self.types, "subType": self.subtypes, "item": self.items}
        for change in changes:
            name = change["path"]
            if name in known:
                rows = known[name][place]
                made[name] = self.pick(rows, change["value"].get("id"), name)
                if name == "status":
                    made["closedFlag"] = any(row["closedStatus"] for row in rows if row["id"] == made[name]["id"])
        silent = {"op": "replace", "path": "processNotifications", "value": False} in changes
        self.tell(not silent, f"ticket {number}")
        return made

    def tell(self, is_told: bool, what: str) -> None:
        if is_told:
            self.mails.append(what)

    @staticmethod
    def pick(rows: list[Row], number: Any, name: str) -> Row:
        for row in rows:
            if row["id"] == number:
                return refer(row)
        raise No(400, "InvalidObject", f"{name} is not known", name)
