"""Starts coverage in this process, once."""

from __future__ import annotations

import os
import tempfile
from typing import Any, Mapping, Optional

from ._collection import Collection, Options
from ._counting.coverage_py import CoveragePy
from ._counting.own_files import OwnFiles
from ._counting.table import SourceFile, UnreadableSource
from ._counting.takes import Takes, environment_identity
from ._counting.tracing import Tracing
from ._delivery.create_sink import create_sink
from ._delivery.outbox import Outbox
from ._delivery.spool import Spool
from ._log import Log
from ._platform import PYTHON, random_fraction
from ._settings import Settings
from ._version import LAYER_VERSION

_running: Optional[Collection] = None


def running_collection() -> Optional[Collection]:
    """The collection that was started in this process, if one was."""
    return _running


def start_collection(environment: Mapping[str, str], settings: Settings, log: Log) -> Optional[Collection]:
    """Nothing where coverage is not collected: not to be had, which is logged, or not sampled.

    :param environment: of the process, as it is before the user's code runs
    """
    global _running
    try:
        if random_fraction() >= settings.sampling:
            log.debug(
                "this execution environment is not among those that are sampled: no coverage is collected",
                {"sampling": settings.sampling},
            )
            return None
        sink = create_sink(environment, settings)
        coverage_py = CoveragePy()
        files = OwnFiles(environment.get("LAMBDA_TASK_ROOT") or os.getcwd(), settings)
        tracing = Tracing(coverage_py, files, settings.branch_coverage)
        takes = Takes(environment_identity(environment, PYTHON, LAYER_VERSION), settings, coverage_py, files, tracing, log)
        spool = Spool(tempfile.gettempdir() if "TMPDIR" in environment else "/tmp", lambda fields: _source(fields, coverage_py))
        outbox = Outbox(settings, sink, spool, takes.merged, lambda source: bytes(source.content(coverage_py)), log)
        options = Options(environment.get("AWS_LAMBDA_RUNTIME_API"), "AWS_LAMBDA_MAX_CONCURRENCY" in environment)
        collection = Collection(settings, options, takes, outbox, log)
        tracing.start()
    except Exception as error:  # whatever it is, the function has to run
        log.error("CoverageInitializationError", str(error) or type(error).__name__, {})
        return None
    _running = collection
    os.register_at_fork(after_in_parent=collection.forked, after_in_child=lambda: _forked(collection))
    return collection


def _source(fields: Any, coverage_py: CoveragePy) -> Optional[SourceFile]:
    """A source file that another process told of; nothing where it is not the same any more."""
    try:
        source = SourceFile(fields["file"], fields["branch"], coverage_py.version)
    except UnreadableSource:
        return None
    return source if source.sha256 == fields["sha256"] else None


def _forked(collection: Collection) -> None:
    collection.after_fork()
    try:
        # children of `multiprocessing` end without what `atexit` was given, and begin with forgetting what was to be done at their end
        import sys

        util = sys.modules.get("multiprocessing.util")
        if util is not None:
            util.register_after_fork(collection, lambda one: util.Finalize(None, one.save, exitpriority=-100))
    except Exception:  # then what it ran is not told
        pass
