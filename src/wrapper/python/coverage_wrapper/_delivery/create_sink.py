"""Where the settings say that coverage goes."""

from __future__ import annotations

from typing import Mapping

from .._settings import BUCKET, Settings
from ..error_handling import CoverageInitializationError
from .directory_sink import DirectorySink
from .sink import Sink

NO_BUCKET = f"no coverage is collected: {BUCKET} is not set"


def create_sink(environment: Mapping[str, str], settings: Settings) -> Sink:
    """Raises CoverageInitializationError where there is no place for coverage."""
    if settings.directory is not None:
        return DirectorySink(settings.directory)
    if settings.bucket is None:
        raise CoverageInitializationError(NO_BUCKET)
    from .credentials import RoleCredentials
    from .s3_endpoint import bucket_address
    from .s3_sink import S3Sink

    bucket = settings.bucket
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
    return S3Sink(region, lambda where: bucket_address(bucket, where, environment), RoleCredentials(environment).get)
