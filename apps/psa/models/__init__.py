from apps.psa.models.connections import (
    NOTE_KINDS,
    BoardRule,
    Connection,
    ProviderKind,
    PsaMember,
    PushWhen,
    TextInto,
    side_of,
)
from apps.psa.models.demo import DemoFile, DemoNote, DemoTicket, DemoTime
from apps.psa.models.tickets import Client, ClientColour, Ticket

__all__ = [
    "NOTE_KINDS",
    "BoardRule",
    "Client",
    "ClientColour",
    "Connection",
    "DemoFile",
    "DemoNote",
    "DemoTicket",
    "DemoTime",
    "ProviderKind",
    "PsaMember",
    "PushWhen",
    "TextInto",
    "Ticket",
    "side_of",
]
