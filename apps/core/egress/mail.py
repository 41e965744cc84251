"""Mail to one person, with an outcome that says what the mail server did."""

import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.core.validators import validate_email

from apps.core.egress.parcel import Parcel
from apps.core.egress.payload import JSON
from apps.core.egress.smtp import Cut
from apps.core.outbox import Doubt, Dropped, Failed, Later

LONGEST_SUBJECT = 200
LONGEST_QUOTE = 160
NO_SERVER = "django.core.mail.backends.dummy.EmailBackend"


@dataclass(frozen=True)
class Letter:
    """A mail as it reads, in both forms."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Mail:
    """A mail to one address. `write` makes it of the texts after their redaction.

    `key` names it for good: a second copy carries the same Message-ID, by which mail programs know it.
    """

    to: str
    texts: JSON
    write: Callable[[JSON], Letter]
    key: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def payload(self) -> JSON:
        return self.texts

    def pack(self, payload: JSON) -> Parcel[str]:
        """Raise Failed for an address or header that no mail can have, Dropped where no mail server is set up."""
        if settings.EMAIL_BACKEND == NO_SERVER:
            raise Dropped("No mail server is set up, so no e-mail was sent. The operator sets RF_EMAIL_URL.")
        letter = self.write(payload)
        mail = EmailMultiAlternatives(
            " ".join(letter.subject.split())[:LONGEST_SUBJECT],
            letter.text,
            to=[_checked(self.to)],
            headers={**self.headers, "Message-ID": message_id(self.key), "Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(letter.html, "text/html")
        _demand_plain_headers(mail)
        content = "\n".join([str(mail.subject), letter.text, letter.html]).encode()
        return Parcel(self.to.rpartition("@")[2], content, lambda: _post(mail))


def message_id(key: str) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def _checked(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError:
        raise Failed("The e-mail address is not valid, so nothing was sent.") from None
    return address


def _demand_plain_headers(mail: EmailMultiAlternatives) -> None:
    try:
        mail.message()
    except BadHeaderError:
        raise Failed("A header of the e-mail held a line break, so it was not sent.") from None


def _post(mail: EmailMultiAlternatives) -> str:
    try:
        mail.send()
    except Cut:
        raise Doubt("The mail server ended the connection before it said that it has the e-mail.") from None
    except smtplib.SMTPAuthenticationError as error:
        raise Later("The mail server did not accept our sign-in.") from error
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(*next(iter(error.recipients.values()))) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from error
    except OSError as error:
        raise Later(_unreached(error)) from error
    return str(mail.extra_headers["Message-ID"])


def _refused(code: int, words: bytes | str) -> Failed | Later:
    said = words if isinstance(words, str) else words.decode(errors="replace")
    sentence = f"The mail server answered: {code} {' '.join(said.split())[:LONGEST_QUOTE]}"
    return Failed(sentence) if 500 <= code < 600 else Later(sentence)


def _unreached(error: OSError) -> str:
    """smtplib tells a time-out as a lost connection, and keeps the reason in the words only."""
    is_late = isinstance(error, TimeoutError) or "timed out" in str(error)
    return "The mail server did not answer in time." if is_late else "The mail server could not be used."
