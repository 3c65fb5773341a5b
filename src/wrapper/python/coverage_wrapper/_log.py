"""Lines that the wrapper writes to standard error: JSON with the reference's fields."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict, Mapping, Optional, Set

from ._platform import Platform, timestamp
from ._settings import Problem

_dumps = json.dumps
_STDERR = 2


class Log:
    """One JSON line per event, and each kind of event once in an execution environment."""

    def __init__(self, function_name: str, debugging: bool) -> None:
        self._function_name = function_name
        self._debugging = debugging
        self._said: Set[str] = set()

    def error(self, error_type: str, message: str, details: Mapping[str, Any], request_id: Optional[str] = None) -> None:
        """Says what went wrong, with the name that the reference gives its exception."""
        once = f"{error_type} {message} {details.get('error_code', details.get('variable', ''))}"
        if once not in self._said:
            self._said.add(once)
            self._write("ERROR", {"error_type": error_type, "message": message, "details": details}, request_id)

    def warning(self, message: str, details: Mapping[str, Any]) -> None:
        """Says what is worth knowing."""
        if message not in self._said:
            self._said.add(message)
            self._write("WARNING", {"message": message, "details": details}, None)

    def debug(self, message: str, details: Mapping[str, Any], request_id: Optional[str] = None) -> None:
        """Says what happens, where `COVERAGE_DEBUG` is set."""
        if self._debugging:
            self._write("DEBUG", {"message": message, "details": details}, request_id)

    def problem(self, problem: Problem) -> None:
        """Says which variable could not be used."""
        self.error("CoverageInitializationError", f"{problem.variable} {problem.message}", _details(problem))

    def deprecated(self, problem: Problem) -> None:
        """Says which variable has a name of release 0.x."""
        self.warning(f"{problem.variable} {problem.message}", _details(problem))

    def _write(self, level: str, fields: Dict[str, Any], request_id: Optional[str]) -> None:
        try:
            line = _dumps(
                {
                    "level": level,
                    "timestamp": timestamp(Platform.now()),
                    **fields,
                    "function_name": self._function_name,
                    "request_id": request_id,
                },
                ensure_ascii=False,
            )
            _write_line(line)
        except Exception:  # a closed standard error is no reason to break the function
            pass


def _write_line(line: str) -> None:
    """The runtime frames what goes through its standard error, so it goes through that where it is there still."""
    stream = sys.__stderr__
    if stream is not None:
        stream.write(f"{line}\n")
        stream.flush()
    else:
        os.write(_STDERR, f"{line}\n".encode("utf-8", "replace"))


def _details(problem: Problem) -> Dict[str, str]:
    value = problem.value
    return {"variable": problem.variable, "value": f"{value[:100]}…" if len(value) > 100 else value}
