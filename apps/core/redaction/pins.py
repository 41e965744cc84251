"""Digits that open something: doors, alarms, safes, voice mail, phones."""

import re

from apps.core.redaction.kinds import Kind
from apps.core.redaction.rules import before, rule

_PIN_WORDS = re.compile(
    r"(?i)\b(?:pins?|puks?|pass ?codes?|doors?|gates?|alarms?|entry|entrance|keypads?|key ?(?:box|safe)"
    r"|lock ?box|lockers?|unlock\w{0,3}|disarm\w{0,3}"
    r"|garage|safe|voicemail|panel|screen time|vault|elevator|lift|combination|combo|opens?|cage|duress|intercom"
    r"|key code|(?:wlan|wi-?fi|wireless|wpa\d?|network|security) key|psk|"
    r"access code|get in(?:to)?|pwd?|pass(?:word)?)\b"
)
_PIN_LINK = re.compile(
    r"(?i)(?:\b(?:is|was|are|to|now|still|as|on|with|takes?|accepts?|wants?|needs?|reads?|use[sd]?|using|gave"
    r"|enter(?:ed)?|press(?:ed)?|then|typed?|old|new"
    r"|equals|pins?|puk|codes?|pass ?code|duress|master|combination|combo|key|psk|from|and|or|reset|(?:pins?"
    r"|codes?|puk|key)(?: (?:for|of|on|to|at)(?: the)? [\w-]{2,20}){1,2})|[:=(,>-])[\s\"'(#]{0,4}$"
)
_NO_PIN = re.compile(
    r"(?i)\b(?:error|stop|exit|event|status|ext\.?|extension|room|port|vlan|building|floor|ticket|case|kb|line"
    r"|call|since|until|at|in|after|by|model|ip|[gk]ey length)\W{0,2}(?:codes?|number|no|id)?\W{0,3}$"
)
_DATE = re.compile(r"20[0-3]\d|\d{4}-\d\d-\d\d|20\d{6}")
_PIN = (
    r"(?<![\w.:/+$#*-])(?P<v>[*#]?[A-Z]?\d{4,20}[A-Z]?[#*]?|\d{3}[#*]|\d{1,2}(?:-\d{1,2}){2,4})(?![\w.:/%-]\w|\w|%"
    r"| (?:[a-z]{3,}s|min|sec|MB|GB|ms|mm|km|V|W)\b)"
)


def _is_pin(match: re.Match[str]) -> bool:
    """Digits in a clause about doors, alarms and PINs, behind a word that hands them over."""
    lead = re.split(r"[.;!?]\s", before(match, 72))[-1]
    if _DATE.fullmatch(match["v"]) or _NO_PIN.search(lead):
        return False
    near = f"{lead} {match.string[match.end() : match.end() + 24]}"
    return bool(_PIN_WORDS.search(lead if match["v"].isdigit() else near) and _PIN_LINK.search(lead))


PINS = (rule(Kind.PASSWORD, _PIN, accept=_is_pin, digits=3),)
