"""The bucket, by boto3, which is in Lambda's runtimes for Python."""

from __future__ import annotations

import importlib
import os
from typing import Any, Iterator

from ..error_handling import CoverageCombineError

MAX_ATTEMPTS = 4


class Bucket:
    """Requests are tried 4 times. Raises CoverageCombineError where it cannot be used."""

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            boto3 = importlib.import_module("boto3")
            config = importlib.import_module("botocore.config")
        except ImportError as error:
            raise CoverageCombineError("boto3 is not installed; install it with `pip install boto3`") from error
        self._failures = tuple(importlib.import_module("botocore.exceptions").__dict__[one] for one in ("BotoCoreError", "ClientError"))
        with self._explained(""):
            self._client: Any = boto3.client("s3", config=config.Config(retries={"total_max_attempts": MAX_ATTEMPTS, "mode": "standard"}))

    def keys(self, prefix: str) -> Iterator[str]:
        """In their order."""
        with self._explained(prefix):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
                for one in page.get("Contents", ()):
                    yield str(one["Key"])

    def fetch(self, key: str, file: str) -> None:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with self._explained(key), open(file, "wb") as target:
            body = self._client.get_object(Bucket=self.name, Key=key)["Body"]
            for chunk in body.iter_chunks(1024 * 1024):
                target.write(chunk)

    def write(self, key: str, content: bytes, content_type: str) -> None:
        with self._explained(key):
            self._client.put_object(Bucket=self.name, Key=key, Body=content, ContentType=content_type)

    def _explained(self, key: str) -> _Explained:
        return _Explained(f"s3://{self.name}/{key}", self._failures)


class _Explained:
    """Turns what boto3 raises into an error that names the object."""

    def __init__(self, location: str, failures: Any) -> None:
        self._location = location
        self._failures = failures

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: Any, trace: object) -> None:
        if isinstance(error, self._failures):
            code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
            raise CoverageCombineError(f"{self._location} cannot be used: {error}", {"location": self._location, "error_code": code}) from error
        if isinstance(error, OSError):
            raise CoverageCombineError(f"{self._location} cannot be read: {error}", {"location": self._location}) from error
