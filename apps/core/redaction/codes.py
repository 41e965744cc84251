"""Codes of a second factor: digits, backup codes, and the seeds they are made from."""

import re

from apps.core.redaction.kinds import Kind
from apps.core.redaction.rules import around, before, one_of, rule
from apps.core.redaction.vocabulary import is_word

_CODES = one_of(
    r"""codes?, otp, totp, 2fa, mfa, pass ?codes?, one[- ]time, six digits?, digits, authenticator, bypass, 2-step,
    two[- ]factor, verification, second factor, tap, access pass, scratch, trusted device, text (?:came|message),
    from the (?:token|app),
    token (?:show\w{0,3}|display\w{0,3}), duo, okta, (?-i:TAN), identity, fob, (?:hardware|rsa|soft) token,
    (?:app|phone|fob|token)(?: (?!error|code)\w{1,12}){0,3} (?:said|says|reads?|gave|show(?:s|ed)|display(?:s|ed)),
    asked for a token,
    tokens?(?=\W{1,3}\d{6}),
    off (?:her|his|my|their|the) (?:phone|app|device|watch), voice call, prompt
    (?:accept\w{0,2}|took), texted, sms, in (?:the|her|his|my|their) (?:\w{1,14} )?app"""
)
_CODE_WORDS = re.compile(rf"(?i)(?<![^\W_]){_CODES}(?![^\W_])")
_SHORT_CODE_WORDS = re.compile(
    r"(?i)\b(?:otp|totp|sms|mfa|2fa|verification|authenticator|one[- ]time|sign-?in|login|texted|voice|guard"
    r"|security)\b"
)
_SEED_WORDS = re.compile(r"(?i)\b(?:secret|seed|set-?up|otp|totp|authenticator|mfa|2fa|manual(?:ly)?|key|qr|by hand)\b")
_NUMBERS = one_of(
    r"""error, event, zip, area, exit, status, stop, country, cost, ticket, case, order, invoice, asset, serial, ref,
    po, port, postal, dial, result, response, return, build, sr, rma, product, reason, part, sku, vlan, ext,
    extension, room, kb, tracking, account, version, id, fault, bucket, bug, quote, batch, line, page, job,
    work, cent(?:re|er), door, fax, error_?codes?"""
)
_NOT_A_CODE = re.compile(rf"(?i)\b{_NUMBERS}\b\W{{0,3}}(?:(?:codes?|is|was|number|no|nr|id|#)\W{{0,3}}){{0,3}}$")
_HANDED = re.compile(
    r"(?i)\b(?:(?:re)?type[ds]?|enter(?:s|ed)?|keyed(?: in)?|read (?:back|out|me|over)|dictated|took|refused|read"
    r"|(?:approved|confirmed|verified|proved|validated|logged in|signed in) (?:with|by|using)"
    r"|(?:gave|sent|told) (?:me|her|him|us))[\s:\"'`(]{1,4}$"
)
_COUNTED = re.compile(r"\s[a-z]{2,20}s\b")
_SPENT = re.compile(
    r"(?i)[\s\"'`,)]{1,3}(?:(?:had |was |has )?(?:expired|rejected|accepted)(?: before| too|$)"
    r"|from (?:the|her|his|my) (?:printed )?(?:app|phone|text|list|sheet)"
    r"|(?:did ?n.t|did not) work|over the phone|aloud|to (?:verify|confirm|prove))"
)
_DATE = re.compile(r"20[0-4]\d(?:0\d|1[0-2])(?:[0-2]\d|3[01])")
_AMOUNT = r" (?:m?s\b|milli|sec|byte|[KMG]i?B|rows|files|items)"


def _is_code(match: re.Match[str]) -> bool:
    lead = before(match)
    if _DATE.fullmatch(re.sub(r"\D", "", match["v"])) and not re.search(r"(?i)(?:codes?|pass)\W{1,3}$", lead):
        return False
    if _NOT_A_CODE.search(lead):
        return False
    rest = match.string[match.end() : match.end() + 40]
    return bool(
        _CODE_WORDS.search(around(match)) or (_HANDED.search(lead) and not _COUNTED.match(rest)) or _SPENT.match(rest)
    )


def _is_short_code(match: re.Match[str]) -> bool:
    return bool(_SHORT_CODE_WORDS.search(around(match))) and not _NOT_A_CODE.search(before(match))


def _is_backup_code(match: re.Match[str]) -> bool:
    return (
        bool(re.search(r"\d|[a-z][A-Z]", match["v"]))
        and not _NOT_A_CODE.search(before(match))
        and not is_word(match["v"])
    )


def _is_seed(match: re.Match[str]) -> bool:
    return bool(_SEED_WORDS.search(around(match))) and not is_word(match[0])


_BACKUP = r"(?:backup|recovery|scratch|bypass|emergency|one[- ]time|rescue)"
_LISTED = r"(?=[A-Za-z-]{0,11}\d)[A-Za-z0-9]{4,10}+(?:-[A-Za-z0-9]{3,8}+){0,3}+(?!\w)"

CODE_LISTS = (
    rule(
        Kind.MFA_CODE,
        rf"(?i)\b{_BACKUP}\s(?:pass)?codes?(?:\s(?:are|were|for\s\S{{1,30}}))?[\s:=]{{1,6}}"
        rf"(?:(?:\d{{1,2}}[.)]|[*•-])\s{{0,3}})?(?P<v>{_LISTED}(?:(?:[\s,;/|•*-]|\band\b|\bor\b"
        rf"|\b\d{{1,2}}[.)])++{_LISTED})++)",
        "code",
    ),
)

CODES = (
    rule(Kind.MFA_CODE, r"(?i)otpauth://\S{0,200}?[?&]secret=(?P<v>[A-Z2-7=]{8,128})", "otpauth"),
    rule(Kind.MFA_CODE, r"\bcccc[b-lnrtuv]{8,40}\b", "cccc"),
    rule(Kind.MFA_CODE, r"\bG-\d{6}\b", "g-"),
    rule(
        Kind.MFA_CODE,
        rf"(?<![\w.:/+#$-])(?P<v>\d{{6,10}}|\d{{3}}[ -]\d{{3}}(?![ -]\d)|\d{{4}}(?:[ -]\d{{4}}){{1,3}}"
        rf"|\d(?:[ -]\d){{5,7}})"
        rf"(?![\w:/%-]|\.\d|{_AMOUNT})",
        accept=_is_code,
        digits=6,
    ),
    rule(
        Kind.MFA_CODE,
        rf"(?i)\b(?:(?:{_BACKUP}|mfa|2fa|verification|security|reset|log-?in|sign-?in|confirmation"
        rf"|pairing) (?:pass)?codes?|access pass|tap|otp)"
        r"(?:[\s:=,\"'`(]|\b(?:is|was|are|were|and|of|used|one|the)\b){1,8}"
        r"(?P<v>[A-Za-z0-9]{4,12}(?:-[A-Za-z0-9]{3,8}){0,4}|[A-Z]{1,4}-\d{3,8})(?![\w-])",
        "code",
        "pass",
        "tap",
        "otp",
        accept=_is_backup_code,
    ),
    rule(
        Kind.MFA_CODE,
        r"(?i)\b(?:codes?|otp|passcode|sms|text|verification)(?:\s+(?:is|was|with|of|reads?|sa(?:id|ys?)"
        r"|show(?:s|ed))|:|=)?\s+(?P<v>\d{4,5}|(?-i:(?=[A-Z]*\d[A-Z\d]*)(?=\d*[A-Z])[A-Z\d]{5,8}))(?![\w.:/%-])",
        "code",
        "otp",
        "sms",
        "text",
        "verif",
        accept=_is_short_code,
    ),
    rule(
        Kind.MFA_CODE,
        r"(?i)\b(?:approv\w{1,3}|sign-?in|prompt|authenticator|push"
        r"|match\w{0,3})\b[^.;\n]{0,30}\b(?:number(?: (?:is|was))?|digits?|with"
        r"|enter(?:ed)?)[ :]{1,2}(?P<v>\d\d)(?![\w.:/%-])",
        *("number", "digit", "approv", "authenticator"),
    ),
    rule(
        Kind.MFA_CODE,
        r"(?i)\b(?:recovery|bypass|emergency code)s?(?:\s(?:codes?|is|was|of|with)){0,2}[\s:\"'(]{1,3}"
        r"(?P<v>(?=(?:[^\d\s]*\d){3})[a-z\d]{3,10}(?:-[a-z\d]{3,10}){1,4})(?![\w-])",
        *("recovery", "bypass", "emergency"),
        accept=lambda match: not re.fullmatch(r"\d{4}-\d\d-\d\d", match["v"]),
    ),
    rule(Kind.MFA_CODE, r"(?<![\w-])[A-Z2-7]{16,64}(?![\w-])", accept=_is_seed, run=16),
    rule(
        Kind.MFA_CODE,
        r"(?<![\w-])(?P<v>(?:[A-Za-z2-7]{4} ){3,15}[A-Za-z2-7]{4})(?![\w-])",
        "secret",
        "seed",
        "setup key",
        accept=_is_backup_code,
    ),
)
