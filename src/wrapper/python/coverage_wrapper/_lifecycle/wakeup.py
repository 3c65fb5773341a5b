"""Tells a thread that the process got SIGTERM.

Python runs its handlers of signals in the main thread. Where another thread of the process got the signal, the main one sleeps
on; before 3.12 it waits for events in native code, where it runs none at all. The descriptor of `signal.set_wakeup_fd` is
written to at once, in whatever thread.
"""

from __future__ import annotations

import _thread
import os
import select
import signal
import socket

_set_wakeup_fd, _get_ident, _read = signal.set_wakeup_fd, _thread.get_ident, os.read
_poll, _READABLE = getattr(select, "poll", None), getattr(select, "POLLIN", 1)
_NONE = -1
_MOST_SIGNALS = 64


class Wakeup:
    """Made in the main thread, which alone may set the descriptor. Raises OSError where there is none to be had.

    There is one descriptor for the whole process, and libraries for asynchronous code set it as well, some of which warn of
    one that is there. So it is ours only from `listen` to `rest`: while none of the user's code runs in the main thread.
    """

    def __init__(self) -> None:
        if _poll is None:
            raise OSError("this platform has no poll")
        self._main = _get_ident()
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        self._is_free = True
        self._is_terminated = False
        self._lock = _thread.allocate_lock()

    def listen(self) -> None:
        self._set(self._writer)

    def rest(self) -> None:
        self._set(_NONE)

    def _set(self, descriptor: int) -> None:
        if not self._is_free or _get_ident() != self._main:
            return
        try:
            previous = _set_wakeup_fd(descriptor, warn_on_full_buffer=False)
            if previous not in (_NONE, self._writer):
                # the user's, who keeps it for more than an invocation
                self._is_free = False
                _set_wakeup_fd(previous, warn_on_full_buffer=False)
        except (OSError, ValueError):  # the user has closed all descriptors
            self._is_free = False

    def after_fork(self) -> None:
        """In a child: its signals are none of its parent's."""
        self._main = _get_ident()
        self.rest()

    def is_terminated(self) -> bool:
        """Whether SIGTERM has come while this listened."""
        with self._lock:
            try:
                while not self._is_terminated:
                    numbers = _read(self._reader, _MOST_SIGNALS)
                    if not numbers:
                        break
                    self._is_terminated = signal.SIGTERM in numbers
            except OSError:  # nothing has come since
                pass
            return self._is_terminated

    def wait(self, connection: socket.socket) -> bool:
        """Waits until something can be read from a connection.

        :returns: whether SIGTERM came instead; from then on only the connection is waited for
        """
        while _poll is not None and not self._is_terminated:
            poll = _poll()
            poll.register(connection.fileno(), _READABLE)
            poll.register(self._reader, _READABLE)
            ready = dict(poll.poll())
            if self._reader in ready and self.is_terminated():
                return True
            if connection.fileno() in ready or ready.get(self._reader) != _READABLE:
                break
        return False
