"""Configuration and answers of this package."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Dict, List, Optional

from ._keys import DEFAULT_PREFIX, prefix_problem
from ._settings import DEFAULT_UPLOAD_TIMEOUT, MAX_UPLOAD_TIMEOUT, decode_environment, patterns_problem
from .error_handling import CoverageError


@dataclass
class CoverageConfig:
    """What is collected, and where it goes. Raises CoverageError if a value cannot be used."""

    s3_bucket: str
    """Name of the bucket."""
    s3_prefix: str = DEFAULT_PREFIX
    """Begin of the keys: empty, or ends with a slash."""
    upload_timeout: int = DEFAULT_UPLOAD_TIMEOUT
    """Seconds after which an upload is given up, 1 to 900."""
    include_patterns: Optional[List[str]] = None
    """Globs of files to keep, relative to the task root; none is for all."""
    exclude_patterns: Optional[List[str]] = None
    """Globs of files to leave out."""
    branch_coverage: bool = True
    """Whether branches are counted, too."""
    debug: bool = False
    """Whether a line tells of each upload."""

    def __post_init__(self) -> None:
        if not isinstance(self.s3_bucket, str) or self.s3_bucket == "":
            raise bad_input("s3_bucket", self.s3_bucket, "is not the name of a bucket")
        problem = prefix_problem(self.s3_prefix) if isinstance(self.s3_prefix, str) else "is not a text"
        if problem is not None:
            raise bad_input("s3_prefix", self.s3_prefix, problem)
        timeout: Any = self.upload_timeout
        if not isinstance(timeout, int) or isinstance(timeout, bool) or not 1 <= timeout <= MAX_UPLOAD_TIMEOUT:
            raise bad_input("upload_timeout", timeout, f"is not a whole number of seconds from 1 to {MAX_UPLOAD_TIMEOUT}")
        for name in ("include_patterns", "exclude_patterns"):
            _check_patterns(name, getattr(self, name))
        for name in ("branch_coverage", "debug"):
            if not isinstance(getattr(self, name), bool):
                raise bad_input(name, getattr(self, name), "is neither True nor False")

    @classmethod
    def from_environment(cls) -> CoverageConfig:
        """What the environment variables say; a value that cannot be used has its default taken.

        Raises CoverageInitializationError if `COVERAGE_S3_BUCKET` is not set.
        """
        from ._process_settings import BUCKET_MISSING
        from .error_handling import CoverageInitializationError

        settings = decode_environment(os.environ).settings
        if settings.bucket is None:
            raise CoverageInitializationError(BUCKET_MISSING, {"variable": "COVERAGE_S3_BUCKET"})
        return cls(
            s3_bucket=settings.bucket,
            s3_prefix=settings.prefix,
            upload_timeout=settings.upload_timeout,
            include_patterns=list(settings.include) or None,
            exclude_patterns=list(settings.exclude) or None,
            branch_coverage=settings.branch_coverage,
            debug=settings.debug,
        )


@dataclass
class CoverageReportMetadata:
    """What is known of an uploaded coverage file."""

    function_name: str
    execution_id: str
    timestamp: datetime
    s3_key: str
    file_size: int
    """In bytes."""
    coverage_percentage: Optional[float] = None
    lines_covered: Optional[int] = None
    lines_total: Optional[int] = None
    branches_covered: Optional[int] = None
    branches_total: Optional[int] = None


@dataclass
class HealthCheckResponse:
    """Whether coverage works; `health_check_handler` answers with it as a dictionary."""

    status: str
    """`unhealthy`: the configuration does not say where coverage goes. `degraded`: coverage is not complete, or may not arrive:
    see the warnings. Else `healthy`."""
    coverage_enabled: bool
    """Whether coverage has been started in this process."""
    layer_version: str
    s3_config: Dict[str, Any]
    """`bucket`, which is empty where none is set, and `prefix`."""
    timestamp: datetime
    """UTC."""
    errors: Optional[List[str]] = None
    warnings: Optional[List[str]] = None


def bad_input(argument: str, value: object, problem: str) -> CoverageError:
    """An error that names the value and what is wrong with it."""
    shown = repr(value)
    return CoverageError(f"{argument} {shown[:100]} {problem}", {"argument": argument, "value": shown[:100]})


def _check_patterns(argument: str, patterns: object) -> None:
    if patterns is None:
        return
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise bad_input(argument, patterns, "is not a list of texts; pass one such as ['src/**']")
    problem = patterns_problem(tuple(patterns))
    if problem is not None:
        raise bad_input(argument, patterns, f"cannot be used: {problem}")
