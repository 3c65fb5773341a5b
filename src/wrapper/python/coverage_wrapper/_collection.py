"""The collection of coverage in one process, from its start on. Whatever fails in it leaves the function as it is."""

from __future__ import annotations

import _thread
from functools import partial
from typing import Any, Callable, NamedTuple, Optional

from ._counting.takes import Takes
from ._delivery.circuit_breaker import CircuitBreaker
from ._delivery.outbox import Outbox
from ._lifecycle.deadline import watch
from ._lifecycle.endings import Endings
from ._lifecycle.extension import Extension
from ._lifecycle.holds import Holds, Work
from ._log import Log
from ._platform import Platform
from ._settings import Settings

_LONGEST_HOLD = 2.0
"""Longest time that an environment stays busy after its answer, in seconds: it is billed and holds its concurrency."""
_RESERVE = 0.1
"""What is left of a function's timeout when the hold ends, so that Lambda does not take the hold for a timeout."""
_LONGEST_TIMEOUT = 900.0
_LEFTOVERS_LIMIT = 1.0
_UNTIL_ANSWERED = 0.002
"""The handler has returned, and the runtime makes an answer of it and sends that, for which both need the interpreter."""
_BACKGROUND_SHORTEST = 2.0
_BACKGROUND_LONGEST = 10.0
"""Seconds between two uploads where an environment serves several invocations at once."""
_BACKGROUND_LIMIT = 60.0


class Options(NamedTuple):
    runtime_api: Optional[str]
    """Host and port of Lambda's API."""
    concurrent: bool
    """Whether the execution environment serves several invocations at once."""


class Collection:
    def __init__(self, settings: Settings, options: Options, takes: Takes, outbox: Outbox, log: Log) -> None:
        self.settings = settings
        self._options = options
        self._takes = takes
        self._outbox = outbox
        self._log = log
        self._breaker = CircuitBreaker()
        self._holds = Holds()
        self._lock = _thread.RLock()
        # outside of Lambda nothing times out that waits for an upload
        self._limit = min(_LONGEST_HOLD if options.runtime_api else _LONGEST_TIMEOUT, float(settings.upload_timeout))
        # until a registration has succeeded, nothing holds the environment after an answer
        self._delivery = "background" if options.concurrent else "before"
        self._tracked = False
        self._blocks = 0
        self._recovered = False
        self._has_children = False
        self._request_id: Optional[str] = None
        self._going = 0
        self._background_since: Optional[float] = None
        self._watched: Optional[Work] = None
        self._endings = Endings(self._save_at_end, self._deliver_last)

    @property
    def is_tracking(self) -> bool:
        """Whether what runs now is uploaded."""
        return self._tracked or self._blocks > 0

    def track(self) -> None:
        """From here on, invocations are uploaded."""
        if self._tracked:
            return
        self._tracked = True
        if self._options.runtime_api is None or self._options.concurrent:
            return
        try:
            extension = Extension(self._options.runtime_api)
        except Exception as error:  # uploads come before the answer
            self._log.debug("coverage is uploaded before the answer: no extension could register", {"reason": str(error)})
            return
        self._delivery = "after"
        self._guarded(self._endings.watch)
        extension.serve(self._endings.wait, self._hold, self._extension_ended)

    def prepared(self) -> None:
        """What is done before the user's module is loaded. That what a process which crashed left behind arrives is a part of
        it, for a while: where each process ends in a crash, even while that loads, there is no other time for it.
        """
        self._recover()
        if self._outbox.is_worth_waiting:
            self._deliver(_LEFTOVERS_LIMIT, None)

    def loaded(self) -> None:
        """The user's module is loaded, and nothing was invoked yet."""
        self._guarded(self._takes.end_init)
        self._endings.idle()

    def begin(self, context: Any) -> Callable[[], None]:
        """An invocation has begun. Returns what is to be called when its handler has ended. Neither raises."""
        try:
            return self._begin(context)
        except Exception as error:  # whatever it is, the function has to run
            self._report(error, None)
            return _nothing

    def begin_block(self) -> None:
        """What runs until the block ends is uploaded on its own; what ran before is not a part of it."""
        if self.is_tracking:
            self._take(self._request_id)
        else:
            self._guarded(self._takes.discard)
        self._blocks += 1

    def end_block(self) -> None:
        """Takes the block; where no invocation is tracked, which would do it after the answer, it is uploaded as well."""
        self._blocks = max(0, self._blocks - 1)
        self._take(self._request_id)
        if not self._tracked:
            self._deliver(self._limit, self._request_id)

    def forked(self) -> None:
        """In the parent: what its children leave on disk is taken over when they have ended."""
        self._has_children = True

    def after_fork(self) -> None:
        """In a child: it is an environment of its own, without an extension, since threads are not forked."""
        self._lock = _thread.RLock()
        self._holds = Holds()
        self._going = 0
        self._background_since = None
        self._watched = None
        self._recovered = True
        self._has_children = False
        if self._delivery == "after":
            self._delivery = "before"
        self._guarded(self._endings.after_fork)
        self._guarded(self._takes.after_fork)
        self._guarded(self._outbox.after_fork)

    def save(self) -> None:
        """Takes what ran since, and keeps it where the end of the process does not reach it."""
        self._take(self._request_id)
        self._outbox.save()

    def _begin(self, context: Any) -> Callable[[], None]:
        request_id = getattr(context, "aws_request_id", None)
        request_id = request_id if isinstance(request_id, str) else None
        if self._delivery == "background":
            self._going += 1
            return self._ended_in_background
        self._request_id = request_id
        remaining = _remaining(context)
        deadline = None if remaining is None else Platform.monotonic() + remaining
        self._takes.note_interruption(request_id)
        if self._delivery == "after":
            end = self._holds.begin(request_id or "", deadline)
            self._endings.busy()

            def ended_after() -> None:
                self._endings.idle()
                self._guarded(lambda: self._takes.note_interruption(request_id))
                end()

            return ended_after
        work = Work()
        if deadline is not None:
            self._watch(work, deadline)

        def ended_before() -> None:
            work.end()
            self._guarded(lambda: self._takes.note_interruption(request_id))
            self._take(request_id)
            left = self._limit if deadline is None else deadline - Platform.monotonic() - _RESERVE
            self._deliver(min(self._limit, left), request_id)

        return ended_before

    def _hold(self, request_id: str) -> None:
        """In the thread of the extension: waits for the end of an invocation, and brings its coverage to the bucket."""
        try:
            work = self._holds.current(request_id)
            self._holds.wait(request_id, lambda deadline: self._ahead(work, deadline))
            if not work.started:
                return
            left = self._limit if work.deadline is None else work.deadline - Platform.monotonic() - _RESERVE
            if self.settings.upload_mode == "on-change":
                # mostly there is nothing new, and so nothing to hold the environment for
                self._take(request_id)
                self._recover()
                if self._outbox.is_idle:
                    return
                Platform.sleep(_UNTIL_ANSWERED)
            else:
                Platform.sleep(_UNTIL_ANSWERED)
                self._take(request_id)
            self._deliver(min(self._limit, left), request_id)
        except Exception as error:  # the extension has to go on
            self._report(error, request_id)

    def _ahead(self, work: Work, deadline: float) -> None:
        def flush(until: float) -> None:
            self.save()
            self._deliver(until - Platform.monotonic(), self._request_id)

        watch(work, deadline, flush, self.save)

    def _watch(self, work: Work, deadline: float) -> None:
        """Where no extension does: a thread looks out for the timeout of the invocation that is going on."""
        is_new = self._watched is None
        self._watched, work.deadline = work, deadline
        if is_new:
            Platform.start_thread(self._watch_all, ())

    def _watch_all(self) -> None:
        seen: Optional[Work] = None
        while True:
            work = self._watched
            if work is None or work is seen:
                Platform.sleep(0.02)
                continue
            seen = work
            if work.deadline is not None:
                deadline = work.deadline
                self._guarded(partial(self._ahead, work, deadline))
                work.wait(3600.0)

    def _ended_in_background(self) -> None:
        self._going -= 1
        with self._lock:
            if self._background_since is not None:
                return
            self._background_since = Platform.monotonic()
        Platform.start_thread(self._deliver_in_background, ())

    def _deliver_in_background(self) -> None:
        """Uploads when no invocation is going on, every few seconds at most: which of them ran what cannot be told."""
        begin = Platform.monotonic()
        Platform.sleep(_BACKGROUND_SHORTEST)
        while self._going > 0 and Platform.monotonic() - begin < _BACKGROUND_LONGEST:
            Platform.sleep(0.1)
        with self._lock:
            self._background_since = None
        self._take(None)
        self._deliver(_BACKGROUND_LIMIT, None)

    def _take(self, request_id: Optional[str]) -> None:
        try:
            with self._lock:
                self._outbox.add(self._takes.take(request_id))
        except Exception as error:  # whatever it is, the function goes on
            self._report(error, request_id)

    def _deliver(self, limit: float, request_id: Optional[str]) -> None:
        """Uploads what has been taken, and what earlier takes and processes left; for so many seconds at most, and not at all
        for a while after repeated failures. What has not arrived then is kept on disk.
        """
        try:
            self._recover()
            if limit > 0 and not self._breaker.is_open:
                self._attempt(limit, request_id)
            self._outbox.save()
        except Exception as error:  # whatever it is, the function goes on
            self._report(error, request_id)

    def _attempt(self, limit: float, request_id: Optional[str]) -> None:
        self._outbox.deliver(Platform.monotonic() + limit, request_id)
        if self._outbox.is_empty:
            self._breaker.succeeded()
        else:
            self._breaker.failed()
            self._outbox.give_up()

    def _deliver_last(self, limit: float) -> None:
        self._guarded(lambda: self._attempt(limit, None))
        self._guarded(self._outbox.save)

    def _save_at_end(self) -> None:
        if self.is_tracking:
            self._guarded(self.save)
        else:
            self._guarded(self._outbox.save)

    def _recover(self) -> None:
        if not self._recovered or self._has_children:
            self._recovered = True
            self._guarded(self._outbox.recover)

    def _extension_ended(self, error: Exception) -> None:
        self._report(error, None)

    def _guarded(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # whatever it is, the function goes on
            self._report(error, None)

    def _report(self, error: Exception, request_id: Optional[str]) -> None:
        self._log.error("CoverageError", str(error) or type(error).__name__, {}, request_id)


def _remaining(context: Any) -> Optional[float]:
    """Seconds that an invocation has left; asked before the handler runs."""
    try:
        # what the runtime's own context reads the clock for, which the user may have stopped or replaced
        deadline = getattr(context, "_epoch_deadline_time_in_ms", None)
        seconds = context.get_remaining_time_in_millis() / 1000 if deadline is None else float(deadline) / 1000 - Platform.now()
    except Exception:  # no context of Lambda
        return None
    return seconds if 0 < seconds <= _LONGEST_TIMEOUT else None


def _nothing() -> None:
    return None
