"""Handlers of every kind. `payload["url"]` is a receiver of the test on this machine; see tests/probe/receiver.py."""

import json
import os
import signal
import threading
from http.client import HTTPConnection
from urllib.parse import urlsplit

from apps.core.egress import Letter, Mail, send_out
from apps.core.models import Lane, OutboxMessage
from apps.core.outbox import Doubt, Failed, Later, mark_sent, on
from apps.core.redaction import Destination

SECONDS = 3


def say(method: str, message: OutboxMessage) -> tuple[int, str]:
    """One call to the receiver with the row's key; refused connections are Later, a cut answer is a Doubt."""
    url = urlsplit(message.payload["url"])
    line = HTTPConnection(url.hostname, url.port, timeout=SECONDS - 1)
    try:
        line.connect()
    except OSError as error:
        raise Later("The receiver could not be reached.") from error
    try:
        line.request(method, f"{url.path}/{message.pk}", json.dumps({"key": message.key}))
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    except OSError as error:
        raise Doubt("The receiver did not answer.") from error
    finally:
        line.close()


def send(message: OutboxMessage) -> str | None:
    mark_sent(message)
    status, text = say("POST", message)
    if status == 429:
        raise Later("The receiver is busy.", seconds=1)
    if status == 400:
        raise Failed("The receiver does not take it.")
    return text


def find(message: OutboxMessage) -> str | None:
    status, text = say("GET", message)
    return text if status == 200 else None


@on("probe.webhook", seconds=SECONDS)
def webhook(message: OutboxMessage) -> str | None:
    """The other side can be neither asked nor given a key."""
    return send(message)


@on("probe.note", label="Note")
def note(message: OutboxMessage) -> None:
    """Done at once; pages call it by its label."""


@on("probe.keyed", seconds=SECONDS, resend=True)
def keyed(message: OutboxMessage) -> str | None:
    """The other side drops a second copy by itself."""
    return send(message)


@on("probe.queryable", seconds=SECONDS, ask=find)
def queryable(message: OutboxMessage) -> str | None:
    return send(message)


@on("probe.mail", seconds=SECONDS, resend=True)
def mail(message: OutboxMessage) -> str:
    """A second copy has the same Message-ID."""
    letter = Mail("ada@team.example", "Back", lambda text: Letter(text, text, text), message.key)
    return send_out(letter, destination=Destination.MAIL, why=message)


@on("probe.slow", seconds=SECONDS, lane=Lane.SLOW, ask=find)
def slow(message: OutboxMessage) -> str | None:
    return send(message)


@on("probe.deadly", seconds=1, attempts=2)
def deadly(message: OutboxMessage) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@on("probe.hanging", seconds=1, attempts=2)
def hanging(message: OutboxMessage) -> None:
    threading.Event().wait()
