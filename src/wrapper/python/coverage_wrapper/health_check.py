"""Whether coverage works."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, Dict, List, Mapping, NamedTuple

from ._counting.coverage_py import CoveragePy
from ._delivery.create_sink import create_sink
from ._delivery.sink import Sink, UploadError
from ._keys import raw_coverage_key
from ._platform import PYTHON, Platform, random_fraction, timestamp
from ._process_settings import BUCKET_MISSING, read_settings
from ._settings import SAMPLING, Problem, Settings
from ._start import running_collection
from ._version import LAYER_VERSION
from .error_handling import CoverageError
from .models import HealthCheckResponse

_MAX_RETRIES = 2
"""As the reference has it for health checks."""
_FIRST_PAUSE = 0.1
_LONGEST = 1.5
"""No further try begins after so many seconds: a function has 3 by default, and a try may take 2."""
_PROBE_ID = "health-check"
_HINTS = {
    "403": "; allow s3:PutObject on them to the role of the function, as CoverageBucket.grantWrite does",
    "404": "; there is no such bucket",
}


class _Findings(NamedTuple):
    errors: List[str]
    faults: List[str]
    """Why it is degraded."""
    hints: List[str]
    """What is only worth knowing."""


def health_check_handler() -> Dict[str, Any]:
    """What the configuration says, whether coverage runs in this process, and whether an object could be added to the bucket,
    which is found out without adding one. That is tried 3 times at most, where trying again may help. Never raises.

    :return: the fields of HealthCheckResponse, `timestamp` in ISO 8601; `errors` only where it is `unhealthy`, `warnings` only
        where there are any
    """
    environment, configured, problems, deprecated, _ = read_settings()
    collection = running_collection()
    settings = configured if collection is None else collection.settings
    findings = _Findings([], list(map(_text, problems)), list(map(_text, deprecated)))
    try:
        _check_collection(collection is not None, settings, findings)
        _check_sink(environment, settings, findings)
    except Exception as error:  # "a degraded status is returned instead of an error"
        findings.faults.append(f"the health check failed: {error}")
    response = HealthCheckResponse(
        status="unhealthy" if findings.errors else "degraded" if findings.faults else "healthy",
        coverage_enabled=collection is not None,
        layer_version=LAYER_VERSION,
        s3_config={"bucket": settings.bucket or "", "prefix": settings.prefix},
        timestamp=datetime.fromtimestamp(Platform.now(), timezone.utc),
        errors=findings.errors or None,
        warnings=findings.faults + findings.hints or None,
    )
    fields = {**vars(response), "timestamp": timestamp(response.timestamp.timestamp())}
    return {name: value for name, value in fields.items() if value is not None}


def get_coverage_status() -> Dict[str, Any]:
    """The state of coverage in this process. Never raises.

    :return: `initialized`: whether coverage has been started; `active`: whether what runs now is collected; `config`: what
        coverage was started with, or would be, by the names of CoverageConfig, without `s3_bucket` where none is set
    """
    collection = running_collection()
    settings = read_settings().settings if collection is None else collection.settings
    config: Dict[str, Any] = {
        "s3_bucket": settings.bucket,
        "s3_prefix": settings.prefix,
        "upload_timeout": settings.upload_timeout,
        "include_patterns": list(settings.include) or None,
        "exclude_patterns": list(settings.exclude) or None,
        "branch_coverage": settings.branch_coverage,
        "debug": settings.debug,
    }
    return {
        "initialized": collection is not None,
        "active": collection is not None and collection.is_tracking,
        "config": {name: value for name, value in config.items() if value is not None},
    }


def get_layer_info() -> Dict[str, Any]:
    """What this package is made of and runs on: versions only. Never raises.

    :return: `version`, `python_version`, `coverage_version`, which is empty where the layer has no coverage.py for this Python,
        and `dependencies` by their names
    """
    try:
        coverage_version = CoveragePy().version
    except (CoverageError, ImportError):
        coverage_version = ""
    return {
        "version": LAYER_VERSION,
        "python_version": _full_version(),
        "coverage_version": coverage_version,
        "dependencies": {"coverage": coverage_version} if coverage_version else {},
    }


def _full_version() -> str:
    import platform

    return platform.python_version() or PYTHON


def _check_collection(is_running: bool, settings: Settings, findings: _Findings) -> None:
    if is_running or (settings.bucket is None and settings.directory is None):
        return
    if settings.sampling < 1:
        findings.hints.append(
            f"coverage is not collected in this execution environment: {SAMPLING} is {settings.sampling:g}, so not each of them does"
        )
    elif settings.handler is not None:
        findings.faults.append("coverage could not be started; the log says why, in a line with the error_type CoverageInitializationError")
    else:
        findings.faults.append(
            "coverage has not been started in this process; attach the function with CoverageLayer.attachTo, or use coverage_handler or"
            " CoverageContext"
        )


def _check_sink(environment: Mapping[str, str], settings: Settings, findings: _Findings) -> None:
    if settings.bucket is None and settings.directory is None:
        findings.errors.append(BUCKET_MISSING)
        return
    try:
        sink = create_sink(environment, settings)
    except CoverageError as error:
        findings.errors.append(error.message)
        return
    key = raw_coverage_key(environment.get("AWS_LAMBDA_FUNCTION_NAME", "unknown"), _PROBE_ID, settings.prefix, Platform.now())
    try:
        _probe(sink, key)
    except UploadError as error:
        where = settings.directory or f"s3://{settings.bucket}/{settings.prefix}"
        findings.faults.append(f"objects cannot be added to {where}: {error}{_HINTS.get(error.code, '')}")


def _probe(sink: Sink, key: str) -> None:
    begin = Platform.monotonic()
    retry = 0
    while True:
        try:
            sink.probe(key)
            return
        except UploadError as error:
            pause = random_fraction() * _FIRST_PAUSE * 2.0**retry
            refused = re.fullmatch(r"4(?!29)\d\d", error.code) is not None
            if refused or retry == _MAX_RETRIES or Platform.monotonic() - begin + pause > _LONGEST:
                raise
            Platform.sleep(pause)
            retry += 1


def _text(problem: Problem) -> str:
    return f"{problem.variable} {problem.message}"
