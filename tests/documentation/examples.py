"""One realistic session, as facts, for the tests of the note."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.documentation.facts import CommandFacts, RecordFacts, SessionFacts

START = datetime(2026, 8, 18, 7, 2, tzinfo=UTC)

SESSION = SessionFacts(
    number=1042,
    title="VPN fails with error 812",
    time_zone="Europe/Berlin",
    status="resolved",
    engineer="Dana Kowalski",
    problem="Maria cannot connect to the company VPN since this morning.\nWindows shows error 812.",
    flow="Remote access, version 7",
    ticket="48213",
    client="Harbor Dental Group",
    contact="Maria Lopez",
    device="HDG-LT-0231",
    started_at=START,
    ended_at=START + timedelta(minutes=29),
    active_seconds=1728,
    outcome="resolved",
    closing_note="Set the client profile back to EAP-TLS. The network policy was not changed.",
    next_steps="Check whether Monday's profile update reached other devices.\nAsk Maria on Friday.",
    secrets={"vpn_key": "Blue*Harbour_77"},
)


def record(ordinal: int, kind: str = "question", minute: int | None = None, **fields: Any) -> RecordFacts:
    """A record that took a minute, by the owner of SESSION."""
    left_at = START + timedelta(minutes=ordinal if minute is None else minute)
    given = {"asked": f"Step {ordinal}", "actor": "Dana Kowalski"} | fields
    return RecordFacts(ordinal, kind, left_at - timedelta(minutes=1), left_at, **given)


RECORDS = (
    record(1, asked="Which error does Windows show?", answered="812", minute=1),
    record(2, asked="Is the internet down?", answered="Yes", superseded=True, minute=2),
    record(3, asked="Is the internet down?", answered="No", statement="Internet works on the device.", minute=2),
    record(4, "verification", asked="Verify the caller", answered="Caller verified: call back", minute=4),
    record(5, asked="User is in VPN-Users", answered="Yes", entered_afterwards=True, minute=5),
    record(
        6,
        asked="NPS log gives reason 66",
        answered="Yes",
        minute=18,
        commands=(
            CommandFacts(
                "Get-WinEvent -MaxEvents 5 | Format-List Message",
                "NPS server",
                "elevated",
                "read",
                "Authentication Type:  MS-CHAPv2\nReason Code:          66",
            ),
        ),
    ),
    record(
        7, "action", asked="Check the certificate", outcome="skipped", answered="Skipped", reason="No time", minute=19
    ),
    record(8, "custom_step", asked="Restarted `rasman` on <HDG-LT-0231>", outcome="not_fixed", minute=20),
    record(9, "note", note="Key is Blue*Harbour_77, said *Maria*\n# not a heading", actor="Tom Reyes", minute=21),
    record(
        10,
        "action",
        asked="Set the client profile to EAP-TLS",
        answered="Worked",
        outcome="fixed",
        note="Needed a second try.",
        commands=(
            CommandFacts("Set-VpnConnection -Name '{{vpn_key}}'\n```\n~~~", "User's PC", "elevated", "change"),
            CommandFacts(output="<b>1</b> & 2"),
        ),
        minute=24,
    ),
    record(11, asked="Connects and file share opens", answered="Yes", minute=27),
    record(12, "evidence", asked="VPN connected.png", minute=28),
    record(
        13,
        "end",
        asked="Profile repaired",
        statement="The VPN settings on the laptop were set right again.",
        note="The profile had lost EAP-TLS and offered MS-CHAPv2.",
        minute=29,
    ),
)

OPEN_SESSION = replace(SESSION, status="active", outcome="", ended_at=None, closing_note="", next_steps="")
