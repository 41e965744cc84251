"""Addresses and numbers of machines and people. User names stand in names.py."""

import ipaddress
import re

import phonenumbers

from apps.core.redaction.kinds import Kind
from apps.core.redaction.rules import Rule, around, before, one_of

_VERSIONS = one_of(
    r"""v(?:er(?:sions?)?)?, builds?, release[ds]?, firmware, fw, drivers?, bios, uefi, revision, rev,
    patch(?:ed|es)?, hotfix, sdk, plugin, oid, section, chapter, code level, rolled (?:back|out), upgrad\w{1,4},
    updat\w{1,4}, downgrad\w{1,4}, \w{0,20}OS, anyconnect, agent, app(?:lication)?, software"""
)
_VERSION_WORDS = re.compile(rf"(?i)\b{_VERSIONS}\b")
_NETWORKS = one_of(
    r"""ips?, ipv4, address(?:es)?, dns, gateway, ping\w{0,4}, subnets?, dhcp, wan, lan, nat, vpn, host, server,
    hop, route[rs]?, src, dst, source, peer, arp, ssh, rdp, telnet, firewall, printer, at, from, answers,
    interface, vlan, lease, scope, resolver, blocked, block, allow\w{0,9}, whitelist\w{0,3}, blacklist\w{0,3},
    spam, attack\w{0,4}, primary, secondary, network, tunnel, traffic, sign-ins?, moved"""
)
_ADDRESS_WORDS = re.compile(rf"(?i)\b{_NETWORKS}\b")
_CASES = one_of(
    r"""case, ticket, sr, order, po, tracking, ref\w{0,6}, serial, imei, invoice, quote, rma, batch, id, build,
    version, part, sku, asset, error, event, kb, bucket, uptime, room, vlan, as, zip, cost cent(?:re|er),
    account"""
)
_CASE_WORDS = re.compile(rf"(?i)\b{_CASES}\W{{0,3}}(?:(?:no|number|nr|num|is|was)\W{{0,3}}){{0,2}}$")
_CALLS = one_of(
    r"""call(?:s|ed|ing|er|back)?, phones?, mobile?, r[uü]ckruf, handy, cell\w{0,5}, tel, telephone, numbers?,
    ring\w{0,3}, dial\w{0,4},
    text(?:ed|s)?, sms, fax\w{0,2}, reach\w{0,3}, line, desk, did, contact, voicemail, hunt, extension, ext,
    whatsapp, on-?call, spoke, engaged, direct, office, landline"""
)
_PHONE_WORDS = re.compile(rf"(?i)\b{_CALLS}\b")
_PRIVATE = tuple(
    ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)


def _is_version(address: ipaddress.IPv4Address, match: re.Match[str]) -> bool:
    """Versions are small numbers, stand after words of software, and rarely beside words of networks."""
    octets = address.packed
    private = any(address in net for net in _PRIVATE)
    small = octets[0] < 32 and sum(octet > 99 for octet in octets) <= 1
    lead = before(match, 40)
    if re.search(
        r"(?:\bv|version|build|firmware|release|bios|driver)\W{0,3}(?:(?:is|now|to|from)\W){0,2}$", lead, re.I
    ):
        return True
    if (
        re.search(r"[A-Za-z]-$|\b[A-Z][A-Za-z]+[ -]$", lead)
        and small
        and not private
        and not _ADDRESS_WORDS.search(lead[-16:])
    ):
        return True
    if octets[3] == 0 and "/" not in match[0] and not _ADDRESS_WORDS.search(around(match)):
        return True
    if private and octets[:2] != b"\x0a\x00" and not (_VERSION_WORDS.search(lead) and not _ADDRESS_WORDS.search(lead)):
        return False
    if private or not small:
        return bool(_VERSION_WORDS.search(lead)) and not _ADDRESS_WORDS.search(lead)
    return bool(_VERSION_WORDS.search(around(match))) or not _ADDRESS_WORDS.search(around(match))


def _is_ipv4(match: re.Match[str]) -> bool:
    try:
        address = ipaddress.IPv4Address(match[0].partition("/")[0])
    except ipaddress.AddressValueError:
        return False
    if (
        address.is_loopback
        or address.packed[0] in (0, 255)
        or address.packed[2:] == b"\xff\xff"
        or re.search(r"\bOID\W{0,3}$", before(match), re.I)
    ):
        return False
    return not _is_version(address, match)


def _is_ipv6(match: re.Match[str]) -> bool:
    text = re.split(r"[%/]", match[0])[0]
    try:
        address = ipaddress.IPv6Address(text)
    except ipaddress.AddressValueError:
        return False
    return not address.is_loopback and not address.is_unspecified and any(char.isdigit() for char in text)


def _is_mac(match: re.Match[str]) -> bool:
    digits = re.sub("[^0-9a-f]", "", match[0].lower())
    return digits not in ("f" * 12, "0" * 12)


def _is_plain_mac(match: re.Match[str]) -> bool:
    near = around(match, 40)
    return _is_mac(match) and bool(
        re.search(r"\b(?:mac|wake|physical|hardware|arp|bssid|device|dhcp|nic|phone|port)\b", near, re.I)
    )


def _parsed(text: str) -> bool:
    regions = ("GB", "US", "DE", "FR") if text.startswith("0") else ("US",)
    for region in regions:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) or (text.startswith("+") and phonenumbers.is_possible_number(number)):
            return True
    return False


def _is_phone(match: re.Match[str]) -> bool:
    text = match[0].strip()
    if _CASE_WORDS.search(before(match, 24)) and not _PHONE_WORDS.search(before(match, 24)):
        return False
    if text.isdigit() and not _PHONE_WORDS.search(around(match, 40)):
        return False
    return _parsed(text)


def _has_phone_word(match: re.Match[str]) -> bool:
    return bool(_PHONE_WORDS.search(around(match, 30))) and not _CASE_WORDS.search(before(match, 24))


_HEX = "[0-9A-Fa-f]"
_MAIL = r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"
_COLONS = re.compile(
    rf"(?<![\w:.])(?:{_HEX}{{0,4}}:){{2,7}}(?:{_HEX}{{1,4}}|(?:\d{{1,3}}\.){{3}}\d{{1,3}})?"
    r"(?![\w:])(?:%\w{1,16})?(?:/\d{1,3})?"
)

ADDRESSES = (
    Rule(Kind.EMAIL, re.compile(_MAIL), ("@",)),
    Rule(
        Kind.EMAIL,
        re.compile(
            r"(?i)(?<![\w.-])[\w.+-]{1,64} ?[(\[]at[)\]] ?[\w-]{1,63}(?: ?(?:[(\[]dot[)\]]|\.) ?[\w-]{2,63}){1,3}"
        ),
        ("(at)", "[at]"),
    ),
    Rule(
        Kind.MAC,
        re.compile(rf"(?<![\w:-]){_HEX}{{2}}(?:([:-]){_HEX}{{2}})(?:\1{_HEX}{{2}}){{4}}(?![\w:-]*[:-]{_HEX}|\w)"),
        accept=_is_mac,
        run=17,
    ),
    Rule(
        Kind.MAC,
        re.compile(rf"(?<![\w:.-])(?=[\d:]*[A-Fa-f])(?:{_HEX}{{1,2}}:){{5}}{_HEX}{{1,2}}(?![\w:])"),
        (":",),
        accept=_is_mac,
        run=11,
    ),
    Rule(
        Kind.MAC,
        re.compile(rf"(?<![\w.-]){_HEX}{{4}}([.-]){_HEX}{{4}}\1{_HEX}{{4}}(?![\w-]|\.\w)"),
        accept=_is_mac,
        run=14,
    ),
    Rule(
        Kind.MAC,
        re.compile(
            rf"(?<![\w-])(?:{_HEX}{{12}}|{_HEX}{{6}}[:-]{_HEX}{{6}}|{_HEX}{{2}}(?:[ .]{_HEX}{{2}}){{5}})(?![\w-])"
        ),
        accept=_is_plain_mac,
    ),
    Rule(Kind.IPV6, _COLONS, ("::",), accept=_is_ipv6),
    Rule(Kind.IPV6, _COLONS, (":",), accept=_is_ipv6, run=15),
    Rule(
        Kind.IPV4,
        re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2}(?!\d))?(?!\w|\.\d)"),
        (".",),
        accept=_is_ipv4,
        digits=4,
        run=7,
    ),
    Rule(
        Kind.PHONE,
        re.compile(
            r"(?<![\w.+/-])(?<!\d:)(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,14}(?:[ .-]?\d{1,8}){0,6}"
            r"|(?:1[ .-])?\(\d{3}\)[ .-]?\d{3}[ .-]?\d{4}|(?:1[ .-])?\d{3}([ .-])\d{3}\1\d{4}|1?\d{10}"
            r"|0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}|0\d{9,10}|00\d{1,3}(?: ?\d){7,12})(?![\w/]|[.:-]\d)"
            r"(?:,? ?(?:ext\.?|x) ?\d{1,5}\b)?"
        ),
        accept=_is_phone,
        digits=7,
    ),
    Rule(
        Kind.PHONE,
        re.compile(r"(?<![\w.+/:-])[2-9]\d{2}[ .-]\d{4}(?![\w/]|[.:-]\d)"),
        accept=_has_phone_word,
        digits=7,
    ),
)
