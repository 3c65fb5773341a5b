"""What the extension waits for, by request id.

The runtime and the extension learn of an invocation separately and in any order: the work may have begun, or even ended,
when it is waited for.
"""

from __future__ import annotations

import _thread
from typing import Callable, Dict, Optional

from .._platform import Platform

_START_TIMEOUT = 1.0
"""Longest wait for the handler to be called for an event that the extension has seen: the runtime may have refused it."""
_MOST_WORKS = 16
"""Works whose event the extension never saw are not many; older ones are forgotten."""


class Work:
    """An invocation, from the begin of its handler to the end."""

    def __init__(self) -> None:
        self.started = False
        self.deadline: Optional[float] = None
        """Of the function's timeout, by the monotonic clock; set when it has started."""
        self._ended = _thread.allocate_lock()
        self._ended.acquire()
        self._is_ended = False

    def end(self) -> None:
        if not self._is_ended:
            self._is_ended = True
            self._ended.release()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, within that time."""
        if self._is_ended:
            return True
        if self._ended.acquire(timeout=max(0.0, seconds)):
            self._ended.release()
            return True
        return False


class Holds:
    def __init__(self) -> None:
        self._works: Dict[str, Work] = {}
        self._lock = _thread.RLock()

    def begin(self, request_id: str, deadline: Optional[float]) -> Callable[[], None]:
        """An invocation has begun. Returns what ends its hold."""
        work = self.current(request_id)
        work.deadline = deadline
        work.started = True
        return work.end

    def wait(self, request_id: str, ahead: Callable[[float], None]) -> None:
        """Waits until the work for a request has ended.

        :param ahead: called with the time of its timeout when it has started; returns when the work has ended, or when
            there is nothing left to do about it
        """
        work = self.current(request_id)
        begin = Platform.monotonic()
        pause = 0.001
        while not work.started and Platform.monotonic() - begin < _START_TIMEOUT:
            if work.wait(pause):
                break
            pause = min(0.05, pause * 2)
        if work.started:
            while not work.wait(0.0):
                if work.deadline is not None:
                    ahead(work.deadline)
                work.wait(3600.0)
        with self._lock:
            self._works.pop(request_id, None)

    def current(self, request_id: str) -> Work:
        with self._lock:
            work = self._works.get(request_id)
            if work is None:
                self._works[request_id] = work = Work()
                while len(self._works) > _MOST_WORKS:
                    del self._works[next(iter(self._works))]
            return work
