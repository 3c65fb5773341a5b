"""Uploads of coverage files, and their keys."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, Dict, Optional

from ._delivery.create_sink import create_sink
from ._delivery.parcel import is_gzip
from ._delivery.sink import UploadError
from ._keys import DEFAULT_PREFIX, prefix_problem, raw_coverage_key
from ._platform import Platform
from ._process_settings import BUCKET_MISSING, ProcessSettings, read_settings
from .error_handling import CoverageError, CoverageInitializationError, S3UploadError
from .models import CoverageConfig, bad_input

_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EXECUTION_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")


def upload_coverage_file(coverage_data: bytes, function_name: str, execution_id: str, config: Optional[CoverageConfig] = None) -> Dict[str, Any]:
    """Uploads a coverage file under `generate_s3_key`, with the function's name, the execution id and the size in its metadata.

    Tried 4 times, with exponential backoff and jitter, where trying again may help. An object that is there is never
    replaced: the upload of another one under its key succeeds, and changes nothing.

    :param coverage_data: content of the file
    :param config: by default what the environment variables say
    :return: `s3_key`, `bucket`, `file_size` in bytes, `upload_time_ms` with retries, and `success`. An upload that fails is
        logged as an S3UploadError and answered with `success` False and, beyond the reference, its `error`
    :raises CoverageError: if an argument cannot be used
    """
    if not isinstance(coverage_data, (bytes, bytearray, memoryview)):
        raise bad_input("coverage_data", type(coverage_data).__name__, "is not the type of bytes; pass bytes, as in text.encode()")
    if config is not None and not isinstance(config, CoverageConfig):
        raise bad_input("config", config, "is not a CoverageConfig")
    settings = read_settings(config)
    key = generate_s3_key(function_name, execution_id, settings.settings.prefix)
    body = bytes(coverage_data)
    begin = Platform.monotonic()
    error = _upload(body, key, function_name, execution_id, settings)
    answer = {
        "s3_key": key,
        "bucket": settings.settings.bucket or "",
        "file_size": len(body),
        "upload_time_ms": round((Platform.monotonic() - begin) * 1000),
        "success": error is None,
    }
    return answer if error is None else {**answer, "error": error}


def generate_s3_key(function_name: str, execution_id: str, prefix: str = DEFAULT_PREFIX, timestamp: Optional[datetime] = None) -> str:
    """The key of a coverage file: `{prefix}YYYY/MM/DD/{function_name}-{execution_id}.coverage`, the day in UTC.

    :param function_name: 1 to 64 letters, digits, `-` and `_`
    :param execution_id: 1 to 200 letters, digits, `.`, `-` and `_`
    :param prefix: empty, or ends with a slash
    :param timestamp: by default now; one without a time zone is UTC
    :raises CoverageError: if an argument cannot be used
    """
    hint = "is not 1 to 64 letters, digits, '-' and '_'; pass the name only, as context.function_name has it"
    _check("function_name", function_name, _FUNCTION_NAME, hint)
    _check(
        "execution_id",
        execution_id,
        _EXECUTION_ID,
        "is not 1 to 200 letters, digits, '.', '-' and '_'; context.aws_request_id is one",
    )
    problem = prefix_problem(prefix) if isinstance(prefix, str) else "is not a text"
    if problem is not None:
        raise bad_input("prefix", prefix, problem)
    if timestamp is not None and not isinstance(timestamp, datetime):
        raise bad_input("timestamp", timestamp, "is not a datetime")
    time = Platform.now() if timestamp is None else _utc(timestamp).timestamp()
    return raw_coverage_key(function_name, execution_id, prefix, time)


def get_s3_config() -> Dict[str, Any]:
    """The S3 configuration that the environment variables hold: `bucket`, `prefix`, `timeout` in seconds, and `region`.

    A value that cannot be used is logged, and its default taken.

    :raises ValueError: if `COVERAGE_S3_BUCKET` is not set
    """
    environment, settings = read_settings()[:2]
    if settings.bucket is None:
        raise ValueError(BUCKET_MISSING)
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
    return {"bucket": settings.bucket, "prefix": settings.prefix, "timeout": settings.upload_timeout, "region": region}


def _utc(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def _upload(body: bytes, key: str, function_name: str, execution_id: str, settings: ProcessSettings) -> Optional[CoverageError]:
    """What went wrong, which is logged."""
    gzipped = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    headers = {
        **(gzipped if is_gzip(body) else {"Content-Type": "application/octet-stream"}),
        "x-amz-meta-function-name": function_name,
        "x-amz-meta-execution-id": execution_id,
        "x-amz-meta-file-size": str(len(body)),
    }
    bucket = settings.settings.bucket
    try:
        if settings.settings.directory is None and bucket is None:
            raise CoverageInitializationError(BUCKET_MISSING, {"variable": "COVERAGE_S3_BUCKET"})
        create_sink(settings.environment, settings.settings).put(key, body, headers, float(settings.settings.upload_timeout))
    except UploadError as error:
        details = {"s3_key": key, "bucket": bucket, "error_code": error.code, "retry_count": error.retries}
        failure: CoverageError = S3UploadError(f"Failed to upload coverage file: {error}", details)
    except CoverageError as error:
        failure = error
    else:
        return None
    name = "S3UploadError" if isinstance(failure, S3UploadError) else "CoverageInitializationError"
    settings.log.error(name, failure.message, failure.details)
    return failure


def _check(argument: str, value: object, allowed: re.Pattern[str], problem: str) -> None:
    if not isinstance(value, str) or not allowed.fullmatch(value):
        raise bad_input(argument, value, problem)
