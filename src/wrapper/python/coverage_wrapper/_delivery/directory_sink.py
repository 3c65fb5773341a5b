"""A folder in the place of the bucket, for containers, SAM local and LocalStack: `<folder>/<key>`."""

from __future__ import annotations

import errno
import os
from typing import Mapping

from .._platform import Platform
from .sink import UploadError

_open, _write, _close, _rename, _unlink = os.open, os.write, os.close, os.rename, os.unlink


class DirectorySink:
    def __init__(self, folder: str) -> None:
        self._folder = folder

    def put(self, key: str, body: bytes, headers: Mapping[str, str], timeout: float) -> None:
        file = self._file(key)
        if os.path.exists(file):
            return
        draft = f"{file}.{Platform.random_bytes(6).hex()}.draft"
        try:
            os.makedirs(os.path.dirname(file), exist_ok=True)
            write_file(draft, body, 0o666)
            _rename(draft, file)  # whole or not at all: what a full disk leaves half of would pass for there
        except OSError as error:
            raise _upload_error(error) from error

    def is_missing(self, key: str) -> bool:
        return not os.path.exists(self._file(key))

    def probe(self, key: str) -> None:
        try:
            os.makedirs(self._folder, exist_ok=True)
        except OSError as error:
            raise _upload_error(error) from error
        if not os.access(self._folder, os.W_OK):
            raise UploadError("EACCES", 0, f"no permission to write to '{self._folder}'")

    def after_fork(self) -> None:
        return None

    def _file(self, key: str) -> str:
        file = os.path.normpath(os.path.join(self._folder, key))
        if not file.startswith(os.path.join(os.path.normpath(self._folder), "")):
            raise UploadError("InvalidKey", 0, f"key '{key}' leads out of the folder '{self._folder}'")
        return file


def write_file(file: str, content: bytes, mode: int) -> None:
    """Writes a new file, or leaves none. Without `open`, which users replace. Raises OSError."""
    descriptor = _open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[_write(descriptor, rest) :]
        finally:
            _close(descriptor)
    except OSError:
        _unlink(file)
        raise


def _upload_error(error: OSError) -> UploadError:
    return UploadError(errno.errorcode.get(error.errno or 0, "Unknown"), 0, str(error))
