"""Secrets that show by their own form, with little or no help from the words around them."""

import re

from stdnum import luhn
from stdnum.us import ssn

from apps.core.redaction.kinds import Kind
from apps.core.redaction.rules import around, before, one_of, rule

_DATABASES = "(?:jdbc:)?" + one_of(
    "postgres(?:ql)?, mysql, mariadb, mssql, sqlserver, mongodb, rediss?, amqps?, oracle, ldaps?, db2, clickhouse"
)
_TOKENS = one_of(  # what vendors put in front of their keys
    r"""gh[pousr]_, github_pat_, gl(?:pat|dt|rt|ptt)-, xox[abceprs]-, xapp-, [srp]k_(?:live|test)_, whsec_, AIza,
    ya29\., SG\., npm_, pypi-, do[opr]_v1_, sk-, hf_, shp(?:at|ss|ca|pa)_, sq0\w{3}-, NRAK-, dapi, lin_api_,
    PMAK-, ATATT, ATBB, pat-\w{2}\d-, phc_, tskey-, dckr_pat_, EAAC, key-, rubygems_, hvs\., figd_, glsa_,
    v1\.0-"""
)

_CASE_NUMBER = re.compile(
    r"\b(?:case|ticket|sr|order|po|tracking|ref(?:erence|s)?|serial|imei|invoice|shipment|incident|quote|asset"
    r"|batch|parcel)\b[^.;]{0,16}$",
    re.I,
)
_CARD_WORDS = re.compile(
    r"\b(?:cards?|cc|visa|master ?card|amex|discover|pan|cvv"
    r"|pay(?:s|ing|ment)?|paid|charged?|refund\w{0,3}|declined|billed)\b",
    re.I,
)
_SSN_WORDS = re.compile(r"\b(?:ssns?|ss ?#|soc(?:ial)?|tax ?id|tin|itin|w-?[249]|i-9|1099)\b", re.I)
_CARD_SCHEMES = re.compile(
    r"(?:4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}|35\d{14}|62\d{14,17})"
)


def _is_card(match: re.Match[str]) -> bool:
    digits = re.sub(r"\D", "", match[0])
    if not _CARD_SCHEMES.fullmatch(digits) or not luhn.is_valid(digits):
        return False
    return bool(_CARD_WORDS.search(around(match))) or not _CASE_NUMBER.search(before(match))


def _is_ssn(match: re.Match[str]) -> bool:
    if _SSN_WORDS.search(around(match)):
        return True
    return "-" in match[0] and ssn.is_valid(match[0]) and not _CASE_NUMBER.search(before(match))


def _is_aws_secret(match: re.Match[str]) -> bool:
    """AWS secrets have no prefix: 40 characters of base64, not the hex of a hash."""
    return bool(re.search("[a-z]", match[0]) and re.search("[A-Z]", match[0]) and re.search(r"\d", match[0]))


BLOCKS = (
    rule(
        Kind.PRIVATE_KEY,
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:(?:[^-]|-(?!----))*+-----END[^-\n]{0,60}-----|(?:\s*+[A-Za-z0-9+/=]{16,}+)*+)",
        "private key",
    ),
    rule(Kind.PRIVATE_KEY, r"Private-Lines: \d+\s+(?P<v>(?:[A-Za-z0-9+/=]{8,}+\s*+)++)", "private-lines"),
)

FORMATS = (
    rule(Kind.JWT, r"(?<![\w-])eyJ[\w-]{6,}+\.[\w-]{4,}+(?:\.[\w-]*+){0,3}", "eyj"),
    rule(
        Kind.CONNECTION_STRING,
        rf"(?i)(?<![\w]){_DATABASES}(?:\+\w{{1,12}})?://[^\s/:@\"'<>]{{0,128}}:(?P<v>[^\s\"'<>/]{{1,256}})(?=@)",
        "://",
    ),
    rule(Kind.URL_CREDENTIALS, r"(?<=\w://)[^\s/:@\"'<>]{0,128}:(?P<v>[^\s\"'<>/]{1,256})(?=@)", "://"),
    rule(Kind.USERNAME, r"(?<=\w://)(?P<v>[^\s/:@\"'<>]{1,128})(?=:[^\s\"'<>/]{1,256}@)", "://"),
    rule(Kind.URL_CREDENTIALS, r"(?i)hooks\.slack\.com/services/(?P<v>[\w/]{20,100})", "hooks.slack"),
    rule(Kind.URL_CREDENTIALS, r"(?i)webhook\.office\.com/(?P<v>[\w/@-]{20,250})", "webhook.office"),
    rule(
        Kind.API_KEY,
        r"(?i)[?&](?:\w{0,16}token|(?:api|access|auth)?[_-]?key|secret|auth|pass\w{0,5}|pwd|session\w{0,3}"
        r"|sid)=(?P<v>[^\s&\"'<>#]{6,400})",
        "=",
        run=12,
    ),
    rule(Kind.AZURE_KEY, r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==", run=88),
    rule(Kind.AZURE_KEY, r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{30,36}", "q~"),
    rule(Kind.AZURE_KEY, r"(?<=[?&;]sig=)[A-Za-z0-9%+/=]{30,100}", "sig="),
    rule(Kind.AZURE_KEY, r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?!=)", run=44),
    rule(
        Kind.CONNECTION_STRING,
        r"(?i)[;?&\"'\s](?:user(?: ?id|name)?|uid)\s?=\s?[^\s;&=]{1,64}[;&\s]\s?(?:password|pwd)\s?=\s?"
        r"(?P<v>\"[^\"\n]{1,128}\"|'[^'\n]{1,128}'|\{[^}\n]{1,128}\}|[^\s;&\"'<>]{1,256})",
        "pwd",
        "password",
    ),
    rule(
        Kind.CONNECTION_STRING,
        r"(?i)(?:[;?&]|\b(?:dsn|uid|user)\b[^;\n]{0,60}[\s;])\s*(?:password|pwd|accountkey|sharedaccesskey)\s*=\s*"
        r"(?P<v>\"[^\"\n]{1,128}\"|'[^'\n]{1,128}'|\{[^}\n]{1,128}\}|[^\s;&\"'<>]{1,256})",
        "pwd",
        "password",
        "key",
    ),
    rule(Kind.AWS_KEY, r"(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])", run=20),
    rule(
        Kind.API_KEY,
        rf"(?<![A-Za-z0-9]){_TOKENS}[\w./+=-]{{16,}}+",
        run=19,
    ),
    rule(
        Kind.AWS_KEY,
        r"(?<![\w+/=-])[A-Za-z0-9+/]{40}(?![\w+/=-])",
        "secret",
        "aws",
        "s3",
        "iam",
        accept=_is_aws_secret,
        run=40,
    ),
    rule(Kind.BITLOCKER_KEY, r"(?<!\d)\d{6}(?:[ -]{1,3}\d{6}){7}(?!\d)", digits=48),
    rule(Kind.PRODUCT_KEY, r"(?i)(?<![\w-])[A-Z0-9]{5}(?:-[A-Z0-9]{5}){4}(?![\w-])", run=29),
    rule(
        Kind.PRODUCT_KEY,
        r"(?i)\b(?:licen[cs]e|product|serial|activation)\s+(?:key"
        r"|code)\b[^.\n]{0,30}?(?P<v>(?<![\w-])[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){2,7})(?![\w-])",
        "key",
        "code",
    ),
    rule(Kind.SSN, r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])", accept=_is_ssn, digits=9),
    rule(
        Kind.SSN,
        r"(?<![\d-])\d{3} ?\d{2} ?\d{4}(?![\d-])",
        "ss",
        "soc",
        "tax",
        "tin",
        "w-",
        "1099",
        "i-9",
        accept=_is_ssn,
        digits=9,
    ),
    rule(Kind.CREDIT_CARD, r"(?<![\d-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\d-])", accept=_is_card, digits=13),
)
