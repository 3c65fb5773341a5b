"""Parcels on disk, for when the process ends before they have arrived.

Lambda keeps `/tmp` when it resets an execution environment after an exit or a timeout, so the next process finds them. The
folder is there only while it holds something. What cannot be written or read stays where it was; nothing raises.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import Any, Callable, List, Optional

from .._platform import Platform
from .directory_sink import write_file
from .parcel import Parcel

_EXTENSION = ".parcel"
_FAILED = re.compile(r"\.failed\.([0-9]+)\.")
"""When a parcel could not be sent; in the name, so that the next process knows whatever happens to this one."""
_DRAFT = ".draft"

_kill, _rename, _unlink, _rmdir, _mkdir, _listdir = os.kill, os.rename, os.unlink, os.rmdir, os.makedirs, os.listdir


class Spool:
    """Shared by the processes of an execution environment, one after the other or several at a time."""

    def __init__(self, temporary_folder: str, source: Callable[[Any], Optional[Any]]) -> None:
        self._folder = os.path.join(temporary_folder, ".coverage-wrapper")
        self._source = source
        self._begin = Platform.now()
        self.renew()

    def renew(self) -> None:
        """In a new process: files of the one before are not its."""
        self._owner = f"{Platform.getpid()}.0.{int(Platform.now() * 1000)}"

    def save(self, parcel: Parcel) -> bool:
        """Whether it is on disk now."""
        if parcel.file is not None:
            return True
        file = self._file(parcel)
        draft = f"{file}{_DRAFT}"
        try:
            _mkdir(self._folder, 0o700, exist_ok=True)
            with suppress(OSError):
                _unlink(draft)
            write_file(draft, parcel.serialize(), 0o600)
            _rename(draft, file)  # a process that is killed meanwhile leaves nothing that is half of something
        except (OSError, ValueError):
            return False
        parcel.file = file
        return True

    def mark_failed(self, parcel: Parcel) -> None:
        """Sending it has failed."""
        if parcel.file is not None and parcel.file != self._file(parcel):
            with suppress(OSError):
                _rename(parcel.file, self._file(parcel))
                parcel.file = self._file(parcel)

    def remove(self, parcel: Parcel) -> None:
        """It has arrived."""
        file, parcel.file = parcel.file, None
        if file is not None:
            with suppress(OSError):
                _unlink(file)
            with suppress(OSError):
                _rmdir(self._folder)  # fails as long as there are others

    def left(self) -> List[Parcel]:
        """The parcels that processes which have ended left behind. Each is given out once, also where several ask at a time."""
        try:
            names = sorted(name for name in _listdir(self._folder) if not name.startswith(f"{self._owner}-") and self._is_left(name))
        except OSError:
            return []
        parcels = []
        for name in names:
            if name.endswith(_DRAFT):
                with suppress(OSError):
                    _unlink(os.path.join(self._folder, name))
            elif name.endswith(_EXTENSION):
                parcel = self._claim(name)
                if parcel is not None:
                    parcels.append(parcel)
        with suppress(OSError):
            _rmdir(self._folder)  # fails as long as there is something
        return parcels

    def _claim(self, name: str) -> Optional[Parcel]:
        claimed = os.path.join(self._folder, f"{self._owner}-{name[name.index('-') + 1 :]}")
        try:
            _rename(os.path.join(self._folder, name), claimed)  # only one of several can
            with open(claimed, "rb") as file:
                content = file.read()
        except OSError:
            return None
        try:
            parcel = Parcel.parse(content, self._source)
        except Exception:  # nobody else will make more of it
            with suppress(OSError):
                _unlink(claimed)
            return None
        failed = _FAILED.search(name)
        parcel.failed_at = int(failed.group(1)) / 1000 if failed else None
        parcel.file = claimed
        return parcel

    def _is_left(self, name: str) -> bool:
        """Whether the owner of a file, by its name, has ended: another process, or one before this one that had the same id."""
        process, _, time = [*name.split("-", 1)[0].split("."), "", ""][:3]
        if not process.isdigit() or not time.isdigit():
            return False
        if int(process) == Platform.getpid():
            return int(time) / 1000 < self._begin - 0.1
        return not _is_alive(int(process))

    def _file(self, parcel: Parcel) -> str:
        failed = "" if parcel.failed_at is None else f".failed.{int(parcel.failed_at * 1000)}"
        return os.path.join(self._folder, f"{self._owner}-{parcel.execution_id}{failed}{_EXTENSION}")


def _is_alive(process: int) -> bool:
    try:
        _kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return process > 0
