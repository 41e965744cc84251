"""A requests session for one call: to checked addresses, until one deadline, and with nothing from the environment.

Left to itself, requests looks the host up again after the check, reads proxies and passwords from the environment,
follows redirects, and counts its time-out from one read to the next.
"""

from http.client import HTTPException, HTTPResponse
from socket import socket
from ssl import SSLCertVerificationError
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool

from apps.core.egress.addresses import Route
from apps.core.egress.deadline import Deadline, connect, secure
from apps.core.outbox import Later

_NOT_NOW = (9, 10)  # OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED


class GuardedSession(Session):
    """Sends prepared requests along the route. Raises Later before anything is sent."""

    def __init__(self, route: Route, deadline: Deadline) -> None:
        super().__init__()
        self.trust_env = False
        for start in tuple(self.adapters):
            self.mount(start, _Adapter(route, deadline))

    def get_redirect_target(self, resp: Response) -> None:
        """Nowhere. Even unfollowed, requests would read the whole body of a redirect to tell where it leads."""


class _Whole(HTTPResponse):
    def begin(self) -> None:
        """http.client lets an end among the headers pass, and urllib3 logs it with the URL."""
        super().begin()
        if self.msg.defects:
            raise HTTPException("the headers are not whole")


class _Connection(HTTPConnection):
    response_class = _Whole

    def __init__(self, route: Route, deadline: Deadline, **options: Any) -> None:
        super().__init__(**options)
        self._route, self._deadline = route, deadline

    def connect(self) -> None:
        try:
            self.sock = self._new_conn()
        except (OSError, ValueError) as error:
            raise Later(_unreached(self._route.host, error)) from error

    def _new_conn(self) -> socket:
        return connect(self._route.addresses, self._route.port, self._deadline)


class _SecureConnection(_Connection, HTTPSConnection):
    def _new_conn(self) -> socket:
        return secure(super()._new_conn(), self._route.host, self._deadline)


class _Adapter(HTTPAdapter):
    def __init__(self, route: Route, deadline: Deadline) -> None:
        super().__init__()
        self._pool = HTTPConnectionPool(route.host, route.port, route=route, deadline=deadline)
        self._pool.ConnectionCls = _SecureConnection if route.scheme == "https" else _Connection

    def get_connection_with_tls_context(self, *_args: Any, **_options: Any) -> HTTPConnectionPool:
        return self._pool

    def close(self) -> None:
        super().close()
        self._pool.close()


def _unreached(host: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"{host} could not be reached in time."
    if isinstance(error, SSLCertVerificationError) and error.verify_code in _NOT_NOW:
        return f"The certificate of {host} has run out, or is not valid yet: unless the clock of this server is wrong."
    if "CERTIFICATE" in str(error):
        return f"{host} could not prove with its certificate that it is {host}."
    return f"{host} could not be reached."
