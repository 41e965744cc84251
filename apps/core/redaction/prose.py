"""Secrets behind the word for them: "pw is …", "SNMP community: …", "logged in with … / …"."""

import re

from apps.core.redaction.chosen import is_chosen_words, is_pair, is_three_words, may_be_chosen
from apps.core.redaction.context import FILLER
from apps.core.redaction.kinds import Kind
from apps.core.redaction.rules import around, before, one_of, rule, words
from apps.core.redaction.shapes import COMMUNITY_SHAPE, Shape, shape_of
from apps.core.redaction.vocabulary import BUILT_IN, DEFAULTS, FIRST_NAMES, STATES, is_common_password, is_listed, is_word

_PUNCTUATION = "\"'`*_.,;"
_CLAUSE_END = re.compile(r"[\"'`*_)\]}|]{0,4}(?:\s*$|\s*\||[.,;](?:\s|$)|\s+(?:and|but|for|on|until|-)\s)")
_NETWORK_WORDS = re.compile(r"(?i)\b(?:wi-?fi|wlan|wireless|ssid|psk|pre-?shared)\b")
_NUMBER_WORDS = re.compile(
    r"(?i)\b(?:call\w*|phones?|mobile|cell|dial\w*|tel|sms|text\w*|case|ticket|order|serial|asset|invoice|sr|id|imei)\b"
)
_TOLD = re.compile(r"(?i)(?:\b(?:is|was|now|to|from|reads)|[:=\"'`>])\s*$")


def _ends_clause(match: re.Match[str]) -> bool:
    return _CLAUSE_END.match(match.string[match.end("v") :][:12]) is not None


def _is_value(match: re.Match[str]) -> bool:
    """After "password:" nearly everything is a value, but for states and the start of a sentence."""
    value = match["v"].strip(_PUNCTUATION)
    if value.lower() in STATES or len(value) < 3:
        return False
    if is_word(value):
        return _ends_clause(match) and not value.endswith(("ed", "ing")) and "|" not in before(match, 4)
    return True


def _is_said(match: re.Match[str]) -> bool:
    """After "password is" only what is no word of the language, or a word known as a password."""
    value = match["v"].strip(_PUNCTUATION)
    if value.lower() in STATES or len(value) < 4:
        return False
    if value.istitle() and value.lower() in FIRST_NAMES:
        return False
    if is_word(value):
        return is_common_password(value) and _ends_clause(match)
    return shape_of(value) is not Shape.ORDINARY or _ends_clause(match)


def _is_community(match: re.Match[str]) -> bool:
    value = match["v"].strip(_PUNCTUATION)
    if value.lower() in STATES or len(value) < 3 or value.endswith("="):
        return False
    is_plain = is_word if _TOLD.search(before(match)) else is_listed
    if value.lower() in DEFAULTS or not is_plain(value):
        return True
    return is_pair(value) or bool(COMMUNITY_SHAPE.fullmatch(value))


def _is_network_key(match: re.Match[str]) -> bool:
    near = around(match, 40)
    return bool(_NETWORK_WORDS.search(near)) and not _NUMBER_WORDS.search(near)


def _is_run_together(match: re.Match[str]) -> bool:
    return is_chosen_words(match["v"])


def _is_strict_community(match: re.Match[str]) -> bool:
    value = match["v"].strip(_PUNCTUATION)
    return is_pair(value) or bool(COMMUNITY_SHAPE.fullmatch(value)) or (shape_of(value) is not Shape.ORDINARY)


def _is_login_pair(match: re.Match[str]) -> bool:
    """A user and a password: the less the user looks like one, the more the password must."""
    user, value = match["u"].lower(), match["v"].strip(_PUNCTUATION)
    shape = shape_of(value)
    if re.fullmatch(r"[\da-f]{1,4}[\da-f:]+", f"{user}:{value}") or "@" in user and f"{user}/" in match[0].lower():
        return False
    if user in STATES or value.lower() in STATES or value.lower() in _LOGINS or re.match(r"/|[A-Za-z_]+[=:]", value):
        return False
    if user not in DEFAULTS and is_listed(user):
        return shape >= Shape.STRONG
    if shape is Shape.ORDINARY and (match["s"] not in "//:" or re.search("[./=]", value)):
        return False
    return value.lower() in DEFAULTS or not is_word(value)


def _is_user_before_password(match: re.Match[str]) -> bool:
    name = match["v"].lower()
    return name not in BUILT_IN and (not is_listed(name) or bool(re.search("[a-z][-_.][a-z]", name)))


def _is_bare_pair(match: re.Match[str]) -> bool:
    """user / value, with nothing else to tell: the value must look like a password."""
    user, value = match["u"].lower(), match["v"].strip(_PUNCTUATION)
    if len(value) < 6 or user in STATES:
        return False
    return shape_of(value) >= Shape.STRONG or (shape_of(value) is Shape.MILD and (user in value.lower() or may_be_chosen(value)))


def _is_bare_user(match: re.Match[str]) -> bool:
    return _is_bare_pair(match) and not is_listed(match["u"]) and not _NETWORK_WORDS.search(around(match, 40)) and "-" not in match["u"]


def _is_pair_of_user(match: re.Match[str]) -> bool:
    user = match["u"].lower()
    is_plain = user in BUILT_IN or user in DEFAULTS or (match["s"] not in "//:" and is_word(re.sub("[._]", "-", user)))
    return not is_plain and _is_login_pair(match)


def _is_pin(match: re.Match[str]) -> bool:
    """Digits in a clause about doors, alarms and PINs, behind a word that hands them over."""
    lead = re.split(r"[.;!?]\s", before(match, 72))[-1]
    if _DATE.fullmatch(match["v"]) or _NO_PIN.search(lead):
        return False
    near = f"{lead} {match.string[match.end() : match.end() + 24]}"
    return bool(_PIN_WORDS.search(lead if match["v"].isdigit() else near) and _PIN_LINK.search(lead))


def _is_phrase(match: re.Match[str]) -> bool:
    """Several words as one value: nothing of what sentences are made of; without a number only as a "phrase"."""
    parts = re.split("[ -]", match["v"].lower())
    is_sentence = any(part in _SENTENCE or part.endswith(("ed", "ing")) for part in parts)
    return not is_sentence and (parts[-1].isdigit() or (len(parts) > 2 and "phrase" in match[0].lower()))


_SENTENCE = (STATES | words("be been by can could did do does had he him his her i may she than then they used who")) - words(
    "correct old new good blue strong safe open short simple secret"
)
_LOGINS = words("admin administrator password root user wheel")
# Unbounded on purpose: a value that is cut short would leave its rest to another round, and each round costs a search.
_VALUE = r"(?P<v>[^\s\"'`|<>\[\]]+(?:(?<=[^.,;:)\]}*])|(?<=[^*]\*)(?!\*)))"
_QUOTED = r"[\"“'`](?P<v>[^\"”'`\n]{3,96})[\"”'`]"
_PASSWORD = (
    r"(?<![^\W_])(?:\w{0,24}(?:pa?s{1,2}[worvd]{2,5}[dt]|pwd|bindpw)s?|pass(?:phrase|code)s?|pws?|p/w|pass|kennw[oö]rt|"  # noqa: S105
    r"mot de passe|contraseña|wachtwoord)"
)
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
_SIGNING_IN = (
    r"\b(?:cred\w{0,8}|log(?:ged|s|ging)?[ -]?(?:in|on)|sign(?:ed|s|ing)?[ -]?(?:in|on)|auth\w{0,12}|logins?|ssh|telnet|rdp|web ?ui|console|portal|admin|account|ftp|uses?|using|connects?)\b"
    r"[^.;\n]{0,56}?[\s(:\\]"
)
_PAIR = (
    r"(?P<u>\w[\w.\\@-]{1,40})\s?(?P<s>SEP)(?<!\w:(?=\s))\s?"
    rf"(?:(?:the )?(?:pass(?:word)?|pw)\s+)?(?<![\w]){_VALUE}"
)
_LOGIN_HINTS = tuple(
    f"{end}{mark}" for end in ("min", "tor", "root", "sa", "ger", "ubnt", "pi") for mark in ("/", ":", " /", " :", " ha")
)
_MARKED_PAIR = _PAIR.replace("SEP", "//?|:")
_SPOKEN_PAIR = _PAIR.replace("SEP", r",|\b(?:and|with|has|had)\b")
_KNOWN_PAIR = _PAIR.replace("SEP", r"//?|:|,|\b(?:and|with|has|had)\b").replace(r"(?<!\w:(?=\s))", "")
_KNOWN_LOGIN = r"(?<![\w/.-])(?=(?:admin|administrator|root|sa|manager|ubnt|pi)(?:[ ]?[/:]| ha[sd] ))"
_PIN_WORDS = re.compile(
    r"(?i)\b(?:pins?|puks?|pass ?codes?|doors?|gates?|alarms?|entry|entrance|keypads?|key ?(?:box|safe)|lock ?box|lockers?|unlock\w{0,3}|disarm\w{0,3}"
    r"|garage|safe|voicemail|panel|screen time|vault|elevator|lift|combination|combo|opens?|cage|duress|intercom|key code|"
    r"access code|get in(?:to)?|pwd?|pass(?:word)?)\b"
)
_PIN_LINK = re.compile(
    r"(?i)(?:\b(?:is|was|are|to|now|still|as|on|with|takes?|accepts?|wants?|needs?|reads?|use[sd]?|using|gave|enter(?:ed)?|press(?:ed)?|then|typed?|old|new"
    r"|equals|pins?|puk|codes?|pass ?code|duress|master|combination|combo|from|and|or|reset)|[:=(,>-])[\s\"'(#]{0,4}$"
)
_NO_PIN = re.compile(r"(?i)\b(?:error|stop|exit|event|status|ext\.?|extension|room|port|vlan|building|floor|ticket|case|kb|line|call|since|until|at|in|after|by|model|ip|[gk]ey length)\W{0,2}(?:codes?|number|no|id)?\W{0,3}$")
_DATE = re.compile(r"20\d\d|\d{4}-\d\d-\d\d|20\d{6}")
_PIN = r"(?<![\w.:/+$#*-])(?P<v>[*#]?[A-Z]?\d{4,10}[A-Z]?[#*]?|\d{3}[#*]|\d{1,2}(?:-\d{1,2}){2,4})(?![\w.:/%-]\w|\w|%| (?:[a-z]{3,}s|min|sec|MB|GB|ms|mm|km|V|W)\b)"
_SIGNING_HINTS = ("cred", "log", "sign", "auth", "admin", "account", "ftp", "ssh", "tel", "rdp", "ui", "portal", "console", "use", "using", "connect")
_WIFI_HINTS = ("key", "psk", "pass", "code", "secret")
_PASSWORD_HINTS = ("pass", "pw", "p/w", "pas", "psw", "kenn", "pss", "contras", "wacht")

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
    rule(Kind.WIFI_PSK, rf"(?i){_WIFI_KEY}{_OF}{_COLON}{_VALUE}", *_WIFI_HINTS, accept=_is_value),
    rule(Kind.WIFI_PSK, rf"(?i){_WIFI_KEY}{_OF}{_SAID}{_VALUE}", *_WIFI_HINTS, accept=_is_said),
    rule(
        Kind.SNMP_COMMUNITY,
        rf"(?i)(?:(?<!\w)(?:r[ow]|v2c|snmp)?[ _-]?{_COMMUNITY}|snmp(?:v\d)?[ -](?:[\w ]{{1,12}} )?string)"
        rf"{FILLER}{{0,8}}(?<![^\W_]){_VALUE}",
        "communit",
        "snmp",
        accept=_is_community,
    ),
    rule(Kind.SNMP_COMMUNITY, rf"\bR[OW][\s:=]{{1,3}}{_VALUE}", "ro", "rw", accept=_is_strict_community),
    rule(Kind.SNMP_COMMUNITY, rf"(?i){_COMMUNITY}{_OF}{_COLON}{_VALUE}", "communit", accept=_is_community),
    rule(Kind.SNMP_COMMUNITY, rf"(?i){_COMMUNITY}{_OF}{_CHANGED}{_VALUE}", "communit", accept=_is_community),
    rule(
        Kind.PASSWORD,
        r"(?i)\bdefaults?\b[^.;\n]{0,30}?[(\"':]\s?(?P<v>[a-z]{4,13})[)\"'.]",
        "default",
        accept=lambda match: match["v"].lower() in DEFAULTS - words("admin administrator default password private public root secret"),
    ),
    rule(Kind.SNMP_COMMUNITY, rf"(?i)\bsnmp\w{{2,12}}\b[^\n|]{{0,40}}? -c {_VALUE}", "snmp"),
    rule(Kind.PASSWORD, rf"(?i)(?:{_PASSWORD}|{_WIFI_KEY}){_OF}{_CHANGED}{_VALUE}", "from", accept=_is_said),
    *(
        rule(
            Kind.PASSWORD,
            r"(?i)\b(?:changed|moved|went|switched|reset|set|rotated|swapped|updated)\b[^.;\n]{0,24}? from (?P<o>\S{6,40}) (?:back )?to "
            r"(?P<v>\S{5,39}[^\s.,;:)])",
            " from ",
            accept=lambda match: Shape.ORDINARY not in (shape_of(match["o"]), shape_of(match["v"])),
            group=group,
        )
        for group in "ov"
    ),
    rule(Kind.PASSWORD, rf"(?i){_PASSWORD}{_OF}(?:{_COLON}|{_SAID}|\s+){_QUOTED}", *_PASSWORD_HINTS),
    rule(Kind.PASSWORD, rf"(?i){_PASSWORD}[^.;()\n]{{0,50}}\((?P<v>\d{{5,12}})\)", *_PASSWORD_HINTS, digits=5),
    rule(Kind.PASSWORD, rf"(?i){_PASSWORD}{_OF}{_COLON}{_VALUE}", *_PASSWORD_HINTS, accept=_is_value),
    rule(
        Kind.PASSWORD,
        rf"(?i)(?:phrase|{_PASSWORD}|{_WIFI_KEY}){_OF}(?:\s+(?:is|was|to|now)|\s?[:=]){{1,2}} "
        r"(?P<v>(?:[a-z]{2,14}[ -]){1,23}(?:[a-z]{2,14}|\d{1,6}))(?=\s*(?:[.;,\n]|$))",
        *_PASSWORD_HINTS,
        *_WIFI_HINTS,
        accept=_is_phrase,
    ),
    rule(Kind.PASSWORD, rf"(?i){_PASSWORD}{_OF}{_SAID}{_VALUE}", *_PASSWORD_HINTS, accept=_is_said),
    rule(
        Kind.PASSWORD,
        rf"(?:(?i:{_PASSWORD}|{_WIFI_KEY}))[\s:(\"']{{1,3}}(?P<v>(?:[A-Z][a-z]{{2,11}}){{2,5}}|[a-z]{{8,36}})(?![\w-])",
        *_PASSWORD_HINTS,
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
        rf"(?i)\b(?:credentials?|creds?|log-?in)\s?[:=]\s?{_VALUE}(?=[\s.,;]*$)",
        *("cred", "log"),
        accept=lambda match: not is_listed(match["v"]) and match["v"].lower() not in STATES and _is_value(match),
    ),
    rule(Kind.PASSWORD, _PIN, accept=_is_pin, digits=3),
    *(
        rule(
            Kind.PASSWORD if group == "v" else Kind.USERNAME,
            rf"(?i){_SIGNING_IN}{pair}",
            *_SIGNING_HINTS,
            accept=_is_login_pair if group == "v" else _is_pair_of_user,
            group=group,
        )
        for pair in (_MARKED_PAIR, _SPOKEN_PAIR)
        for group in "vu"
    ),
    rule(
        Kind.USERNAME,
        rf"(?i)(?:\b(?:user|account|login|under|as|are|is|creds?))\s(?P<v>[a-z][\w.-]{{1,30}})(?:,|\s?\(|\s?//?|;|\sand|\swith)\s?(?:the )?{_PASSWORD}",
        *_PASSWORD_HINTS,
        accept=_is_user_before_password,
    ),
    *(
        rule(
            Kind.PASSWORD if group == "v" else Kind.USERNAME,
            rf"(?<!\S)[\"'(]?(?P<u>[A-Za-z][\w.@\\-]{{1,40}}) //? {_VALUE}",
            "/",
            accept=_is_bare_pair if group == "v" else _is_bare_user,
            group=group,
        )
        for group in "vu"
    ),
    rule(Kind.PASSWORD, rf"(?i){_KNOWN_LOGIN}{_KNOWN_PAIR}", *_LOGIN_HINTS, accept=_is_login_pair),
)
