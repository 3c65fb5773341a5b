"""What is traced of the process, by a tracer of coverage.py.

As `Collector` of coverage.py sets its tracers up, without the rest of it: no data file, no plugins, no contexts.
"""

from __future__ import annotations

import _thread
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any, Callable, Dict, Iterable, List, Optional, Set, Tuple

from .coverage_py import CoveragePy
from .own_files import OwnFiles

Arc = Tuple[int, int]
"""From a line to a line; a negative one is the entry or the exit of what begins in that line."""

Drained = Dict[str, List[Any]]
"""By source file, what was passed since it was drained before; see `Tracing.unpacked`."""

MONITORING_SINCE = (3, 12)
MONITORS_BRANCHES_SINCE = (3, 14)
_FIRST_FREE_TOOL = 3

REPLACED = (
    "Other code in this process set a trace function of its own, as debuggers do: what runs from then on is not counted in this execution environment"
)


class Tracing:
    """Counts the user's own files in all threads, from `start` on."""

    def __init__(self, coverage_py: CoveragePy, files: OwnFiles, branch: bool) -> None:
        self.branch = branch
        self._coverage_py = coverage_py
        self._files = files
        self._data: Dict[str, Set[Any]] = {}
        self._lock = _thread.allocate_lock()
        self._dispositions: Dict[str, Any] = {}
        self._thread = _thread.get_ident()
        self._told = False
        self._start_tracer: Callable[[], Any] = self._start_in_thread
        self._installation: Optional[Callable[..., Any]] = None
        self._monitor: Any = None
        self._tracer: Any = None
        monitors = sys.version_info >= (MONITORS_BRANCHES_SINCE if branch else MONITORING_SINCE)
        self.core = "sysmon" if monitors else "ctrace"
        """As coverage.py names it: `sysmon` rests on `sys.monitoring`, `ctrace` on a trace function in C."""
        shift = 28 if sys.version_info >= (3, 10) else 20
        mask = (1 << shift) - 1
        self._unpack = lambda arc: (
            -(arc & mask) if arc & (1 << 2 * shift) else arc & mask,
            -((arc >> shift) & mask) if arc & (1 << (2 * shift + 1)) else (arc >> shift) & mask,
        )

    def start(self) -> None:
        """Raises CoverageInitializationError, or whatever coverage.py raises, where tracing cannot be started."""
        if self.core == "sysmon":
            self._start_monitor()
            return
        tracer_module = self._coverage_py.tracer()
        self._new_tracer = tracer_module.CTracer
        self._new_disposition = tracer_module.CFileDisposition
        if sys.gettrace() is not None:
            raise RuntimeError("no coverage is collected: a trace function is set already, as by a debugger")
        self._tracer = self._start_in_thread()
        self._installation = self._install_in_thread
        threading.settrace(self._installation)

    def drain(self) -> Drained:
        """What was passed since it was drained before. What other threads pass meanwhile is in this one or in the next."""
        drained: Drained = {}
        for source, passed in list(self._data.items()):
            if passed:
                # the copy is made at once; what comes between the two stays
                taken = list(passed)
                passed.difference_update(taken)
                drained[source] = taken
        return drained

    def unpacked(self, passed: Iterable[Any]) -> List[Any]:
        """Arcs where branches are counted, else the numbers of lines; in order."""
        if not self.branch:
            return sorted(passed)
        return sorted(passed if self.core == "sysmon" else map(self._unpack, passed))

    def rearm(self) -> None:
        """Lets everything be told anew: `sys.monitoring` tells of each place once."""
        if self._monitor is not None:
            sys.monitoring.restart_events()  # type: ignore[attr-defined,unused-ignore]  # from Python 3.12 on

    def interruption(self) -> Optional[str]:
        """Why not everything is counted any more, said once. To be asked in the thread that tracing was started in."""
        if self._told:
            return None
        if self._monitor is not None:
            is_ours = sys.monitoring.get_tool(self._monitor.myid) == "coverage.py"  # type: ignore[attr-defined,unused-ignore]  # 3.12
        else:
            is_ours = _thread.get_ident() != self._thread or sys.gettrace() is self._tracer
        if is_ours:
            return None
        self._told = True
        return REPLACED

    def after_fork(self) -> None:
        """In a child: the counters of the parent are its own."""
        self._lock = _thread.allocate_lock()
        self._thread = _thread.get_ident()
        for passed in self._data.values():
            passed.clear()
        self.rearm()

    def _start_monitor(self) -> None:
        monitor = self._coverage_py.module("sysmon").SysMonitor()
        self._new_disposition = self._coverage_py.module("disposition").FileDisposition
        self._configure(monitor)
        # of the ids, the first that Python leaves to any tool: those of debuggers, coverage and profilers may be the user's
        monitor.myid = _FIRST_FREE_TOOL
        monitor.start()
        self._monitor = monitor

    def _start_in_thread(self) -> Any:
        tracer = self._new_tracer()
        self._configure(tracer)
        tracer.concur_id_func = None
        tracer.file_tracers = {}
        tracer.check_include = _nothing
        tracer.should_start_context = None
        tracer.switch_context = None
        tracer.disable_plugin = _nothing
        tracer.start()
        return tracer

    def _configure(self, tracer: Any) -> None:
        tracer.data = self._data
        tracer.lock_data = self._acquire
        tracer.unlock_data = self._release
        tracer.trace_arcs = self.branch
        tracer.should_trace = self._disposition
        tracer.should_trace_cache = self._dispositions
        tracer.warn = _nothing

    def _install_in_thread(self, frame: FrameType, event: str, arg: Any) -> Any:
        """The trace function that `threading` gives a thread: it is called first in it, and puts the real one in its place."""
        sys.settrace(None)
        tracer = self._start_in_thread()
        return tracer(frame, event, arg) if callable(tracer) else None

    def _disposition(self, filename: str, _frame: Any) -> Any:
        source = self._files.source_of(filename)
        disposition = self._new_disposition()
        disposition.original_filename = filename
        disposition.canonical_filename = filename
        disposition.source_filename = source
        disposition.trace = source is not None
        disposition.reason = ""
        disposition.file_tracer = None
        disposition.has_dynamic_filename = False
        return disposition

    def _acquire(self) -> None:
        self._lock.acquire()

    def _release(self) -> None:
        with suppress(RuntimeError):  # a fork may have come between
            self._lock.release()


def _nothing(*_args: Any, **_options: Any) -> None:
    return None
