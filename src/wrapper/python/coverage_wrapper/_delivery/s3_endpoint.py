"""Where a bucket's objects are, by the rules and the variables of the AWS SDKs."""

from __future__ import annotations

from typing import Mapping, NamedTuple, Optional
from urllib.parse import urlsplit

from ..error_handling import CoverageInitializationError

_SUFFIXES = (
    ("cn-", "amazonaws.com.cn"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eusc-", "amazonaws.eu"),
)
"""Suffix of a partition's host names by the beginning of its regions' names."""


class BucketAddress(NamedTuple):
    scheme: str
    """`http` or `https`."""
    hostname: str
    port: Optional[int]
    base_path: str
    """Path in front of the key; begins and ends with a slash."""

    @property
    def authority(self) -> str:
        """As a Host header has it."""
        name = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return name if self.port is None else f"{name}:{self.port}"


def bucket_address(bucket: str, region: str, environment: Mapping[str, str]) -> BucketAddress:
    """Virtual-host style as AWS wants it; path style for buckets with a dot in their name, whose certificate would not
    match, and for an endpoint override.

    Raises CoverageInitializationError if the override is not an http or https URL.
    """
    override = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    if override and not _is_true(environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")):
        return _overridden(override, bucket)
    suffix = next((suffix for start, suffix in _SUFFIXES if region.startswith(start)), "amazonaws.com")
    service = "s3-fips" if _is_true(environment.get("AWS_USE_FIPS_ENDPOINT")) else "s3"
    dual_stack = ".dualstack" if _is_true(environment.get("AWS_USE_DUALSTACK_ENDPOINT")) else ""
    host = f"{service}{dual_stack}.{region}.{suffix}"
    if "." in bucket:
        return BucketAddress("https", host, None, f"/{bucket}/")
    return BucketAddress("https", f"{bucket}.{host}", None, "/")


def _overridden(override: str, bucket: str) -> BucketAddress:
    try:
        url = urlsplit(override)
        port = url.port
    except ValueError:
        url, port = urlsplit(""), None
    if url.scheme not in ("http", "https") or not url.hostname:
        raise CoverageInitializationError(f"no coverage is collected: endpoint '{override}' is not an http or https URL")
    path = url.path[:-1] if url.path.endswith("/") else url.path
    default = 443 if url.scheme == "https" else 80
    return BucketAddress(url.scheme, url.hostname, None if port == default else port, f"{path}/{bucket}/")


def _is_true(value: Optional[str]) -> bool:
    return value is not None and value.lower() == "true"
