"""Sending what was written, by e-mail to a person or to a channel of the chat; telling leads of what is stuck; taking
away what is old."""

from collections.abc import Callable
from functools import partial

from cryptography.fernet import InvalidToken
from django.utils import timezone

from apps.core.crypto import decrypt
from apps.core.egress import Call, Refused, send_out
from apps.core.models import OutboxMessage
from apps.core.outbox import Busy, Doubt, Dropped, Failed, Later, on
from apps.core.outbox.jobs import every
from apps.core.redaction import Destination
from apps.notifications import stuck_rows, trimming
from apps.notifications.channels import slack, teams
from apps.notifications.channels.email import address_of, mail_of
from apps.notifications.channels.post import Style, quote
from apps.notifications.kinds import KINDS
from apps.notifications.models import Delivery, Medium, TeamChannel
from apps.notifications.selectors import mail_times
from apps.notifications.team_channels import note_arrival, note_failure

STYLES: dict[str, Style] = {Medium.SLACK: slack.STYLE, Medium.TEAMS: teams.STYLE}
ATTEMPTS = 12  # about three hours
DAY = 86_400  # seconds


@on("mail.written", attempts=ATTEMPTS, resend=True, label="E-mail")  # a second copy has the same Message-ID
def send_mail(message: OutboxMessage) -> str:
    return _noted(message, _mail)


@on("post.written", attempts=ATTEMPTS, label="Post in the chat")  # a webhook can neither be asked nor given a key
def send_post(message: OutboxMessage) -> str:
    return _noted(message, _post)


def _noted(message: OutboxMessage, do: Callable[[OutboxMessage, Delivery], str]) -> str:
    """Do it, and keep with the delivery how it ended, once it has."""
    delivery = _delivery(message)
    try:
        answer = do(message, delivery)
    except (Failed, Dropped) as failure:
        note_failure(delivery, str(failure))
        raise
    except Later as delay:
        if message.attempts >= ATTEMPTS:
            note_failure(delivery, str(delay))
        raise
    except Doubt as doubt:
        if delivery.channel_id or message.attempts >= ATTEMPTS:
            note_failure(delivery, str(doubt), arrived=None)
        raise
    note_arrival(delivery, answer)
    return answer


def _delivery(message: OutboxMessage) -> Delivery:
    rows = Delivery.objects.select_related("team", "recipient", "channel")
    found = rows.filter(pk=message.subject.removeprefix("delivery:"), team=message.team_id).first()
    if found is None:
        raise Dropped("The channel was removed before this was sent.")
    return found


def _mail(message: OutboxMessage, delivery: Delivery) -> str:
    person, kind, now = delivery.recipient, KINDS.get(delivery.notice), timezone.now()
    if person is None or not person.is_active:
        raise Dropped("The person's account is closed, so no e-mail was sent.")
    due_at = mail_times([person], kind, now).get(person.pk) if kind else now
    if due_at is None:
        raise Dropped("The person has switched this e-mail off.")
    if due_at > now:
        raise Later("It waits for the end of the person's quiet hours.", (due_at - now).total_seconds())
    return send_out(mail_of(delivery, person.email, message.key), destination=Destination.MAIL, why=message)


def _post(message: OutboxMessage, delivery: Delivery) -> str:
    channel = delivery.channel
    if channel is None or not (channel.is_on or delivery.is_test):
        raise Dropped("The channel is switched off.")
    style, webhook, kind = STYLES[channel.medium], _webhook(channel), KINDS.get(delivery.notice)
    texts = {"title": delivery.title, "body": delivery.body, "kind": kind.label if kind else "Test"}
    write = partial(style.write, url=address_of(delivery.url))
    try:
        answer = send_out(Call(webhook, texts, write), destination=Destination.WEBHOOK, why=message)
    except Refused as refusal:
        raise Failed(_explained(style, str(refusal), quote(refusal.answer, webhook))) from None
    words = quote(answer, webhook)
    if problem := style.problem(answer):
        sentence = _explained(style, problem, words)
        raise Busy(sentence) if "429" in words else Failed(sentence)
    return words or f"Accepted ({answer.status})"


def _webhook(channel: TeamChannel) -> str:
    try:
        return decrypt(channel.webhook)
    except InvalidToken:
        raise Failed("The webhook cannot be read with the present encryption keys. Enter it again.") from None


def _explained(style: Style, sentence: str, words: str) -> str:
    hints = [hint for word, hint in style.hints.items() if word in words.lower()]
    return " ".join([sentence, f"It says: {words}." if words else "", *hints[:1]]).strip()


@every(60)
def tell_of_stuck_rows() -> None:
    stuck_rows.tell_of_stuck_rows()


@every(DAY)
def trim_notices() -> None:
    trimming.trim_notices()


@every(DAY)
def trim_deliveries() -> None:
    trimming.trim_deliveries()
