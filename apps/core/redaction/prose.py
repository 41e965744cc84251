"""Secrets behind the word for them: "pw is …", "SNMP community: …", "logged in with … / …"."""

import re

from apps.core.redaction.chosen import is_chosen_words, is_pair, is_three_words
from apps.core.redaction.context import FILLER, NETWORK_WORDS, PASSWORD, PASSWORD_HINTS, PUNCTUATION, VALUE
from apps.core.redaction.kinds import Kind
from apps.core.redaction.rules import around, before, one_of, rule, words
from apps.core.redaction.shapes import COMMUNITY_SHAPE, Shape, shape_of
from apps.core.redaction.vocabulary import (
    DEFAULTS,
    FIRST_NAMES,
    STATES,
    is_common_password,
    is_listed,
    is_word,
)

_CLAUSE_END = re.compile(r"[\"'`*_)\]}|]{0,4}(?:\s*$|\s*\||[.,;](?:\s|$)|\s+(?:and|but|for|on|until|-)\s)")
_NUMBER_WORDS = re.compile(
    r"(?i)\b(?:call\w*|phones?|mobile|cell|dial\w*|tel|sms|text\w*|case|ticket|order|serial|asset|invoice|sr|id|imei)\b"
)
_TOLD = re.compile(r"(?i)(?:\b(?:is|was|now|to|from|reads)|[:=\"'`>])\s*$")


def _ends_clause(match: re.Match[str]) -> bool:
    return _CLAUSE_END.match(match.string[match.end("v") :][:12]) is not None


def _is_value(match: re.Match[str]) -> bool:
    """After "password:" nearly everything is a value, but for states and the start of a sentence."""
    value = match["v"].strip(PUNCTUATION)
    if value.lower() in STATES or len(value) < 3 or not re.search(r"\w", value):
        return False
    if is_word(value):
        return _ends_clause(match) and not value.endswith(("ed", "ing")) and "|" not in before(match, 4)
    return True


def _is_said(match: re.Match[str]) -> bool:
    """After "password is" only what is no word of the language, or a word known as a password."""
    value = match["v"].strip(PUNCTUATION)
    if value.lower() in STATES or len(value) < 4:
        return False
    if value.istitle() and value.lower() in FIRST_NAMES:
        return False
    if is_word(value):
        return is_common_password(value) and _ends_clause(match)
    return shape_of(value) is not Shape.ORDINARY or _ends_clause(match)


def _is_community(match: re.Match[str]) -> bool:
    value = match["v"].strip(PUNCTUATION)
    if value.lower() in STATES or len(value) < 3 or value.endswith("="):
        return False
    lead = before(match)
    is_plain = is_word if _TOLD.search(lead) or "snmp" in lead.lower() else is_listed
    if value.lower() in DEFAULTS or not is_plain(value):
        return True
    return is_pair(value) or bool(COMMUNITY_SHAPE.fullmatch(value))


def _is_network_key(match: re.Match[str]) -> bool:
    near = around(match, 40)
    return bool(NETWORK_WORDS.search(near)) and not _NUMBER_WORDS.search(near)


def _is_run_together(match: re.Match[str]) -> bool:
    return is_chosen_words(match["v"])


def _is_strict_community(match: re.Match[str]) -> bool:
    value = match["v"].strip(PUNCTUATION)
    return is_pair(value) or bool(COMMUNITY_SHAPE.fullmatch(value)) or (shape_of(value) is not Shape.ORDINARY)


def _is_phrase(match: re.Match[str]) -> bool:
    """Several words as one value: nothing of what sentences are made of; without a number only as a "phrase", or as at
    least four behind a label at the start of a line or clause."""
    parts = re.split("[ -]", match["v"].lower())
    if any(part in _SENTENCE or part.endswith(("ed", "ing")) for part in parts):
        return False
    said = len(parts) > 2 and "phrase" in match[0].lower()
    return parts[-1].isdigit() or said or (len(parts) > 3 and bool(_LABEL.fullmatch(before(match))))


_LABEL = re.compile(r"(?:.*[,;.(/]\s?)?\W*(?:\w+[ -]){0,4}\w+(?:\s(?:is|was)|[*_`]{0,2}\s?[:=][*_`]{0,2})\s{0,3}")
_SENTENCE = (
    STATES
    | words("be been by can could did do does had he him his her i may she than then they used who")
    | words("characters contact minimum please")
) - words("correct old new good blue strong safe open short simple secret")
_QUOTED = r"[\"“'`](?P<v>[^\"”'`\n]{3,96})[\"”'`]"
_WIFI_KEY = (
    r"(?<![^\W_])(?:(?:wi-?fi|wlan|wireless|wpa\d?|network|guest|hotspot|pre-?shared|ssid)[ -]"
    r"(?:pass\w{0,6}|key|code|secret)|psk|pre-?shared[ -]key|shared secret|keymaterial)"
)
_COMMUNITY = r"communit(?:y|ies)(?:[ -](?:string|name))?"
_OF = r"(?:\s*\([^()\n]{1,30}\)|\s+(?:for|of|on|to|in|at)\s+[^\s:=]{1,30}(?:\s+[^\s:=]{1,30}){0,3})?"
_COLON = r"[\"'`*_]{0,3}\s*(?::|=>?|->|→|\|)[\s*_]{0,4}"
_STATED = one_of(
    """is, was, were, will be, should be, reads?, now, still, currently, temporarily, has been, had been, set,
    reset, changed, rotated, updated, back, default,?, to, from, literally, simply, just, actually, really,
    again, apparently, only"""
)
_SAID = rf"[\"'`)]?\s+(?:{_STATED}\s+){{1,4}}"
_CHANGED = (
    r"\s+(?:(?:was|has been|is)\s+)?(?:(?:re)?set\s+|changed\s+|updated\s+)?from\s+\S{1,64}\s+(?:back\s+)?to\s+[\"'`]?"
)
_WIFI_HINTS = ("key", "psk", "pass", "code", "secret")
PROSE = (
    rule(Kind.WIFI_PSK, r"(?i)\bWIFI:[^\s]{0,120}?\bP:(?P<v>[^;\s]{4,63})", "wifi:"),
    rule(Kind.WIFI_PSK, rf"(?i){_WIFI_KEY}{_OF}(?:{_COLON}|{_SAID}|\s+){_QUOTED}", *_WIFI_HINTS),
    rule(
        Kind.WIFI_PSK,
        r"(?<![\w.+/-])(?P<v>\d{8,12})(?![\w-]|\.\d)",
        *("wifi", "wi-fi", "wlan", "wireless", "ssid", "psk", "preshared", "pre-shared"),
        accept=_is_network_key,
        digits=8,
    ),
    rule(
        Kind.PASSWORD,
        rf"(?i)(?:phrase|{PASSWORD}|{_WIFI_KEY}){_OF}(?:\s+(?:is|was|to|now)\b|[*_`]{{0,2}}\s?[:=][*_`]{{0,2}}){{1,2}}\s{{0,3}}"
        r"(?P<v>(?:[a-z]{2,14}[ -]){1,23}(?:[a-z]{2,14}|\d{1,6}))(?=\s*(?:[.;,!?)\n]|$))",
        *PASSWORD_HINTS,
        *_WIFI_HINTS,
        accept=_is_phrase,
    ),
    rule(Kind.WIFI_PSK, rf"(?i){_WIFI_KEY}{_OF}{_COLON}{VALUE}", *_WIFI_HINTS, accept=_is_value),
    rule(Kind.WIFI_PSK, rf"(?i){_WIFI_KEY}{_OF}{_SAID}{VALUE}", *_WIFI_HINTS, accept=_is_said),
    rule(
        Kind.SNMP_COMMUNITY,
        rf"(?i)(?:(?<!\w)(?:r[ow]|v2c|snmp)?[ _-]?{_COMMUNITY}|snmp(?:v\d)?[ -](?:[\w ]{{1,12}} )?string)"
        rf"{FILLER}{{0,8}}(?<![^\W_]){VALUE}",
        "communit",
        "snmp",
        accept=_is_community,
    ),
    rule(Kind.SNMP_COMMUNITY, rf"\bR[OW][\s:=]{{1,3}}{VALUE}", "ro", "rw", accept=_is_strict_community),
    rule(Kind.SNMP_COMMUNITY, rf"(?i){_COMMUNITY}{_OF}{_COLON}{VALUE}", "communit", accept=_is_community),
    rule(Kind.SNMP_COMMUNITY, rf"(?i){_COMMUNITY}{_OF}{_CHANGED}{VALUE}", "communit", accept=_is_community),
    rule(
        Kind.PASSWORD,
        r"(?i)\bdefaults?\b[^.;\n]{0,30}?[(\"':]\s?(?P<v>[a-z]{4,13})[)\"'.]",
        "default",
        accept=lambda match: (
            match["v"].lower() in DEFAULTS - words("admin administrator default password private public root secret")
        ),
    ),
    rule(Kind.SNMP_COMMUNITY, rf"(?i)\bsnmp\w{{2,12}}\b[^\n|]{{0,40}}? -c {VALUE}", "snmp"),
    rule(Kind.PASSWORD, rf"(?i)(?:{PASSWORD}|{_WIFI_KEY}){_OF}{_CHANGED}{VALUE}", "from", accept=_is_said),
    *(
        rule(
            Kind.PASSWORD,
            r"(?i)\b(?:changed|moved|went|switched|reset|set|rotated|swapped"
            r"|updated)\b[^.;\n]{0,24}? from (?P<o>\S{6,40}) (?:back )?to "
            r"(?P<v>\S{5,39}[^\s.,;:)])",
            " from ",
            accept=lambda match: Shape.ORDINARY not in (shape_of(match["o"]), shape_of(match["v"])),
            group=group,
        )
        for group in "ov"
    ),
    rule(Kind.PASSWORD, rf"(?i){PASSWORD}{_OF}(?:{_COLON}|{_SAID}|\s+){_QUOTED}", *PASSWORD_HINTS),
    rule(Kind.PASSWORD, rf"(?i){PASSWORD}[^.;()\n]{{0,50}}\((?P<v>\d{{5,12}})\)", *PASSWORD_HINTS, digits=5),
    rule(Kind.PASSWORD, rf"(?i){PASSWORD}{_OF}{_COLON}{VALUE}", *PASSWORD_HINTS, accept=_is_value),
    rule(Kind.PASSWORD, rf"(?i){PASSWORD}{_OF}{_SAID}{VALUE}", *PASSWORD_HINTS, accept=_is_said),
    rule(
        Kind.PASSWORD,
        rf"(?:(?i:{PASSWORD}|{_WIFI_KEY}))[\s:(\"']{{1,3}}(?P<v>(?:[A-Z][a-z]{{2,11}}){{2,5}}|[a-z]{{8,36}})(?![\w-])",
        *PASSWORD_HINTS,
        *_WIFI_HINTS,
        accept=_is_run_together,
    ),
    rule(
        Kind.PASSWORD,
        r"\b(?:with|us(?:ed?|es|ing)|now|is|was|typed|entered|to|by|via|from)[ :=\"']{1,3}"
        r"(?P<v>(?:[A-Z][a-z]{3,11}){3,5})(?![\w.-])",
        accept=_is_run_together,
        run=12,
    ),
    rule(
        Kind.PASSWORD,
        r"(?<![\w.@/\\-])(?P<v>[a-z]{13,36})(?![\w@/\\(-]|[.:=]\w)",
        accept=lambda match: is_three_words(match["v"]),
        run=13,
    ),
    rule(
        Kind.PASSWORD,
        rf"(?i)\b(?:credentials?|creds?|log-?in)\s?[:=]\s?{VALUE}(?=[\s.,;]*$)",
        *("cred", "log"),
        accept=lambda match: not is_listed(match["v"]) and match["v"].lower() not in STATES and _is_value(match),
    ),
)
