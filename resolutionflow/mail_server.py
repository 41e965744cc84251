"""The mail server, as one URL in the environment tells of it."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

READS = "It reads smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465."
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """Django's settings of the mail server."""

    backend: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    use_ssl: bool = False
    use_tls: bool = False


CONSOLE = MailServer("django.core.mail.backends.console.EmailBackend")  # development: mail is printed
NONE = MailServer("django.core.mail.backends.dummy.EmailBackend")  # sends nothing, and whoever tries is told


def read_mail_server(url: str, *, production: bool) -> MailServer:
    """Raise ValueError with a sentence for a URL that is not understood."""
    if not url:
        return NONE if production else CONSOLE
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"RF_EMAIL_URL is not understood. {READS}")
    return MailServer(
        backend="apps.core.egress.smtp.Backend",
        host=parts.hostname,
        port=_port(parts),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=parts.scheme == "smtps",
        use_tls=parts.scheme == "smtp" and parse_qs(parts.query).get("starttls") != ["no"],
    )


def mail_problems(url: str, sender: str) -> list[str]:
    """Why e-mail could not be sent with these two settings, one sentence each."""
    try:
        read_mail_server(url, production=True)
    except ValueError as error:
        return [str(error)]
    is_address = "@" in parseaddr(sender)[1] and "\n" not in sender
    return ["RF_EMAIL_FROM must be the address that e-mail comes from."] if url and not is_address else []


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError(f"RF_EMAIL_URL has a port that is no number. {READS}") from None
