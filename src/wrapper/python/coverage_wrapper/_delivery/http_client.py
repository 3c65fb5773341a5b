"""HTTP connections that neither the user's code nor his tracing tools reach.

Tools such as the X-Ray SDK replace methods of `http.client`'s classes, and would tell of our requests as of the user's. A
subclass that has the methods itself, as they were before the user's code ran, has none of that.
"""

from __future__ import annotations

import http.client
import socket
from typing import TYPE_CHECKING, Any, Dict, Optional


def _own(cls: type) -> Dict[str, Any]:
    return {name: value for name, value in vars(cls).items() if callable(value) and name not in ("__init__", "__class__")}


if TYPE_CHECKING:

    class Response(http.client.HTTPResponse):
        pass

    class Connection(http.client.HTTPConnection):
        pass

else:
    Response = type("Response", (http.client.HTTPResponse,), _own(http.client.HTTPResponse))
    Connection = type(
        "Connection",
        (http.client.HTTPConnection,),
        {**_own(http.client.HTTPConnection), "response_class": Response, "auto_open": 1, "debuglevel": 0},
    )

_create_connection = socket.create_connection


def connect(scheme: str, hostname: str, port: Optional[int], connect_timeout: float) -> http.client.HTTPConnection:
    """A connection that is open. Raises OSError."""
    connection: http.client.HTTPConnection = Connection(hostname, port or (443 if scheme == "https" else 80))
    connection.sock = _create_connection((connection.host, connection.port), connect_timeout)
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if scheme == "https":
        try:
            connection.sock = _context().wrap_socket(connection.sock, server_hostname=hostname)
        except BaseException:
            connection.close()
            raise
    return connection


_tls: Any = None


def _context() -> Any:
    """Loaded when it is needed first, which is after the first answer."""
    global _tls
    if _tls is None:
        import ssl

        _tls = ssl.create_default_context()
    return _tls
