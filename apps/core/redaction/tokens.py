"""Secrets that the look of a token gives away together with the words in its sentence."""

import re
from collections.abc import Iterator

from apps.core.redaction.chosen import is_chosen, is_chosen_community, is_pair, may_be_chosen
from apps.core.redaction.context import Context
from apps.core.redaction.kinds import Finding, Kind
from apps.core.redaction.rules import one_of
from apps.core.redaction.shapes import COMMUNITY_SHAPE, Shape, is_product, shape_of, tokens

_PLACES = one_of(
    r"""(?<!now )on, at, into, in, host(?:name)?, server, machine, pc, laptop, workstation, computer, rdp to, ping,
    device,
    site, switch, ap, e?ssid, model, build, version, ticket, case, serial, from host, printer, node, vm, asset,
    tag, file, folder, share, part, firmware, driver, order, sha\d{0,3}, md5, thumbprint, commit, hash, users?,
    renamed(?: to)?, named, called, network"""
)
_PLACE = re.compile(rf"(?i)\b{_PLACES}[\s:\"'`(#]{{1,4}}$")
_MACHINE = re.compile(
    r"(?i)\b(?:on|ping|rdp to|host(?:name)?|server|machine|pc|vm|node|device|pod|container|branch|file|folder|named)"
    r"[\s:\"'`(]{1,4}$"
)
_HANDED = re.compile(
    r"(?i)\b(?:(?:set|reset|change[ds]?|told|gave|use[ds]?|using|try|tried)\b[^.;\n]{0,30}?"
    r"\b(?:to|use|with|used|try|one|using|tried|as|from)|use|try|tried|"
    r"(?:open|unlock|lock|encrypt|decrypt|protect|secur|join|connect|hand|provision|start|authenticat|extract"
    r"|log|sign|work|get|got|let)"
    r"\w{0,4}\b[^.;\n]{0,30}?\b(?:with|using|via|by|after|on))[\s:\"'`(]{1,4}$"
)
_GIVEN = re.compile(
    r"(?i)\b(?:(?:(?:re)?typ(?:ed|es|ing)|enter(?:s|ed|ing)|key(?:ed|ing) in|wrote(?: down)?|left|keeps?|put in"
    r"|put|read out|said|accept(?:s|ed)|took|takes|gave(?: \w+)?|told(?: \w+)?)"
    r"[\s:\"'`]{1,4}|[\w-]{1,40} / )$"
)
_ENTERED = re.compile(
    r"(?i)[\"'`]?\s(?:(?:is|was|were|gets|got)\s(?:re)?(?:entered|typed|keyed)|(?:(?:is|was)\s)?"
    r"(?:printed|written|taped|scribbled|posted)\son|work(?:s|ed)|opens|opened|got (?:me|him|her|us)|did (?:it"
    r"|the trick)|fail(?:s|ed)|no longer|for now|until|in (?:plain|clear))\b"
)
_OFFERED = re.compile(
    r"(?i)\b(?:with|us(?:e[ds]?|ing)|(?:re)?typ(?:e[ds]?|ing)|show(?:s|ed|n)|reads?|sa(?:ys?|id)|g[ai]ven?"
    r"|tr(?:y|ied)|issued"
    r"|enter(?:s|ed|ing)?|(?:set|revert|change|reset|swap|switch)\w{0,3} (?:it|her|him|them|back|the \w+) to"
    r"|(?:reset|set|revert\w{0,2}) to|still|lists|ha[sd]|have|put|wrote|written|supply\w{0,3}|suppl\w{2,3}"
    r"|provid\w{2,3}|guess(?:ed)?|kept|keeps?|pick(?:ed)?|chose|was|is|via|wants|needs|expects|requires|took"
    r"|takes?|accept(?:s|ed)|it'?s|instead of|swears by|by heart"
    r"|(?:account|label|sticker|admin|guest|root|login|wi-?fi|temporary|temp|reset|done|default|new|old|wrong"
    r"|right|correct|was|now|it)\s?[:=/]|replac\w{1,3})"
    r"[\s:\"'`(]{1,4}$"
)
_NUMBERED = re.compile(r"[A-Z]?[A-Za-z]*[a-z]\d{1,4}")
_SIGNED = re.compile(
    r"(?=\S{8,})(?=(?:[^A-Za-z]*[A-Za-z]){3})(?=\D*\d)(?=[^!@#$%^*]*[!@#$%^*]\w"
    r"|[A-Za-z]*\d+[A-Za-z]\S*[!#$*]$)[\w!@#$%^&*.?+-]+"
)
_SNMP_NAME = re.compile(
    r"(?i)(?!(?:net|check|php|lib|py|perl|windows|system|module|app|sys|test|enable|disable|set|get|use|via|the)[-_.])"
    r"[a-z\d]{3,16}[-_.]snmp"
)
_HEX_KEY = re.compile(r"(?i)[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PRINTED = re.compile(r"(?=[A-Z\d]*[A-Z]{1,5}\d)(?=[A-Z\d]*\d[A-Z])[A-Z\d]{7,16}")
_TELLS = re.compile(
    r"(?i)pass\w{0,6}\b[^.;\n]{0,50}\b(?:is|was|reads|says|shows|to|with|enter|try|use)[\s:\"'`(]{1,4}$"
)
_KEYS = one_of(
    r"""api, tokens?, secrets?, bearer, authorization, (?:\w{1,20}[_-])?api[_-]?(?:key|token)s?, key(?=\W{0,3}$),
    (?:integration|enrol\w{0,8}|agent|access|signing|license|the|old|new|with|private) key, webhook, skey,
    credential, (?:registered|enrolled|authenticat\w{1,4}|connect\w{0,3}) (?:with|using)"""
)
_KEY_WORDS = re.compile(rf"(?i)(?<![^\W_]){_KEYS}(?![^\W_])")
_IDS = one_of(
    r"""sha-?\d{0,3}, md5, thumbprint, commit, hash, checksum, correlation, request, tenant, guid, policy, object,
    trace, device, session, activity, id"""
)
_HASHES = re.compile(
    rf"(?i)(?<![^\W_])(?:{_IDS}|hash\w{{0,3}}|files?|uuid|virus\w{{0,5}}|malware|quarantin\w{{1,3}}|defender"
    rf"|detect\w{{0,4}}|blocklist"
    r"|sample|serial|certificate|cert|fingerprint|digest|ioc|indicator|etag|build|revision|container|image|layer"
    r"|cache|blob"
    r"|merge\w?|branch|checkout|download\w{0,3}|iso|installer|verified|match\w{0,3}|\w{1,20}[_-]id)(?![^\W_])"
)
_NO_KEY = re.compile(rf"(?i)\b{_IDS}\W{{0,3}}(?:id\W{{0,3}}|of[^.]{{0,20}})?$")


def search_tokens(line: str) -> Iterator[Finding]:
    """Tokens that their shape and the words around them give away."""
    context = Context(line)
    for start, end in tokens(line):
        if kind := _judge(line, start, end, context):
            yield Finding(start, end, kind, line[start:end])


def _judge(line: str, start: int, end: int, context: Context) -> Kind | None:
    token, lead = line[start:end], line[max(0, start - 72) : start]
    if _HEX_KEY.fullmatch(token):
        return Kind.API_KEY if _is_key(token, lead, line[end + 1 : end + 40]) else None
    if _SNMP_NAME.fullmatch(token) or is_chosen_community(token):
        return Kind.SNMP_COMMUNITY
    if _is_chosen(token, lead, line[end : end + 30]):
        return context.kind_near(start, end) or Kind.PASSWORD
    shape = shape_of(token)
    if shape is Shape.ORDINARY:
        return _judge_plain(line, start, end, context)
    in_place = _PLACE.search(lead)
    if in_place and shape is not Shape.RANDOM:
        return None
    near = context.kind_near(start, end)
    if shape is Shape.RANDOM and (near or not in_place or re.search("[!@#$%^&*+?=]", token)):
        return near or (Kind.API_KEY if len(token) >= 20 else Kind.PASSWORD)
    if in_place:
        return None
    is_numbered = bool(_NUMBERED.fullmatch(token))
    if near and (shape is Shape.STRONG or context.ties(start, end) or _OFFERED.search(lead)):
        return near
    if _SIGNED.fullmatch(token):
        return Kind.PASSWORD
    return Kind.PASSWORD if _is_handed_over(shape, is_numbered, lead, line[end : end + 30]) else None


def _is_chosen(token: str, lead: str, rest: str) -> bool:
    if is_product(token):
        return False
    if is_chosen(token):
        return (token[0].isupper() or not _MACHINE.search(lead)) and not (_PLACE.search(lead) and len(token) < 13)
    if _PLACE.search(lead) or not may_be_chosen(token) or (shape_of(token) is Shape.ORDINARY and "." not in token):
        return False
    return bool(_OFFERED.search(lead) or _ENTERED.match(rest))


def _is_handed_over(shape: Shape, is_numbered: bool, lead: str, rest: str) -> bool:
    """No word for a password, but it is set, told or typed; "Try Outlook2021" is not enough for that."""
    if _ENTERED.match(rest):
        return True
    return shape is Shape.STRONG and not is_numbered and bool(_HANDED.search(lead) or _GIVEN.search(lead))


def _judge_plain(line: str, start: int, end: int, context: Context) -> Kind | None:
    """Communities are often plain words with a suffix (acme-ro); printed passwords are capitals and digits."""
    token = line[start:end]
    if _PRINTED.fullmatch(token) and (context.follows_word(start) or _TELLS.search(line[max(0, start - 72) : start])):
        return context.kind_near(start, end)
    if (COMMUNITY_SHAPE.fullmatch(token) or is_pair(token)) and context.kind_near(start, end) is Kind.SNMP_COMMUNITY:
        return Kind.SNMP_COMMUNITY if context.ties(start, end) else None
    return None


def _is_key(token: str, lead: str, rest: str) -> bool:
    """Hexadecimal is a key beside a word for keys, and in a key's length where nothing speaks of hashes and ids."""
    if _NO_KEY.search(lead):
        return False
    if _KEY_WORDS.search(lead) or _KEY_WORDS.match(rest):
        return True
    return len(token) in (32, 40) and "-" not in token and not (_HASHES.search(lead) or _HASHES.search(rest))
