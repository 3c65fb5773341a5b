"""The name that `coverage_wrapper.health_check` had in releases 0.x."""

from __future__ import annotations

from typing import Any, Dict

from coverage_wrapper.health_check import health_check_handler


def health_check() -> Dict[str, Any]:
    """What `coverage_wrapper.health_check.health_check_handler` answers."""
    return health_check_handler()
