"""What an execution environment has covered on a UTC day, so that only what adds to it has to be sent."""

from __future__ import annotations

from typing import Any, Dict, Set

from .tracing import Drained


class News:
    """Each day begins anew, so that its objects are complete by themselves."""

    def __init__(self) -> None:
        self._known: Dict[str, Set[Any]] = {}
        self._day = ""

    def begin(self, day: str) -> bool:
        """Says which day it is. Whether it is another one than before."""
        if day == self._day:
            return False
        self._known.clear()
        self._day = day
        return True

    def of(self, drained: Drained) -> Drained:
        """What was not passed before."""
        news: Drained = {}
        for source, passed in drained.items():
            known = self._known.setdefault(source, set())
            new = [one for one in passed if one not in known]
            if new:
                known.update(new)
                news[source] = new
        return news
