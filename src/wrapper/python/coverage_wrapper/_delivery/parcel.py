"""A raw object on its way to the bucket."""

from __future__ import annotations

import json
import zlib
from typing import Any, Callable, Optional, Sequence

_dumps = json.dumps
_loads = json.loads

EXTENSION = ".coverage"
_EXECUTION_PART = 1 + 58 + len(EXTENSION)
"""A hyphen, an execution id of 58 characters, and the extension."""


class Parcel:
    """A raw object, and the source files that it tells of, whose tables have to be in the bucket as well."""

    def __init__(self, key: str, content: bytes, sources: Sequence[Any]) -> None:
        self.key = key
        self.sources = sources
        self.file: Optional[str] = None
        """The file in the spool that holds it, if one does."""
        self.failed_at: Optional[float] = None
        """When sending it failed last, in seconds since 1970."""
        self._content = content

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing but sources."""
        return self.key == ""

    @property
    def function_name(self) -> str:
        return self.key[self.key.rfind("/") + 1 : -_EXECUTION_PART]

    @property
    def execution_id(self) -> str:
        return self.key[1 - _EXECUTION_PART : -len(EXTENSION)]

    def body(self) -> bytes:
        """Gzipped."""
        if not is_gzip(self._content):
            self._content = compress(self._content)
        return self._content

    def json(self) -> str:
        """The raw object as JSON, a line for each of its parts."""
        return (zlib.decompress(self._content, 31) if is_gzip(self._content) else self._content).decode()

    def serialize(self) -> bytes:
        """A line that tells what it is, and then the content as it is at the moment."""
        sources = [{"sha256": one.sha256, "file": one.file, "branch": one.branch} for one in self.sources]
        return f"{_dumps({'key': self.key, 'sources': sources})}\n".encode() + self._content

    @classmethod
    def parse(cls, content: bytes, source: Callable[[Any], Optional[Any]]) -> Parcel:
        """Reads what `serialize` wrote. Raises an Exception for anything else."""
        head, _, body = content.partition(b"\n")
        fields = _loads(head)
        if not isinstance(fields["key"], str):
            raise TypeError("not a parcel")
        found = [source(one) for one in fields["sources"]]
        return cls(fields["key"], body, [one for one in found if one is not None])


def compress(content: bytes) -> bytes:
    """As gzip, without a time in it."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(content) + packer.flush()


def is_gzip(content: bytes) -> bool:
    return content[:2] == b"\x1f\x8b"
