"""The errors of this package."""

from __future__ import annotations

from typing import Any, Dict, Optional


class CoverageError(Exception):
    """What went wrong with coverage. `details` has the fields that a log line has."""

    def __init__(self, message: str, details: Optional[Dict[str, Any]] = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: Dict[str, Any] = {} if details is None else details


class CoverageInitializationError(CoverageError):
    """Coverage could not be started, or its configuration cannot be used."""


class S3UploadError(CoverageError):
    """An object could not be uploaded."""


class CoverageCombineError(CoverageError):
    """Coverage files could not be combined."""
