"""Keeps what has not arrived when the process ends."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any, Callable, Optional

_TERMINATION_LIMIT = 0.35
"""Lambda leaves 500 ms between SIGTERM and SIGKILL; the process needs some of it to end."""

_HANDLES_SIGNALS_SINCE = (3, 12)
"""In older runtimes the main thread waits for events in native code, where Python handles no signals."""

_kill, _getpid, _signal = os.kill, os.getpid, signal.signal


def watch_endings(save: Callable[[], None], deliver: Callable[[float], None]) -> None:
    """On exit, which a call of `sys.exit` ends in, it goes to disk; on SIGTERM there is time to upload it.

    :param deliver: uploads within that many seconds
    """
    atexit.register(save)
    if sys.version_info < _HANDLES_SIGNALS_SINCE or threading.current_thread() is not threading.main_thread():
        return
    previous: Any = signal.getsignal(signal.SIGTERM)
    if previous is None:
        return  # not set by Python: it could not be put back

    def terminate(number: int, frame: Optional[FrameType]) -> None:
        save()
        deliver(_TERMINATION_LIMIT)
        if callable(previous):
            previous(number, frame)
        elif previous != signal.SIG_IGN:
            _signal(signal.SIGTERM, signal.SIG_DFL)
            _kill(_getpid(), signal.SIGTERM)

    _signal(signal.SIGTERM, terminate)
