"""Does a token look like a secret somebody chose or a machine made, or like the ordinary codes of the trade?"""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache

from apps.core.redaction.rules import one_of
from apps.core.redaction.vocabulary import is_listed, is_word


class Shape(IntEnum):
    """How much a token looks like a secret, and so how much help the words around it must give."""

    ORDINARY = 0
    MILD = 1  # a word with digits: only right beside a word like "password"
    STRONG = 2  # three kinds of characters: in the same sentence as such a word
    RANDOM = 3  # nothing people write by accident


_NUMBERS = r"[vx~<>≈+-]?\d+(?:[.,:/x-]\d+)*(?:[a-z%°]{0,4}|st|nd|rd|th)[/\d]*"  # versions, dates, sizes
_GUID = r"\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?"
_HEX = r"0x[0-9a-f]+|[0-9a-f]{7,10}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56,128}"
_TICKETS = one_of(
    """kb, inc, chg, cve, req, prb, ritm, sr, po, rma, ref, ticket, case, event, aadsts, ht, ms, adv, bug, id, q"""
)
_PRODUCTS = one_of(
    r"""windows, building, outlook, powershell, word, excel, branch, site, lab, printer, win, office, server, sql,
    exchange, ios, macos, os, android, ubuntu, debian, rhel, centos, esxi?, vsphere, vmware, sha, aes, rsa, md, wpa,
    ike, ikev, tls, ssl, usb, rj, cat, mp, http, ipv, raid, ssd, ddr, gen, core, intel, latitude, optiplex,
    precision, thinkpad, surface, iphone, ipad, galaxy, pixel, laserjet, officejet, proliant, poweredge, proxmox,
    veeam, acrobat, adobe, autocad, sage, quickbooks, ie, edge, chrome, firefox, dotnet, net, smb, smbv, snmpv, rfc,
    iso, nfsv, wi-?fi, exch, teams, step, day, week, month, year, room, floor, zone, rack, port, vlan, disk, page,
    line, col, part, cisco, juniper, mikrotik, netgear, draytek, zyxel, sonicwall, watchguard, sophos, barracuda,
    epson, canon, brother, lexmark, konica, sharp, xerox, zebra, toshiba, samsung, lenovo, asus, acer, fujitsu,
    siemens, yealink, polycom, avaya, mitel, logitech, jabra, nvidia, radeon, geforce, quadro, ryzen, xeon,
    catalyst, nexus, aruba, fortigate, synology, qnap, vostro, inspiron, pavilion, elitebook, probook, zbook,
    ideapad, thinkcentre, macbook, imac, versalink, workcentre, ecosys, bizhub, kyocera, ricoh, rundll, regsvr,
    yubikey, vb, sys, user, web"""
)
_PORTS = one_of(r"""gi, te, fa, eth, ge, xe, vlan, tengig\w*, gigabit\w*, hu, tw, lo, bond, tun, wan, lan""")
_HOSTS = one_of(
    r"""srv, pc, ws, dc, vm, nas, esx\w{0,3}, sql, fs, ap, sw, fw, host, laptop, desktop, server, node, wap, prn,
    printer, app, web, db, file, mail, rds, ts, ex, ups, pdu, core, edge, rtr, gw, cam, nvr, pbx, kvm"""
)
_VERBS = one_of(
    """get, set, new, add, remove, test, enable, disable, start, stop, invoke, import, export, connect, unlock, reset,
    update, convertto"""
)
_WORDS_NUMBER = r"[a-z]{4,12}\.[a-z]{4,12}\d{2,4}$"
_ORDINARY = re.compile(
    rf"""(?ix) {_NUMBERS} | {_GUID} | {_HEX} | {_TICKETS}[-_\#]?\d[\d-]*
    | (?:{_PRODUCTS}|[a-z](?=\d+[a-z]?$))[-_ ]?v?\d[\w.-]{{0,5}}
    | {_PORTS}\d[\d/.:]*
    | {_HOSTS}(?:{_HOSTS}|[-_][a-z]{{1,12}})?[-_]?\d{{1,4}} | (?:srv|pc|ws|dc|vm|nas|esx|sql)[a-z]{{1,12}}-?\d{{1,4}}
    | [a-z]{{2,12}}-{_HOSTS}[a-z]{{0,6}}-?\d{{1,3}}
    | (?!{_WORDS_NUMBER})(?:[a-z0-9_-]+\.)+[a-z][a-z0-9]{{1,11}}   # host and file names
    | (?!{_WORDS_NUMBER})[a-z_$][\w$]*(?:\.[a-z_$][\w$]*)+ | @.* | .*[<>"].* | [a-z_][\w.$]*\(.* | .*\(.*\).* |
    .*\{{.*\}}.* | \w*[(){{}}]\w* | (?=[^%]*%)(?:[\w.~+=&-]|%[0-9a-f]{{2}})+   # code, encoded text
    | [a-z]:.* | .*\\.* | /.* | .*://.* | .*@[\w-]+(?:\.\w|:[~/]|:$).*             # paths, links, addresses, prompts
    | \$\w+ | {_VERBS}-[a-z]+\d{{0,3}} | [\w.$-]+[=:]+                                     # commands, names of values
    | [a-z]+(?:[-'’][a-z]+)+ | (?-i:[A-Z]?[a-z]+|[A-Z]+) | [\W_]+ | -{{1,2}}[a-z].*                            #
    words, punctuation, flags
    """
)
_PRODUCT = re.compile(rf"(?i){_PRODUCTS}[-_ ]?v?\d[\w.-]{{0,5}}")
COMMUNITY_SHAPE = re.compile(
    r"(?i)(?!snmp-(?:server|trap|agent|get|walk|service))[a-z\d]+[-_.](?:[a-z\d]+[-_.])?"
    r"(?:ro|rw|snmp|nms|mon(?:itor)?|poll|trap|read|write|community)|(?-i:[A-Z][a-z]{2,12}R[OW]\d{0,4})"
    r"|(?:snmp|ro|rw|nms|mon|comm)[-_.][a-z\d]+"
)
_CAPITALS = re.compile(r"[A-Z0-9]+(?:[-_/.:#][A-Z0-9]+)*")
_CHANGE = re.compile(
    r"(?<=[a-z])(?=\d)|(?<=\d)(?=[A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=\d)|(?<=[A-Z]{2})(?=[a-z])"
)
_CASES = re.compile(r"(?<=[a-z])[A-Z]|(?<=[A-Z]{2})[a-z]")
_PASSPHRASE = re.compile(r"[A-Za-z]{4,12}(?:[-._][A-Za-z]{4,12}){1,5}[-._]\d{1,4}")
_INFRASTRUCTURE = re.compile(rf"{_HOSTS}s?|backup|build|release|version|step|room|floor|phase|switch|router|draft|part")
_TOKEN = re.compile(  # no plain word or number, as most are
    r"(?<!\S)(?![(\"'`*]?(?:(?:[A-Z]?[a-z]++|[A-Z]++)(?![A-Za-z])|[\d.,:/%+-]++)[.,;:!?)\"'`*]*+(?!\S))\S{5,}+"
)
_PAIRS = re.compile(r"(?:[^\s;&]|&(?!\w{1,20}=))+")
_LEADING = re.compile(r"(?:\*\*|__|[(\"'`\[{<,;:=>|“‘]+)+")
_TRAILING = re.compile(r"(?:\*\*|__|[)\"'`\]}>,;:.|”’…]+)+$")
_KEYED = re.compile(
    r"[A-Za-z_$/-][\w.$/-]{0,40}[\"'`]?(?:=|:=?|(?<=word|pass|code)\(|(?<=swd|pwd|psk|key)\()[\"'`]*(?=\S)"
)
_LONGEST = 200


def tokens(line: str) -> Iterator[tuple[int, int]]:
    """Start and end of each token, without quotes and brackets around it and without `name=` in front of it."""
    for match in (_PAIRS if "=" in line and (";" in line or "&" in line) else _TOKEN).finditer(line):
        start, end = match.span()
        if end - start > _LONGEST:
            continue
        keyed = _LEADING.match(line, start, end)
        start = keyed.end() if keyed else start
        while named := _KEYED.match(line, start, end):
            start = named.end()
            if "=" not in named[0]:
                break
        if tail := _TRAILING.search(line, start, end):
            end = tail.start()
        if end - start >= 5 and not (line[start:end].isalpha() and len(_CASES.findall(line, start, end)) < 3):
            yield start, end


def is_product(token: str) -> bool:
    return _PRODUCT.fullmatch(token) is not None


def _classes(token: str) -> int:
    return sum(bool(re.search(kind, token)) for kind in ("[a-z]", "[A-Z]", r"\d", r"[^\w.,:/()\[\]-]"))


def _changes(token: str) -> int:
    """How often lower case, upper case and digits follow each other, beginnings of words not counted."""
    return len(_CHANGE.findall(token))


def _is_wordy(token: str) -> bool:
    """Made of words, as the identifiers of programs are (S3AFileSystem)."""
    words = re.findall(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}(?![a-z])", token)
    return 2 * sum(len(word) for word in words if is_word(word)) > len(token)


def _has_word(token: str) -> bool:
    """Random letters rarely spell one."""
    return any(is_listed(part) for part in re.findall(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}(?![a-z])", token))


def _is_path(token: str) -> bool:
    parts = re.split("[/+]", token)
    return len(parts) > 1 and all(is_word(part) or _ORDINARY.fullmatch(part) or not part for part in parts)


def _is_passphrase(token: str) -> bool:
    """Words and a number (velvet-orbit-14), but no host name."""
    if not _PASSPHRASE.fullmatch(token):
        return False
    parts = re.split(r"[-._]", token.lower())[:-1]
    return all(is_listed(part) and not _INFRASTRUCTURE.fullmatch(part) for part in parts)


@lru_cache(4096)
def shape_of(token: str) -> Shape:
    if _ORDINARY.fullmatch(token) or _is_path(token) or not re.search(r"[A-Za-z]", token):
        return Shape.ORDINARY
    if _CAPITALS.fullmatch(token):
        return Shape.MILD if len(token) >= 16 and re.search(r"\d", token) else Shape.ORDINARY
    if _is_passphrase(token):
        return Shape.STRONG
    classes, symbol = _classes(token.rstrip("?!")), re.search(r"(?<=\w)[!@#$%^&*+?~=](?=\w)", token)
    if (
        len(token) >= 9
        and classes >= 3
        and re.search(r"\d", token)
        and (_changes(token) >= 4 or symbol or (_changes(token) >= 2 and token.isalnum() and not _has_word(token)))
        and not _is_wordy(token)
    ):
        return Shape.RANDOM
    if len(token) >= 7 and (classes >= 3 or (symbol and classes >= 2)):
        return Shape.STRONG
    if token.isalpha():
        return (
            Shape.ORDINARY
            if len(token) < 9
            or _is_wordy(token)
            or any(len(part) > 3 and is_word(part) for part in re.findall("[A-Z]?[a-z]+", token))
            else Shape.STRONG
        )
    return Shape.MILD if re.search(r"\d|_|[!@#$%^&*+?~](?=\w)", token) else Shape.ORDINARY
