"""Where objects go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping

if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object


class UploadError(Exception):
    """An object could not be put: S3's code or a network's, and how often it was tried again."""

    def __init__(self, code: str, retries: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.retries = retries


class Sink(Protocol):
    """A bucket, or a folder in its place. Objects are added and never replaced."""

    def put(self, key: str, body: bytes, headers: Mapping[str, str], timeout: float) -> None:
        """Adds an object; one that is there already stays as it is. Raises UploadError when it is given up."""

    def is_missing(self, key: str) -> bool:
        """Whether an object may be missing."""
        raise NotImplementedError

    def probe(self, key: str) -> None:
        """Finds out whether objects could be added, without adding one. Raises UploadError if not."""

    def after_fork(self) -> None:
        """In a child: connections are the parent's."""
