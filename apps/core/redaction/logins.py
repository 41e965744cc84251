"""A user and a password side by side: "logged in with … / …", "user …, pw …", "… / …"."""

import re

from apps.core.redaction.chosen import may_be_chosen
from apps.core.redaction.context import NETWORK_WORDS, PASSWORD, PASSWORD_HINTS, PUNCTUATION, VALUE
from apps.core.redaction.kinds import Kind
from apps.core.redaction.rules import around, rule, words
from apps.core.redaction.shapes import Shape, shape_of
from apps.core.redaction.vocabulary import BUILT_IN, DEFAULTS, STATES, is_listed, is_word


def _is_login_pair(match: re.Match[str]) -> bool:
    """A user and a password: the less the user looks like one, the more the password must."""
    user, value = match["u"].lower(), match["v"].strip(PUNCTUATION)
    shape = shape_of(value)
    if re.fullmatch(r"[\da-f]{1,4}[\da-f:]+", f"{user}:{value}") or ("@" in user and f"{user}/" in match[0].lower()):
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
    return (
        name not in BUILT_IN
        and match["v"].islower()
        and (not is_word(name) or bool(re.search("[a-z][-_.][a-z]", name)))
    )


def _is_bare_pair(match: re.Match[str]) -> bool:
    """user / value, with nothing else to tell: the value must look like a password."""
    user, value = match["u"].lower(), match["v"].strip(PUNCTUATION)
    if len(value) < 6 or user in STATES:
        return False
    if match["s"] == ",":
        return match["u"].islower() and not is_listed(user) and shape_of(value) >= Shape.STRONG
    return shape_of(value) >= Shape.STRONG or (
        shape_of(value) is Shape.MILD and (user in value.lower() or may_be_chosen(value))
    )


def _is_bare_user(match: re.Match[str]) -> bool:
    return (
        _is_bare_pair(match)
        and not is_listed(match["u"])
        and not NETWORK_WORDS.search(around(match, 40))
        and "-" not in match["u"]
    )


def _is_pair_of_user(match: re.Match[str]) -> bool:
    user = match["u"].lower()
    is_plain = user in BUILT_IN or user in DEFAULTS or (match["s"] not in "//:" and is_word(re.sub("[._]", "-", user)))
    return not is_plain and _is_login_pair(match)


_LOGINS = words("admin administrator password root user wheel")
_SIGNING_IN = (
    r"\b(?:cred\w{0,8}|log(?:ged|s|ging)?[ -]?(?:in|on)|sign(?:ed|s|ing)?[ -]?(?:in|on)|auth\w{0,12}|logins?|ssh"
    r"|telnet|rdp|web ?ui|console|portal|admin|account|ftp|uses?|using|connects?)\b"
    r"[^.;\n]{0,56}?[\s(:\\]"
)
_PAIR = (
    r"(?P<u>\w[\w.\\@-]{1,40})\s?(?P<s>SEP)(?<!\w:(?=\s))\s?"
    rf"(?:(?:the )?(?:pass(?:word)?|pw)\s+)?(?<![\w]){VALUE}"
)
_LOGIN_HINTS = tuple(
    f"{end}{mark}"
    for end in ("min", "tor", "root", "sa", "ger", "ubnt", "pi")
    for mark in ("/", ":", " /", " :", " ha")
)
_MARKED_PAIR = _PAIR.replace("SEP", "//?|:")
_SPOKEN_PAIR = _PAIR.replace("SEP", r",|\b(?:and|with|has|had)\b")
_KNOWN_PAIR = _PAIR.replace("SEP", r"//?|:|,|\b(?:and|with|has|had)\b").replace(r"(?<!\w:(?=\s))", "")
_KNOWN_LOGIN = r"(?<![\w/.-])(?=(?:admin|administrator|root|sa|manager|ubnt|pi)(?:[ ]?[/:]| ha[sd] ))"
_SIGNING_HINTS = (
    "cred",
    "log",
    "sign",
    "auth",
    "admin",
    "account",
    "ftp",
    "ssh",
    "tel",
    "rdp",
    "ui",
    "portal",
    "console",
    "use",
    "using",
    "connect",
)

LOGINS = (
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
        rf"(?i)(?:\b(?:user|account|login|under|as|are|is|creds?))\s(?P<v>[a-z][\w.-]{{1,30}})(?:,|\s?\(|\s?//?"
        rf"|;|\sand|\swith|)\s?(?:the )?{PASSWORD}",
        *PASSWORD_HINTS,
        accept=_is_user_before_password,
    ),
    *(
        rule(
            Kind.PASSWORD if group == "v" else Kind.USERNAME,
            rf"(?<!\S)[\"'(]?(?P<u>[A-Za-z][\w.@\\-]{{1,40}})(?P<s> //?|,) {VALUE}",
            *(" /", ","),
            accept=_is_bare_pair if group == "v" else _is_bare_user,
            group=group,
        )
        for group in "vu"
    ),
    rule(Kind.PASSWORD, rf"(?i){_KNOWN_LOGIN}{_KNOWN_PAIR}", *_LOGIN_HINTS, accept=_is_login_pair),
)
