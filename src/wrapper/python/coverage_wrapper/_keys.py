"""The keys of what the wrapper puts into the coverage bucket; the rules of `src/contract/object-keys.ts`."""

from __future__ import annotations

import hashlib
import re
from typing import Optional

from ._platform import Platform

DEFAULT_PREFIX = "coverage/"

_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def execution_id(request_id: str, environment_id: str, sequence: int) -> str:
    """`{request id}-{environment id}-{sequence}` of 36, 12 and 8 characters."""
    return f"{as_uuid(request_id)}-{environment_id}-{sequence:08x}"


def as_uuid(request_id: str) -> str:
    """A request id is a UUID on Lambda; an emulator's is hashed into that form, so that keys keep their shape."""
    lower = request_id.lower()
    if _UUID.fullmatch(lower):
        return lower
    digest = hashlib.sha256(request_id.encode("utf-8", "surrogatepass")).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


def raw_coverage_key(function_name: str, execution: str, prefix: str, seconds: float) -> str:
    """The key of a raw object: `{prefix}YYYY/MM/DD/{function_name}-{execution_id}.coverage`, the day in UTC."""
    return f"{prefix}{Platform.strftime('%Y/%m/%d', Platform.gmtime(seconds))}/{function_name}-{execution}.coverage"


def source_key(prefix: str, sha256: str) -> str:
    """The key under which what is told of a source file is kept, once per content."""
    return f"{prefix}sources/{sha256}"


def prefix_problem(prefix: str) -> Optional[str]:
    """What is wrong with a key prefix, as the end of a sentence that begins with its value."""
    if prefix == "":
        return None
    if not prefix.endswith("/"):
        return f"does not end with a slash; use '{prefix}/'"
    if prefix.startswith("/"):
        return f"begins with a slash; use '{prefix.lstrip('/')}'"
    if len(prefix) > 512:
        return f"has {len(prefix)} characters; 512 at most"
    if not re.fullmatch(r"[A-Za-z0-9!_.'()/-]+", prefix):
        return "has characters that need escaping in an S3 key; use letters, digits and any of !_.'()-/"
    if any(segment in ("", ".", "..") for segment in prefix.split("/")[:-1]):
        return "has an empty segment, '.' or '..'; name each folder once"
    return None
