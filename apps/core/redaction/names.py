"""User names: in a domain, after a word like "user", or by the shape of a service account."""

import re

from apps.core.redaction.chosen import may_be_chosen
from apps.core.redaction.context import label_kind
from apps.core.redaction.kinds import Kind
from apps.core.redaction.rules import Rule, around, before, one_of, words
from apps.core.redaction.shapes import is_product
from apps.core.redaction.vocabulary import (
    BUILT_IN,
    STATES,
    is_foreign,
    is_initial_and_name,
    is_listed,
    is_one_name_and_initial,
    is_person,
    is_surely_person,
    is_word,
    stands_in_list,
)

_NOT_DOMAINS = words(
    """
    hkcu hklm hkcr hku hkey_local_machine hkey_current_user software system system32 windows microsoft user users
    program programs appdata local roaming nt builtin authority service services drivers policies
    currentcontrolset currentversion control desktop documents downloads common files public share shares data
    temp backup font fonts
    """
)
_GROUPS = words("domain enterprise schema authenticated everyone administrators users")
_FILES = one_of(
    """exe, dll, msi, pdf, docx?, xlsx?, txt, log, zip, ps1, bat, cmd, png, jpe?g, pst, ost, csv, xml, json, ini,
    conf, ya?ml, cfg, dmg, iso, img,
    vhdx?, bak, tmp, lnk, rdp, ovpn, pem, crt, cer, key, pfx, html?, js, py, sh, reg, inf, cab, evtx?, dump, lan,
    sys, local, com, net, org, io"""
)
_FILE = re.compile(rf"(?i)\.{_FILES}$")
_HOSTS = one_of(r"""srv, pc, ws, dc, vm, nas, esx\w{0,3}, sql, fs, ap, sw, fw, host, laptop, desktop, server, node""")
_DEVICE = re.compile(rf"(?i){_HOSTS}(?:[-_]\w{{0,12}})?\d{{1,3}}|\w+-{_HOSTS}\d{{1,3}}")
_MACHINES = re.compile(r"(?i)\b(?:on|host(?:name)?|server|pc|laptop|machine|device)\W+$")
_KEY_SLOT = re.compile(r"(?:key|row|line|slot|item|step)\d+")
_PLACES = re.compile(r"(?i)\b(?:on|host(?:name)?|server|pc|laptop|machine|from|device)\W+$")


def _is_domain_user(match: re.Match[str]) -> bool:
    domain, _, name = match["v"].rstrip("\\").rpartition("\\")
    if domain.rstrip("\\").lower() in _NOT_DOMAINS or name.lower() in _GROUPS:
        return False
    return not _FILE.search(name)


def _is_shaped(name: str) -> bool:
    if (
        len(name) < 3
        or name.isdigit()
        or is_product(name)
        or _FILE.search(name)
        or _DEVICE.fullmatch(name)
        or name.lower() in BUILT_IN
    ):
        return False
    if is_person(name) and not is_word(name):
        return True
    if (
        "-" in name
        and not re.match(r"(?:adm|admin|svc|sa|ext|tmp|test|da|t[012]|a)-", name)
        and not any(map(is_person, name.split("-")))
    ):
        return False
    plain = is_listed(name) if name.isalpha() else is_word(re.sub(r"[._]", "-", name))
    return not plain and not re.fullmatch(r"[A-Z0-9-]+|\d.*|[A-Z][a-z]+[A-Z]\w*", name)


def _is_named(match: re.Match[str]) -> bool:
    """After a loose word ("user", "account") only what no dictionary knows, and no capitalised name of a person."""
    name = match["v"]
    return (
        not _KEY_SLOT.fullmatch(name)
        and name[0].islower()
        and _is_shaped(name)
        and not _PLACES.search(before(match, 16))
    )


def _is_labelled(match: re.Match[str]) -> bool:
    """After "user name:" also ordinary words, as far as they can be a value."""
    name = match["v"]
    if name.lower() in BUILT_IN or not re.search("[A-Za-z]", name):
        return False
    if re.search(r"[:=][\s\"'`]{0,3}$", before(match, 4)) and not name[0].isdigit() and label_kind(name) is None:
        rest = match.string[match.end() : match.end() + 12]
        return name.lower() not in STATES and not (is_word(name) and re.match(r"\s+[A-Za-z]{2}", rest))
    return _is_shaped(name) or (len(name) > 3 and is_person(name))


def _is_somebody(name: str) -> bool:
    return is_person(name) or is_initial_and_name(name) or is_one_name_and_initial(name)


def _is_service(match: re.Match[str]) -> bool:
    return not _FILE.search(match[0]) and not _MACHINES.search(before(match, 16))


def _is_account_holder(match: re.Match[str]) -> bool:
    if stands_in_list(match[0]):
        return False
    if is_surely_person(match[0]) or (is_initial_and_name(match[0]) and is_foreign(match[0])):
        return True
    return is_person(match[0]) and not is_listed(match[0]) and bool(_ACCOUNT_WORDS.search(around(match)))


_ACCOUNTS = one_of(
    r"""users?, accounts?, log(?:ged|s)?[ -]?(?:in|on), logins?, (?:un)?lock(?:ed|out)?, mailbox, passwords?,
    licen[cs]\w{1,4}, groups?, vpn, \w{0,20}name, handle, profiles?, folder, access, permissions?, disabled,
    enabled, ad, members?, sign\w{0,3} in, cred\w{0,8}"""
)
_ACCOUNT_WORDS = re.compile(rf"(?i)\b{_ACCOUNTS}\b")
_NAME = r"(?P<v>[A-Za-z][\w.-]{1,38}[A-Za-z0-9$]|[A-Za-z]\d{2,8})(?![\w@\\-]|\.\w|:?/)"
_BETWEEN = one_of(
    """is, was, now, named, called, for, of, with, under, as, name, id, login, account, user, new, old, still, locked,
    again, created, added, disabled, enabled, deleted"""
)
_FILLER = rf"(?:[\s:=.,|(\"'`*>-]|\b{_BETWEEN}\b){{0,14}}"
_NAMED = one_of(
    r"""user[ _-]?names?, user[ _-]?ids?, (?:log[- ]?(?:in|on)|sign-?in)[ _-]?(?:names?|id), account[ _-]name, sam[
    ]?(?:account)?[ _-]?name, upn, uid"""
)
_LABEL = (
    rf"(?<![\w.])(?:{_NAMED}|(?:user|name|login)(?=\s?[=:]\s?\S{{1,40}}[\s,;]+pass))(?:\s(?:for|on|in|at"
    rf"|of)\s[^\n:=]{{1,30}}+(?=[:=]))?+(?:\s(?:for|on|in|at)\s(?:the\s)?[\w-]{{1,20}})?"
)
_LOOSE = r"(?<![\w.])" + one_of(
    r"""users?, renamed, (?:(?:service|svc|local|domain|ad|test|shared) )?accounts?, log-?ins?, logons?, logged
    (?:in|on), signed? (?:in|on), sign-?ins?, run(?:s|ning)? (?:as|under), profiles?, owner, -identity,
    get-aduser, unlock-adaccount, get-mailbox, net user, created by, member"""
)

_LOOSE_HINTS = tuple(words("user renamed account log sign run profile owner identity mailbox created member"))

_DOES = one_of(
    r"""(?:(?:is|was|got|gets|still) )?(?:locked|disabled|on leave), left (?:the|us|in|on), forgot, resigned, called,
    (?:cannot|can'?t|could not) (?:log|sign|open|access|print), logged (?:on|in|off|out), needs access"""
)
_SPEAKS = one_of(
    """says, said, reports?, reported, complains, sees, wants, asked, asks, tried, tries, gets, got, mentioned, has,
    still, was, is,
    does, did, will, keeps, works, should, confirmed, replied, opened, rang, never, and"""
)
_ABOUT_PEOPLE = one_of(
    r"""from, for, by, of, and, to, as, under, with, moved, added?, remov\w{1,2}, cloned?, deleted?, disabled?,
    enabled?, created?,
    unlock(?:ed)?, reset, renamed?, skipped, told, asked, called, e?mailed, on behalf of, users?, accounts?, chown,
    impersonat\w{1,3},
    member, members, contact, find, found, delegates?, see, locate[ds]?, assigned(?: to)?, ping(?:ed)?, copied,
    offboard\w{0,3}, onboard\w{0,3}, licen[cs]ed?, notif\w{1,3}"""
)

NAMES = (
    Rule(
        Kind.USERNAME,
        re.compile(rf"(?<![\w.@\\/-])(?P<v>[a-z]{{5,14}}\d{{0,2}}) (?={_DOES}\b)"),
        ("locked", "disabled", "leave", "left", "forgot", "resigned", "called", "can", "could", "logged", "needs"),
        accept=lambda match: _is_named(match) and (_is_somebody(match["v"]) or is_foreign(match["v"])),
    ),
    Rule(
        Kind.USERNAME,
        re.compile(rf"(?<![\w.@\\/-])(?P<v>[a-z]{{5,14}}\d{{0,2}}) (?={_SPEAKS}\b)"),
        accept=lambda match: _is_named(match) and _is_somebody(match["v"]),
    ),
    Rule(
        Kind.USERNAME,
        re.compile(r"(?i)(?:[\\/]users[\\/]|/home/)(?P<v>[a-z][\w.-]{1,30}\w)"),
        ("users", "/home/"),
        accept=lambda match: match["v"].lower() not in _NOT_DOMAINS and not _FILE.search(match["v"]),
    ),
    Rule(
        Kind.USERNAME,
        re.compile(
            r"(?<![\w\\/.-])(?P<v>(?:[A-Za-z][\w.-]{1,30}|\.)\\{1,2}[A-Za-z][\w.$-]{1,40}[\w$])(?![\w\\@]"
            r"|\s[A-Za-z]{1,20}\\)"
        ),
        ("\\",),
        accept=_is_domain_user,
    ),
    Rule(
        Kind.USERNAME,
        re.compile(r"(?<![\w.@\\/-])(?:svc|adm|sa)[._-][a-z][\w.-]{1,30}\w(?![\w@\\/.-])"),
        ("svc", "adm", "sa"),
        accept=_is_service,
    ),
    Rule(
        Kind.USERNAME,
        re.compile(rf"(?i){_LABEL}{_FILLER}(?<![\w.-]){_NAME}"),
        ("user", "log", "sign", "account", "upn", "uid", "sam"),
        accept=_is_labelled,
    ),
    Rule(Kind.USERNAME, re.compile(rf"(?i){_LOOSE}{_FILLER}(?<![\w.-]){_NAME}"), _LOOSE_HINTS, accept=_is_named),
    Rule(
        Kind.USERNAME,
        re.compile(rf"(?i)\b(?:renamed|changed)\s[^\n]{{1,60}}?\sto\s{_NAME}"),
        ("renamed", "changed"),
        accept=lambda match: is_person(match["v"]) and _is_named(match),
    ),
    Rule(
        Kind.USERNAME,
        re.compile(
            rf"(?i)\b(?:owner|users?|accounts?|login|mailbox)\b[^.;:\n]{{1,30}}?\s(?:is|was|as|to|called"
            rf"|named)\s{_NAME}"
        ),
        _LOOSE_HINTS,
        accept=_is_named,
    ),
    Rule(
        Kind.USERNAME,
        re.compile(rf"(?i)\brenamed\s(?P<u>[a-z][\w.-]{{2,30}})\sto\s{_NAME}"),
        ("renamed",),
        accept=lambda match: is_person(match["u"]),
    ),
    Rule(
        Kind.USERNAME,
        re.compile(r"(?<![\w.@\\/$%=-])[a-z]{5,24}\d{0,2}(?![\w@\\/=(-]|[.:]\w)"),
        accept=_is_account_holder,
    ),
    Rule(
        Kind.USERNAME,
        re.compile(
            rf"(?i:\b{_ABOUT_PEOPLE})\s(?P<v>[a-z]{{5,14}}\d{{0,2}}|[a-z]{{4,14}}\.[a-z])(?![\w@\\/=(-]|[.:]\w)"
        ),
        accept=lambda match: (
            _is_shaped(match["v"])
            and not may_be_chosen(match["v"])
            and (_is_somebody(match["v"]) or is_foreign(match["v"]))
        ),
    ),
    Rule(
        Kind.USERNAME,
        re.compile(r"(?<![\w.@\\/-])[a-z]+[._][a-z]+\d{0,2}(?![\w@\\/-]|\.\w)"),
        (".", "_"),
        accept=lambda match: (is_person(match[0]) or is_one_name_and_initial(match[0])) and not _FILE.search(match[0]),
    ),
)
