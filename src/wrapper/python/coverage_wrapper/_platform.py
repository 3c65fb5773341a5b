"""What the wrapper uses of the platform, taken before the user's code runs.

Users and their test tools patch clocks and thread functions. Tools that replace names in modules (freezegun does in all of
them) do not reach into classes.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time
from typing import Any, Callable, Tuple

_start_new_thread = _thread.start_new_thread
_mask = getattr(signal, "pthread_sigmask", None)
_SIGNALS = {signal.SIGTERM, signal.SIGINT}


def _start_thread(work: Callable[..., None], args: Tuple[Any, ...]) -> None:
    """Unlike threads of `threading`, this one is not traced, and not in the user's list of threads.

    It takes no signal away from the main thread, which is the only one that Python handles them in: one that waits in native
    code is not waked by what another thread has got.
    """
    _start_new_thread(_without_signals, (work, args))


def _without_signals(work: Callable[..., None], args: Tuple[Any, ...]) -> None:
    if _mask is not None:
        _mask(signal.SIG_BLOCK, _SIGNALS)
    work(*args)


class Platform:
    """Functions as they are when the wrapper starts."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)
    gmtime = staticmethod(time.gmtime)
    strftime = staticmethod(time.strftime)
    sleep = staticmethod(time.sleep)
    start_thread = staticmethod(_start_thread)
    random_bytes = staticmethod(os.urandom)
    getpid = staticmethod(os.getpid)


def timestamp(seconds: float) -> str:
    """ISO 8601, UTC, with milliseconds: `2026-01-31T23:59:59.999Z`."""
    milliseconds = int(seconds * 1000)
    moment = Platform.gmtime(milliseconds // 1000)
    return f"{Platform.strftime('%Y-%m-%dT%H:%M:%S', moment)}.{milliseconds % 1000:03d}Z"


def random_fraction() -> float:
    """A number from 0 to 1, without 1. The generator of `random` is the user's: he may have given it a seed."""
    return int.from_bytes(Platform.random_bytes(6), "big") / 2**48


PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
