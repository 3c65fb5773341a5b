"""What coverage files hold: those that the layer uploads, and coverage.py's own data files."""

from __future__ import annotations

import gzip
import json
import os
import re
import zlib
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

from .._counting.table import TABLE_VERSION
from .._counting.takes import RAW_COVERAGE_VERSION
from .._delivery.parcel import is_gzip

_SQLITE = b"SQLite format 3\0"
_MAX_UNPACKED = 256 * 1024 * 1024
SOURCES = "sources"
_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,140}")

Arc = Tuple[int, int]


class UnreadableFile(Exception):
    """Why a file cannot be read, as the end of a sentence that begins with its name."""


class OtherLanguage(Exception):
    """It is coverage of a function that is not in Python."""


class PassedFile(NamedTuple):
    """What was passed of a source file, by one object of the layer."""

    path: str
    """Below the task root."""
    table: str
    arcs: Optional[Set[Arc]]
    """Nothing where only lines were measured."""
    lines: Set[int]
    function_name: str
    timestamp: str


class Table(NamedTuple):
    """What is needed of what is known of a source file without running it."""

    text: str
    text_sha256: str


def is_coverage_data(file: str) -> bool:
    """Whether it is a data file of coverage.py. Raises UnreadableFile."""
    try:
        with open(file, "rb") as content:
            return content.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise UnreadableFile(f"cannot be read: {error}") from error


def read_raw(file: str) -> List[PassedFile]:
    """What an object of the layer tells. Raises UnreadableFile, and OtherLanguage for one of another language."""
    content = _unpacked(file)
    # what ran while the function started is a line of its own
    lines = [line for line in content.split(b"\n") if line.strip()] or [content]
    return [passed for line in lines for passed in _read_line(line)]


def _read_line(line: bytes) -> List[PassedFile]:
    raw = _json(line)
    if not isinstance(raw, dict) or "kind" not in raw or "version" not in raw:
        raise UnreadableFile("is neither an object of the layer nor a data file of coverage.py")
    if raw["version"] != RAW_COVERAGE_VERSION:
        raise UnreadableFile(f"has version {raw['version']!r}, and this release reads {RAW_COVERAGE_VERSION}; update the layer")
    if raw["kind"] != "python":
        raise OtherLanguage
    try:
        metadata = raw["metadata"]
        function_name, timestamp = str(metadata["functionName"]), str(metadata["timestamp"])
        if not _FUNCTION_NAME.fullmatch(function_name):
            raise ValueError(f"{function_name!r} is no name of a function")
        return [_passed(one, function_name, timestamp) for one in raw["result"]]
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableFile(f"is damaged: {error!r}") from error


def _passed(one: Dict[str, Any], function_name: str, timestamp: str) -> PassedFile:
    path = str(one["path"])
    # others may have written it, and files are made by that name
    if any(part in ("", ".", "..") for part in path.split("/")) or "\\" in path or "\0" in path:
        raise ValueError(f"path {path!r} is not below the task root")
    arcs, lines = one.get("arcs"), one.get("lines")
    if not all(type(line) is int for line in [*(arcs or ()), *(lines or ())]):
        raise ValueError("a line that is no number")
    pairs = None if arcs is None else set(zip(arcs[::2], arcs[1::2]))
    return PassedFile(path, str(one["table"]), pairs, set(lines or ()), function_name, timestamp)


def read_table(file: str, table: str) -> Optional[Table]:
    """The table that is kept beside a coverage file, in the next `sources` above it; nothing where it is not."""
    folder = os.path.dirname(os.path.abspath(file))
    while True:
        name = os.path.join(folder, SOURCES, table)
        if os.path.isfile(name):
            break
        if os.path.dirname(folder) == folder:
            return None
        folder = os.path.dirname(folder)
    content = _json(_unpacked(name))
    try:
        kind, version, digest = json.loads(content["identity"])[:3]
        if kind == "python-table" and version == TABLE_VERSION and isinstance(content["text"], str):
            return Table(content["text"], str(digest))
    except (KeyError, TypeError, ValueError):
        pass
    return None


def _unpacked(file: str) -> bytes:
    try:
        with open(file, "rb") as raw:
            start = raw.read(2)
            if not is_gzip(start):
                return start + raw.read()
        with gzip.open(file) as packed:
            content = packed.read(_MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"cannot be read: {error}") from error
    if len(content) > _MAX_UNPACKED:
        raise UnreadableFile(f"unpacks to more than {_MAX_UNPACKED} bytes")
    return content


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"is neither JSON nor a data file of coverage.py: {error}") from error


def newest_first(files: Iterable[PassedFile]) -> List[PassedFile]:
    return sorted(files, key=lambda one: one.timestamp, reverse=True)
