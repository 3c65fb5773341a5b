"""What has not arrived in the bucket yet."""

from __future__ import annotations

import _thread
from functools import partial
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Set

from .._counting.table import UnreadableSource
from .._keys import source_key
from .._log import Log
from .._platform import Platform
from .._settings import Settings
from .parcel import Parcel, compress
from .sink import Sink, UploadError
from .spool import Spool

_MOST_PARCELS = 8
"""More parcels than these are merged into one, so that neither memory nor `/tmp` fills as long as nothing arrives."""
_PAUSE = 60.0
"""So long after a failure a start does not wait for what it left, in seconds."""
_THREADS = 4
"""A function has hundreds of sources; a handshake for each at once would be its first invocation's memory."""

Merge = Callable[[Sequence[Parcel]], List[Parcel]]


class Outbox:
    """Nothing of it raises; what fails stays for the next time."""

    def __init__(self, settings: Settings, sink: Sink, spool: Spool, merge: Merge, content: Callable[[Any], bytes], log: Log) -> None:
        self._settings = settings
        self._sink = sink
        self._spool = spool
        self._merge = merge
        self._content = content
        self._log = log
        self._parcels: List[Parcel] = []
        self._sources: Dict[str, Any] = {}
        self._kept: Set[str] = set()
        self._left_sources: Optional[Parcel] = None
        self._saved_sources: Set[str] = set()
        self._lock = _thread.RLock()
        self._sending = _thread.RLock()

    @property
    def is_empty(self) -> bool:
        """Whether all objects have arrived."""
        return not self._parcels

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to send."""
        return not self._parcels and not self._sources

    @property
    def is_worth_waiting(self) -> bool:
        """Whether what a process left behind when it ended can be expected to arrive: nothing of it has failed just now."""
        return bool(self._parcels) and all(one.failed_at is None or Platform.now() - one.failed_at > _PAUSE for one in self._parcels)

    def give_up(self) -> None:
        """What has not arrived by now is not waited for again soon, though it may still arrive."""
        for parcel in list(self._parcels):
            self._failed(parcel)

    def recover(self) -> None:
        """Takes over what earlier processes of this execution environment could not send."""
        self.add(self._spool.left())

    def add(self, parcels: Sequence[Parcel]) -> None:
        with self._lock:
            for parcel in parcels:
                if parcel.is_empty:
                    self._spool.remove(parcel)
                else:
                    self._parcels.append(parcel)
                for source in parcel.sources:
                    if source.sha256 not in self._kept:
                        self._sources[source.sha256] = source
            if len(self._parcels) > _MOST_PARCELS:
                self._compact()

    def save(self) -> None:
        """Puts on disk what is not there, at once."""
        with self._lock:
            for parcel in self._parcels:
                self._spool.save(parcel)
            self._save_left_sources()

    def deliver(self, deadline: float, request_id: Optional[str]) -> None:
        """Sends everything, objects first, until a time of the monotonic clock. What is being sent by another thread is waited for."""
        if not self._sending.acquire(timeout=max(0.0, deadline - Platform.monotonic())):
            return
        try:
            failure: Optional[Exception] = None
            for parcel in list(self._parcels):
                if Platform.monotonic() >= deadline:
                    return
                failure = self._attempt(partial(self._send, parcel, deadline, request_id)) or failure
            failure = failure or self._keep_sources(deadline)
            if failure is not None:
                self._report(failure, request_id)
        finally:
            self._sending.release()

    def after_fork(self) -> None:
        """In a child: what its parent has not sent is not its."""
        self._lock = _thread.RLock()
        self._sending = _thread.RLock()
        self._parcels = []
        self._left_sources = None
        self._saved_sources = set()
        self._spool.renew()
        self._sink.after_fork()

    def _attempt(self, action: Callable[[], None]) -> Optional[Exception]:
        try:
            action()
        except Exception as error:  # whatever it is, it stays for the next time
            return error
        return None

    def _send(self, parcel: Parcel, deadline: float, request_id: Optional[str]) -> None:
        body = parcel.body()
        headers = {
            "Content-Type": "application/json",
            "x-amz-meta-function-name": parcel.function_name,
            "x-amz-meta-execution-id": parcel.execution_id,
            "x-amz-meta-file-size": str(len(body)),
        }
        try:
            self._put(parcel.key, body, headers, deadline)
        except Exception:
            self._failed(parcel)
            raise
        with self._lock:
            if parcel in self._parcels:
                self._parcels.remove(parcel)
            self._spool.remove(parcel)
        self._log.debug("coverage uploaded", {"s3_key": parcel.key, "file_size": len(body)}, request_id)

    def _keep_sources(self, deadline: float) -> Optional[Exception]:
        """Puts tables into the bucket, once per content; a few at a time where there are many."""
        waiting = list(self._sources.values())
        failures: List[Exception] = []

        def work() -> None:
            while waiting and not failures and Platform.monotonic() < deadline:
                try:
                    source = waiting.pop()
                except IndexError:  # another thread had it
                    return
                failure = self._attempt(partial(self._keep, source, deadline))
                if failure is not None:
                    failures.append(failure)

        threads = [_Work(work) for _ in range(min(_THREADS, len(waiting)) - 1)]
        work()
        for thread in threads:
            thread.wait()
        return failures[0] if failures else None

    def _keep(self, source: Any, deadline: float) -> None:
        key = source_key(self._settings.prefix, source.sha256)
        if self._sink.is_missing(key):
            try:
                content = self._content(source)
            except UnreadableSource as reason:
                self._sources.pop(source.sha256, None)
                self._kept.add(source.sha256)
                self._log.error("CoverageError", f"{source.file} {reason}", {"variable": source.file})
                return
            self._put(key, compress(content), {"Content-Type": "application/json"}, deadline)
        self._kept.add(source.sha256)
        self._sources.pop(source.sha256, None)

    def _put(self, key: str, body: bytes, headers: Mapping[str, str], deadline: float) -> None:
        timeout = min(float(self._settings.upload_timeout), deadline - Platform.monotonic())
        try:
            self._sink.put(key, body, {**headers, "Content-Encoding": "gzip"}, timeout)
        except UploadError as error:
            raise FailedUpload(key, error) from error

    def _failed(self, parcel: Parcel) -> None:
        parcel.failed_at = Platform.now()
        self._spool.mark_failed(parcel)

    def _save_left_sources(self) -> None:
        """The sources whose parcels have arrived without them are put on disk in one that has nothing else."""
        covered = {source.sha256 for parcel in self._parcels for source in parcel.sources}
        left = {sha256: source for sha256, source in list(self._sources.items()) if sha256 not in covered}
        if set(left) == self._saved_sources:
            return
        if self._left_sources is not None:
            self._spool.remove(self._left_sources)
            self._left_sources = None
        self._saved_sources = set(left)
        if left:
            self._left_sources = Parcel("", b"", list(left.values()))
            self._spool.save(self._left_sources)

    def _compact(self) -> None:
        try:
            waiting = list(self._parcels)
            merged = self._merge(waiting)
            if len(merged) >= len(waiting):
                return
            were_saved = any(parcel.file is not None for parcel in waiting)
            self._parcels = merged
            if were_saved:
                for parcel in merged:
                    self._spool.save(parcel)
            for parcel in waiting:
                self._spool.remove(parcel)
        except Exception as error:  # they stay as they are
            self._report(error, None)

    def _report(self, error: Exception, request_id: Optional[str]) -> None:
        if isinstance(error, FailedUpload):
            reason = error.reason
            details = {
                "s3_key": error.key, "bucket": self._settings.bucket, "error_code": reason.code, "retry_count": reason.retries,
            }  # fmt: skip
            self._log.error("S3UploadError", f"Failed to upload coverage file: {reason}", details, request_id)
        else:
            self._log.error("CoverageError", str(error) or type(error).__name__, {}, request_id)


class FailedUpload(Exception):
    def __init__(self, key: str, reason: UploadError) -> None:
        super().__init__(str(reason))
        self.key = key
        self.reason = reason


class _Work:
    """Something that another thread does."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._done = _thread.allocate_lock()
        self._done.acquire()
        self._work = work
        Platform.start_thread(self._run, ())

    def wait(self) -> None:
        self._done.acquire()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._done.release()
