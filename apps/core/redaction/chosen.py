"""Passwords as people choose them: words, a number, a sign. The token itself tells, with little or no help."""

import re
from functools import lru_cache

from apps.core.redaction.rules import words
from apps.core.redaction.vocabulary import COMMON_PASSWORDS, FIELD, FIRST_NAMES, SURNAMES, is_listed

_TRADE = FIELD | words(
    """
    account accounts address area asset audit back base batch block branch build building case center central
    community channel client clients cloud cluster code color colour company conference contract copy core
    customer data database default department desk device devices disk document documents draft drive east edge
    entry error event fault file files finance floor folder form game global group groups health hosted image
    import index instance invoice item jira letter level library line list local lock lockdown mail main manager
    master media meeting message migration model module name network node north note number order panel part
    people phase phone photo plan policy pool port portal power press print private process product profile
    project public queue quote rack record region release remote report reports request response result role
    room router rule sales scan scanner schema security serial series server servers service session share
    shared shift site snap source south space stack staff stage standard start state step stop storage store
    story study suite support switch system table task team template test ticket tool track trial type unit user
    users value vendor version video view viewer virtual vlan volume ware warehouse watch week west work workers
    world zone mount read write daily weekly monthly yearly budget summary agenda annual conference event events
    training holiday season
    calendar chapter march april may june july august september october november december january february
    sunday monday tuesday wednesday thursday friday saturday covid expo fiscal forecast inventory survey holidays
    clerk cash kiosk warehouse floor quarter half semester class grade year week month day time date meter count
    counter pixel iphone galaxy playstation xbox boeing airbus mazda model mark apollo java python ruby node root
    argument array cast class exception factory found function handler illegal
    invalid method not null object operation pointer runtime stream string thread
    """
)
_SIGN = "[!@#$%^&*]"
_PHRASE = re.compile(
    r"(?:[a-z]{4,12}([-._])[a-z]{4,12}\1(?:[a-z]{4,12}\1){1,4}|[A-Z][a-z]{3,11}\.(?:[A-Z][a-z]{3,11}\.){1,3})\d{1,4}"
)
_TWO_WORDS = re.compile(
    r"[A-Za-z][a-z]{3,11}[-._][A-Za-z][a-z]{3,11}[-._]\d{1,4}|[A-Z][a-z]{2,11}\d{0,2}[A-Z][a-z]{2,11}\d{0,4}"
)
_SIGNED = re.compile(
    rf"(?P<w>[A-Za-z]{{4,16}}){_SIGN}\d{{2,6}}[!#*$]?|(?P<v>(?:[A-Z][a-z]{{2,11}}){{1,3}})\d{{1,6}}[!@#$%^&*?]{{1,3}}"
)
_COMPOUND = re.compile(r"(?P<w>[A-Za-z][a-z]{3,23})\d{1,4}")
_YEARED = re.compile(r"(?P<w>[A-Za-z][a-z]{3,23})[-_.]?\d{3,6}|(?P<c>[A-Z][a-z]{4,23})[1-9]\d")
_DOTTED = re.compile(r"[A-Za-z]{4,12}([._])[A-Za-z]{4,12}\1\d{1,4}")
_INNER = re.compile(r"([A-Za-z]{4,12})[0-9&]{1,2}([A-Za-z]{4,12})")
_NUMBERED = re.compile(r"(?P<w>[A-Z][a-z]{3,11})_?\d{2,5}")
_COMMUNITY = re.compile(
    r"snmp[-_](?P<w>[a-z]{4,12})(?:[-_]?\d{1,4})?|(?P<v>[a-z]{4,12})(?:-[a-z]{3,12})?[-_](?:r[ow]|read|write"
    r"|snmp)(?:[-_]?\d{1,3})?"
)
_FIRST_GIVEN = re.compile(r"(?i)(?:password|passw0rd|welcome|changeme|letmein|qwerty)\d{2,6}[!@#$%^&*?]*")
_LEET = str.maketrans("01345@$!", "oleasasi")


def is_chosen_community(token: str) -> bool:
    """maple-ro, snmp-willow-31: a word of no trade with the suffix that only communities have."""
    match = _COMMUNITY.fullmatch(token)
    return match is not None and _is_private(match["w"] or match["v"])


@lru_cache(4096)
def is_chosen(token: str) -> bool:
    """Nothing but a password looks like this."""
    if _PHRASE.fullmatch(token):
        parts = [part.lower() for part in re.split(r"[-._]", token)[:-1]]
        return sum(map(_is_private, parts)) >= 2 and _TRADE.isdisjoint(parts)
    if _DOTTED.fullmatch(token):
        parts = re.split("[._]", token)[:-1]
        return any(map(is_listed, parts)) and not any(part.lower() in _TRADE for part in parts)
    if numbered := _YEARED.fullmatch(token):
        return _is_private_compound(numbered["w"] or numbered["c"]) or token.lower() in COMMON_PASSWORDS
    if _FIRST_GIVEN.fullmatch(token):
        return True
    if signed := _SIGNED.fullmatch(token):
        return (signed["w"] or signed["v"]).lower() not in _TRADE
    compound = _COMPOUND.fullmatch(token)
    return bool(compound and token[0].islower() and _is_two_words(compound["w"])) or _is_leet(token)


@lru_cache(4096)
def may_be_chosen(token: str) -> bool:
    """A password where somebody uses, types or is given it; elsewhere it may name a thing."""
    if _TWO_WORDS.fullmatch(token):
        return all(map(_is_private, re.findall(r"[A-Z]?[a-z]+", token)))
    if numbered := _NUMBERED.fullmatch(token):
        return _is_private(numbered["w"])
    if inner := _INNER.fullmatch(token):
        return token.lower() in COMMON_PASSWORDS or all(map(is_listed, inner.groups()))
    compound = _COMPOUND.fullmatch(token)
    return bool(compound and (_is_private_compound(compound["w"]) or token.lower() in COMMON_PASSWORDS))


def is_chosen_words(text: str) -> bool:
    """CandleSpruce, pantherpumpkinolive: words run together, none of the trade. Only right behind "password"."""
    parts = re.findall("[A-Z][a-z]+", text)
    if len(parts) > 1:
        return "".join(parts) == text and not is_listed(text) and all(map(_is_private, parts))
    return text.isalpha() and text.islower() and (_is_two_words(text) or is_three_words(text))


def is_three_words(text: str) -> bool:
    """crimsoncometolive: long enough to be no word of any trade."""
    return not is_listed(text) and any(
        _is_private(text[:place]) and _is_two_words(text[place:]) for place in range(4, len(text) - 7)
    )


def is_pair(text: str) -> bool:
    """panther-silver: what people choose as a community."""
    parts = re.split("[-_]", text)
    return len(parts) == 2 and all(len(part) >= 5 and part.islower() and _is_private(part) for part in parts)


def _is_private(word: str) -> bool:
    word = word.lower()
    return is_listed(word) and word not in _TRADE and word.rstrip("s") not in _TRADE


def _is_private_compound(text: str) -> bool:
    """One word or several run together (tulip, applepie, hockeylife), none of them of the trade, and no person."""
    return (_is_private(text) and (text[0].isupper() or text not in SURNAMES)) or _is_two_words(text, 3)


def _is_two_words(text: str, last: int = 4) -> bool:
    """velvetwinter, but no word of its own and no person (oscarboyd)."""
    text = text.lower()
    if is_listed(text):
        return False
    cuts = [(text[:place], text[place:]) for place in range(4, len(text) - last + 1)]
    return any(
        _is_private(first) and _is_private(last) and not (first in FIRST_NAMES and last in SURNAMES)
        for first, last in cuts
    )


def _is_leet(token: str) -> bool:
    """Anch0r8235: a word with digits for letters, and a number."""
    match = re.fullmatch(
        r"(?=[A-Za-z]*[01345@$!][a-z]|[A-Za-z]{4,})([A-Za-z][A-Za-z01345@$!]{4,11}?)(\d{2,5})[!#*$]?", token
    )
    if not match:
        return False
    stem = match[1].rstrip("0123456789")
    rest = token[len(stem) : len(stem) + 1]
    return any(
        not word.isalpha()
        and word.translate(_LEET).isalpha()
        and len(word) > 4
        and is_listed(word.translate(_LEET).lower())
        for word in (stem, stem + rest)
    )
