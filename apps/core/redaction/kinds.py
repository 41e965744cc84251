"""What can be found in a text, and what each destination may see of it."""

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """One kind of value. Host names are no kind: they stay."""

    PASSWORD = "PASSWORD"  # noqa: S105 - a name, not a value
    WIFI_PSK = "WIFI_PSK"
    SNMP_COMMUNITY = "SNMP_COMMUNITY"
    API_KEY = "API_KEY"
    PRIVATE_KEY = "PRIVATE_KEY"
    CONNECTION_STRING = "CONNECTION_STRING"
    URL_CREDENTIALS = "URL_CREDENTIALS"
    JWT = "JWT"
    BITLOCKER_KEY = "BITLOCKER_KEY"
    PRODUCT_KEY = "PRODUCT_KEY"
    AWS_KEY = "AWS_KEY"
    AZURE_KEY = "AZURE_KEY"
    MFA_CODE = "MFA_CODE"
    SSN = "SSN"
    CREDIT_CARD = "CREDIT_CARD"
    IPV4 = "IPV4"
    IPV6 = "IPV6"
    MAC = "MAC"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    USERNAME = "USERNAME"


IDENTIFIERS = frozenset({Kind.IPV4, Kind.IPV6, Kind.MAC, Kind.EMAIL, Kind.PHONE, Kind.USERNAME})
SECRETS = frozenset(Kind) - IDENTIFIERS

LABELS = {
    Kind.PASSWORD: "password",
    Kind.WIFI_PSK: "Wi-Fi key",
    Kind.SNMP_COMMUNITY: "SNMP community",
    Kind.API_KEY: "API key",
    Kind.PRIVATE_KEY: "private key",
    Kind.CONNECTION_STRING: "connection secret",
    Kind.URL_CREDENTIALS: "URL credentials",
    Kind.JWT: "web token",
    Kind.BITLOCKER_KEY: "BitLocker key",
    Kind.PRODUCT_KEY: "product key",
    Kind.AWS_KEY: "AWS key",
    Kind.AZURE_KEY: "Azure key",
    Kind.MFA_CODE: "sign-in code",
    Kind.SSN: "social security number",
    Kind.CREDIT_CARD: "card number",
    Kind.IPV4: "IPv4 address",
    Kind.IPV6: "IPv6 address",
    Kind.MAC: "MAC address",
    Kind.EMAIL: "e-mail address",
    Kind.PHONE: "phone number",
    Kind.USERNAME: "user name",
}

PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(map(re.escape, LABELS.values()))}) (?:removed|#[0-9a-f]{{8}})\]")


class Destination(StrEnum):
    """Where a text goes."""

    PSA_NOTE = "psa_note"
    AI = "ai"
    CLIENT = "client"
    PUBLIC_LINK = "public_link"
    WEBHOOK = "webhook"
    MAIL = "mail"


@dataclass(frozen=True)
class Policy:
    """Kinds a destination never sees, and of those the ones it sees as a stable pseudonym."""

    masked: frozenset[Kind]
    pseudonyms: frozenset[Kind] = frozenset()


_EVERYTHING = Policy(frozenset(Kind))

POLICIES = {
    Destination.PSA_NOTE: Policy(SECRETS),
    Destination.AI: Policy(frozenset(Kind), pseudonyms=IDENTIFIERS),
    Destination.CLIENT: _EVERYTHING,
    Destination.PUBLIC_LINK: _EVERYTHING,
    Destination.WEBHOOK: _EVERYTHING,
    Destination.MAIL: _EVERYTHING,
}


def fingerprint(key: bytes, kind: Kind, value: str) -> str:
    """HMAC-SHA256 in hex: names a value without keeping it, so that a false hit can be restored."""
    return hmac.digest(key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), "sha256").hex()


class Finding(NamedTuple):
    """A value at text[start:end]; the value itself stays out of repr, and so out of logs."""

    start: int
    end: int
    kind: Kind
    value: str

    def __repr__(self) -> str:
        return f"Finding(start={self.start}, end={self.end}, kind={self.kind!r})"

    def placeholder(self) -> str:
        return f"[{LABELS[self.kind]} removed]"

    def pseudonym(self, key: bytes) -> str:
        """The same for the same kind, value and key, so that a reader can follow one value through a text."""
        return f"[{LABELS[self.kind]} #{fingerprint(key, self.kind, self.value)[:8]}]"
