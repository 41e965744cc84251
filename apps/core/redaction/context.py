"""The words that speak of a secret, and those that stand between them and its value."""

import re
from bisect import bisect_left
from functools import cached_property

from apps.core.redaction.kinds import Kind
from apps.core.redaction.rules import one_of

SNMP = one_of(
    r"""snmp\w{0,9}, communit(?:y|ies), r[ow]community, v2c, (?:r[ow]|read|write|v[23]c?|polling|trap) strings?,
    poll(?:s|ed|ing)?, discovery credentials?, monitoring, mibs?,
    (?:repl(?:y|ies)|answers?|responds?) (?:only )?(?:to|on), traps?,
    zabbix, librenms, prtg, observium, cacti, nagios, auvik, nms"""
)
WIFI = one_of(
    r"""wi-?fi, wlan, wireless, ssids?, psk\w{0,8}, wpa\d?, pre-?shared, shared secret, network key, hotspot,
    guest network,
    keymaterial, access points?, radius"""
)
PASS = one_of(
    r"""pass(?:phrase|code|w)?s?, pa?s{1,2}[worvd]{1,5}[dt]s?, (?:\w{1,20}_)?p(?:ass)?w(?:or)?ds?, pws?, p/w, bindpw,
    kennw[oö]rt\w{0,2}, zugangsdaten, mot de passe, contraseña, wachtwoord, credentials?, creds?,
    log(?:ged|ging|s)?[ -]?(?:in|on), logins?, sign(?:ed|ing|s)?[ -]?(?:in|on), vault, unlock(?:ed|s)?, pins?, puk,
    securestring, laps, net user, capital [A-Z], (?:all |in )?(?:lower|upper) ?case, all (?:small|caps), no spaces,
    exclamation mark, case[- ]sensitive, spell(?:ed|s|ing)?, letter by letter, dictated, locked with, guess(?:ed)?,
    (?:log|sign)(?:ged|ed)? (?:him|her|them|me|it)(?: back)? (?:in|on), runas, sudo,
    (?-i:[A-Za-z]{1,20}[a-z]Pass(?:word|phrase)?), phrase, admin panel, first logon, keypad, combination,
    (?:door|gate|alarm|entry|safe|lockbox|key ?box|panel|access) codes?,
    temporary access pass, (?-i:TAP), (?:backup|recovery|bypass|emergency|scratch|rescue|one[- ]time) (?:pass)?codes?"""
)
API = one_of(
    r"""api, tokens?, secrets?, bearer, authorization, webhooks?, (?:\w{1,20}[_-])?api[_-]?keys?, integration,
    enrol\w{0,8}, keys?, skey, ikey, signing, x-api-key, credential"""
)
# The more special words first: "Wi-Fi password" speaks of Wi-Fi.
_WORDS = re.compile(
    rf"(?i)(?<![^\W_])(?:(?P<SNMP_COMMUNITY>{SNMP})|(?P<WIFI_PSK>{WIFI})|(?P<PASSWORD>{PASS})"
    rf"|(?P<API_KEY>{API}))(?![^\W_])"
)
_PRECEDENCE = (Kind.SNMP_COMMUNITY, Kind.WIFI_PSK, Kind.PASSWORD, Kind.API_KEY)
_REACH = 90

_BETWEEN = one_of(
    r"""is, was, are, were, be, been, being, has, have, had, now, new, old, to, from, of, with, using, the, a, an, set,
    reset, changed, rotated, reads?, value, still, default, temporar(?:y|ily), temp, currently, it, on, both,
    ends, for, this, that, name, string, ascii, just, again, which, code, key, pass, password, passphrase,
    secret, token, community, card, says, show(?:s|ed), entered, remains, returned, back, will, should, must,
    by, and, or, then, read, only, we, i, he, she, they, used"""
)
FILLER = rf"(?:[\s:=,–—|>(\"'`*\[{{→-]|\b{_BETWEEN}\b)"

_LINKED = re.compile(rf"(?i)(?<![^\W_])(?:{SNMP}|{WIFI}|{PASS}|{API})(?![^\W_]){FILLER}{{0,14}}$")
_LINKS = one_of("as, is, was, which, works?, worked, for, in, when, on, removed, rejected, became, replies, instead")
_FOLLOWED = re.compile(rf"(?i)[\s)\"'`,*]*{_LINKS}[\s:]+(?:\w+\s+){{0,5}}(?<![^\W_])(?:{SNMP}|{WIFI}|{PASS})(?![^\W_])")
# A sentence ends, unless the next one goes on about the same thing.
_SENTENCE = re.compile(r"[.!]\s+(?!(?i:it|its|it's|this|that|new|us|try|temp|now|set)\b)")
_NAMED = re.compile(r"[\w-]=$|\$$")
_SECRET_LABEL = re.compile(
    r"(?i)(?<![^\W_])(?:pass(?:word|wd|phrase|code)s?|passwort|kennwort|pwd?s?|psk|pin(?: code)?|puk|(?:wi-?fi"
    r"|wlan|network|"
    r"security|shared|pre-?shared|guest) (?:key|secret|code)|communit(?:y|ies)(?: string)?|initial pass|temp pass)$"
)
_CODE_LABEL = re.compile(
    r"(?i)(?<![^\W_])(?:(?:one[- ]time|verification|security|backup|recovery|bypass|emergency|authenticat\w{1,4}"
    r"|mfa|2fa|log-?in|"
    r"sign-?in|scratch) (?:pass)?codes?|otp|temporary access pass|tap|set-?up key|totp (?:secret|seed|key))$"
)
_USER_LABEL = re.compile(r"(?i)(?:user|log-?in|logon|account|benutzer|sign-?in|upn|uid)(?:[ _-]?(?:names?|id))?s?")

NETWORK_WORDS = re.compile(r"(?i)\b(?:wi-?fi|wlan|wireless|ssid|psk|pre-?shared)\b")
LONGEST_LABEL = 32
PUNCTUATION = "\"'`*_.,;()"
# Unbounded on purpose: a value that is cut short would leave its rest to another round, and each round costs a search.
VALUE = r"(?P<v>[^\s\"'`|<>\[\]]+(?:(?<=[^.,;:)\]}*])|(?<=[^*]\*)(?!\*)))"
PASSWORD = (
    r"(?<![^\W_])(?:\w{0,24}(?:pa?s{1,2}[worvd]{2,5}[dt]|pwd|bindpw)s?|pass(?:phrase|code)s?|pws?|p/w|pass"  # noqa: S105
    r"|kennw[oö]rt|"
    r"mot de passe|contraseña|wachtwoord)"
)
PASSWORD_HINTS = ("pass", "phrase", "pw", "p/w", "pas", "psw", "kenn", "pss", "contras", "wacht")


class Context:
    """The words of one line that speak of secrets; asked once for each token of the line."""

    def __init__(self, line: str) -> None:
        self._line = line

    @cached_property
    def _words(self) -> tuple[list[int], list[Kind]]:
        matches = list(_WORDS.finditer(self._line))
        return [match.start() for match in matches], [Kind(str(match.lastgroup)) for match in matches]

    def kind_near(self, start: int, end: int) -> Kind | None:
        """The kind the words within a sentence's reach speak of."""
        starts, kinds = self._words
        first, last = bisect_left(starts, start - _REACH), bisect_left(starts, end + _REACH)
        found = {
            kind for kind, place in zip(kinds[first:last], starts[first:last], strict=True) if not start <= place < end
        }
        return next((kind for kind in _PRECEDENCE if kind in found), None)

    def follows_word(self, start: int) -> bool:
        """Only filling words stand between the word for a secret and this place, and no owner or place."""
        lead = self._line[max(0, start - 72) : start]
        return bool(_LINKED.search(lead)) and not re.search(r"(?i)\b(?:for|on|of|from|with|by|and)\W+$", lead)

    def ties(self, start: int, end: int) -> bool:
        """In the same sentence behind the word and no name's value, or before "as the password"."""
        lead, rest = self._line[max(0, start - 80) : start], self._line[end : end + 60]
        clause = _SENTENCE.split(lead)[-1]
        return bool(_WORDS.search(clause) and not _NAMED.search(clause)) or bool(_FOLLOWED.match(rest))


def label_kind(label: str) -> Kind | None:
    """What a heading or a label that stands alone announces."""
    if not 1 < len(label) <= LONGEST_LABEL or "=" in label:
        return None
    if _CODE_LABEL.search(label):
        return Kind.MFA_CODE
    if _SECRET_LABEL.search(label):
        return Kind.PASSWORD
    return Kind.USERNAME if _USER_LABEL.fullmatch(label) else None


def asks_for(question: str) -> bool:
    """Does somebody ask for a secret, so that the next line tells it?"""
    return bool(
        re.search(r"(?i)\b(?:wh?at\w*|which|need|got|have|tell|send|give|know)\b", question) or len(question) < 24
    ) and any(match.lastgroup != "API_KEY" for match in _WORDS.finditer(question))
