"""The wrapper as an internal extension.

Lambda freezes the execution environment only when the runtime and every extension have asked for the next event, so an
extension that asks late gets time after the answer has gone out. Extensions API 2020-01-01; internal extensions can
register for INVOKE only, and during init only.
"""

from __future__ import annotations

import http.client
import json
import socket
from typing import Callable, Optional

from .._delivery.http_client import connect
from .._platform import Platform

_NAME = "coverage-wrapper"
_API = "/2020-01-01/extension"
_CONNECT_TIMEOUT = 1.0
_MAX_FAILURES = 10
"""An environment whose extension does not ask for the next event hangs until the timeout, so asking is given up late."""
_LONGEST_PAUSE = 1.0

Wait = Callable[[socket.socket], None]

_dumps, _loads = json.dumps, json.loads


class Extension:
    """Raises OSError, ValueError or HTTPException where extensions cannot register, as in some emulators."""

    def __init__(self, runtime_api: str) -> None:
        host, _, port = runtime_api.rpartition(":")
        self._host, self._port = (host.strip("[]"), int(port)) if port.isdigit() else (runtime_api, 80)
        self._connection = self._connect()
        headers = {"Lambda-Extension-Name": _NAME, "Content-Type": "application/json"}
        self._connection.sock.settimeout(_CONNECT_TIMEOUT)
        self._connection.request("POST", f"{_API}/register", _dumps({"events": ["INVOKE"]}), headers)
        response = self._connection.getresponse()
        response.read()
        identifier = response.getheader("Lambda-Extension-Identifier")
        if response.status != 200 or identifier is None:
            self._connection.close()
            raise ValueError(f"the registration of the extension was answered {response.status}")
        self._identifier = identifier

    def serve(self, wait: Wait, hold: Callable[[str], None], on_end: Callable[[Exception], None]) -> None:
        """Asks for events for ever, in a thread. The event after that of a request is asked for when `hold(request_id)` has
        returned, which must not raise; nothing else is waited for.

        :param wait: until something can be read from the connection, or not that long; what it raises is a failure to ask
        :param on_end: called if events cannot be asked for any more
        """
        Platform.start_thread(self._serve, (wait, hold, on_end))

    def _serve(self, wait: Wait, hold: Callable[[str], None], on_end: Callable[[Exception], None]) -> None:
        failures = 0
        while True:
            try:
                request_id = self._next(wait)
                failures = 0
            except (OSError, ValueError, http.client.HTTPException) as error:
                failures += 1
                if failures == _MAX_FAILURES:
                    on_end(error)
                    return
                Platform.sleep(min(_LONGEST_PAUSE, 0.01 * 2.0**failures))
                continue
            if request_id is not None:
                hold(request_id)

    def _next(self, wait: Wait) -> Optional[str]:
        """Nothing for an event that is no invocation."""
        if self._connection.sock is None:
            self._connection = self._connect()
        self._connection.sock.settimeout(None)
        try:
            self._connection.request("GET", f"{_API}/event/next", headers={"Lambda-Extension-Identifier": self._identifier})
            wait(self._connection.sock)
            response = self._connection.getresponse()
            body = response.read()
        except BaseException:
            self._connection.close()
            raise
        if response.status != 200:
            raise ValueError(f"the extension's request for the next event was answered {response.status}")
        event = _loads(body)
        return str(event.get("requestId", "")) if event.get("eventType") == "INVOKE" else None

    def _connect(self) -> http.client.HTTPConnection:
        return connect("http", self._host, self._port, _CONNECT_TIMEOUT)
