"""What is done ahead of an invocation's timeout, when Lambda kills the process without a word."""

from __future__ import annotations

from typing import Callable

from .._platform import Platform
from .holds import Work

_PART = 5.0
"""How long before the timeout there is a first try, as a part of the time that the invocation had,"""
_SHORTEST = 0.1
_LONGEST = 1.0
"""and its bounds in seconds."""
_LAST_MOMENT = 0.05
"""How long before the timeout what ran since is put on disk."""


def watch(work: Work, deadline: float, flush: Callable[[float], None], save: Callable[[], None]) -> None:
    """Returns when the work has ended, or its time has.

    :param deadline: of the invocation, by the monotonic clock
    :param flush: takes what ran so far, and uploads it until a time of the monotonic clock
    :param save: takes what ran since and keeps it; there is no time for more
    """
    remaining = deadline - Platform.monotonic()
    ahead = min(_LONGEST, max(_SHORTEST, remaining / _PART))
    if work.wait(remaining - ahead):
        return
    flush(deadline - _LAST_MOMENT)
    if not work.wait(deadline - Platform.monotonic() - _LAST_MOMENT):
        save()
