"""Whether it is worth holding the environment for an upload."""

from __future__ import annotations

from .._platform import Platform

_FAILURES = 3
"""So many holds in a row that end without everything having arrived."""
_FIRST_PAUSE = 60.0
_LONGEST_PAUSE = 600.0


class CircuitBreaker:
    """After repeated failures there is a pause, in which coverage is kept and not sent; each further failure doubles it."""

    def __init__(self) -> None:
        self._failures = 0
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return Platform.now() < self._open_until

    def succeeded(self) -> None:
        self._failures = 0
        self._open_until = 0.0

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= _FAILURES:
            self._open_until = Platform.now() + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (self._failures - _FAILURES))
