"""Django's mail backend with one deadline for a whole conversation, and an end that tells where it was cut."""

import smtplib
import socket
from ssl import SSLContext
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from apps.core.egress.addresses import find_addresses, look_up
from apps.core.egress.deadline import Deadline, connect, limit, secure, tls


class Cut(Exception):
    """The connection ended after the text was handed over and before the server said that it has it."""


class Backend(EmailBackend):
    """The mail server is the operator's own choice, so its address may be a private one."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SecureConversation if self.use_ssl else _Conversation

    @property
    def ssl_context(self) -> SSLContext:
        return tls()


class _Conversation(smtplib.SMTP):
    is_secure = False

    def __init__(
        self, host: str, port: int, *, local_hostname: str, timeout: float, context: SSLContext | None = None
    ) -> None:
        self._deadline = Deadline.after(timeout)
        super().__init__(host, port, local_hostname, timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # where smtplib.SMTP_SSL does it too
        plain = connect(find_addresses(host, port, look_up, self._deadline), port, self._deadline)
        return secure(plain, host, self._deadline) if self.is_secure else plain

    def starttls(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        answer = super().starttls(*args, **kwargs)
        limit(self.sock, self._deadline)
        return answer

    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            return super().data(msg)
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:
            raise Cut from error

    def quit(self) -> tuple[int, bytes]:
        """Said or not: what the server had answered before counts."""
        try:
            return super().quit()
        except OSError:
            self.close()
            return 0, b""


class _SecureConversation(_Conversation):
    is_secure = True
