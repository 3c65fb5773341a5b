"""Keeps what has not arrived when the process ends."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import threading
from types import FrameType
from typing import Any, Callable, Optional

from .._platform import Platform
from .wakeup import Wakeup

_TERMINATION_LIMIT = 0.35
"""Lambda leaves 500 ms between SIGTERM and SIGKILL; the process needs some of it to end."""
_MAIN_THREAD_LIMIT = 0.05
"""Time for the main thread to notice SIGTERM."""

_kill, _getpid, _signal, _getsignal = os.kill, os.getpid, signal.signal, signal.getsignal


class Endings:
    """On exit, which a call of `sys.exit` ends in, it goes to disk; on SIGTERM there is time to upload it.

    :param save: puts it on disk
    :param deliver: uploads it within that many seconds
    """

    def __init__(self, save: Callable[[], None], deliver: Callable[[float], None]) -> None:
        self._save = save
        self._deliver = deliver
        self._wakeup: Optional[Wakeup] = None
        self._previous: Any = None
        self._begun = False
        atexit.register(self._exit)
        if threading.current_thread() is not threading.main_thread():
            return
        self._previous = _getsignal(signal.SIGTERM)
        if self._previous is None:
            return  # not set by Python: it could not be put back
        _signal(signal.SIGTERM, self._terminate)

    def watch(self) -> None:
        """From now on, SIGTERM is noticed in whatever thread it comes, between `idle` and `busy`. Raises OSError where it cannot be."""
        if self._previous is not None:
            self._wakeup = Wakeup()

    def idle(self) -> None:
        """No code of the user's runs in the main thread."""
        if self._wakeup is not None:
            self._wakeup.listen()

    def busy(self) -> None:
        """The user's code is about to run there."""
        if self._wakeup is not None:
            self._wakeup.rest()

    def after_fork(self) -> None:
        """In a child: it has no thread but this one."""
        wakeup, self._wakeup = self._wakeup, None
        if wakeup is not None:
            wakeup.after_fork()

    def wait(self, connection: socket.socket) -> None:
        """In a thread that is not the main one: until something can be read from a connection, SIGTERM is acted on."""
        if self._wakeup is not None and self._wakeup.wait(connection):
            self._terminated()

    def _terminated(self) -> None:
        self._save()
        self._deliver(_TERMINATION_LIMIT)
        if self._previous != signal.SIG_DFL or _getsignal(signal.SIGTERM) != self._terminate:
            return  # how the process ends is the user's
        Platform.sleep(_MAIN_THREAD_LIMIT)
        if not self._begun:
            # the main thread does not know; other threads cannot restore what the signal does
            _kill(_getpid(), signal.SIGKILL)

    def _terminate(self, number: int, frame: Optional[FrameType]) -> None:
        self._begun = True
        self._save()
        self._deliver(_TERMINATION_LIMIT)
        if callable(self._previous):
            self._previous(number, frame)
        elif self._previous != signal.SIG_IGN:
            _signal(signal.SIGTERM, signal.SIG_DFL)
            _kill(_getpid(), signal.SIGTERM)

    def _exit(self) -> None:
        self._save()
        # what a handler of the user's for SIGTERM mostly does is to exit
        if self._wakeup is not None and self._wakeup.is_terminated():
            self._deliver(_TERMINATION_LIMIT)
