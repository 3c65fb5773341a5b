"""Takes what was passed, and makes raw objects of it."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .._delivery.parcel import Parcel
from .._keys import execution_id, raw_coverage_key
from .._log import Log
from .._platform import Platform, timestamp
from .._settings import Settings
from .coverage_py import CoveragePy
from .merge_raw import merge_raw
from .news import News
from .own_files import OwnFiles
from .table import SourceFile, UnreadableSource
from .tracing import Drained, Tracing

RAW_COVERAGE_VERSION = 1

_dumps = json.dumps
_loads = json.loads


class Identity(NamedTuple):
    """What is the same for all takes of an execution environment."""

    function_name: str
    function_version: str
    runtime: str
    layer_version: str


class Takes:
    """What one execution environment covers, object by object."""

    def __init__(self, identity: Identity, settings: Settings, coverage_py: CoveragePy, files: OwnFiles, tracing: Tracing, log: Log) -> None:
        self._identity = identity
        self._settings = settings
        self._coverage_py = coverage_py
        self._files = files
        self._tracing = tracing
        self._log = log
        self._news = News() if settings.upload_mode == "on-change" else None
        self._init: Optional[Drained] = None
        self._is_init_over = False
        self._environment_id: Optional[str] = None
        self._sequence = 0
        self._sources: Dict[str, SourceFile] = {}
        self._unreadable: Dict[str, str] = {}
        self._omitted: Dict[str, str] = {}
        self._told_of_bytecode = False

    def end_init(self) -> None:
        """The handler is there, and nothing was invoked yet: what has run is told apart from what invocations run."""
        self._init = self._tracing.drain()
        self._is_init_over = True
        self._rearm()

    def note_interruption(self, request_id: Optional[str]) -> None:
        """Looks whether other code traces the process; to be called in the thread that runs the handler."""
        interruption = self._tracing.interruption()
        if interruption is not None:
            self._log.error("CoverageError", interruption, {}, request_id)

    def discard(self) -> None:
        """Forgets what ran since the take before."""
        self._tracing.drain()
        self._init = None
        self._rearm()

    def take(self, request_id: Optional[str]) -> List[Parcel]:
        """What ran since the take before, in the upload mode that is set: nothing where nothing did."""
        seconds = Platform.now()
        time = timestamp(seconds)
        drained = self._tracing.drain()
        if self._news is not None and self._news.begin(time[:10]):
            self._tracing.rearm()
        self._rearm()
        sources: Dict[str, SourceFile] = {}
        parts = []
        init, self._init = self._init, None
        if init:
            parts.append(self._raw(self._of_news(init), self._metadata(request_id, time, "init"), sources))
        phase = "invocation" if self._is_init_over else "init"
        self._is_init_over = True
        parts.append(self._raw(self._of_news(drained), self._metadata(request_id, time, phase), sources))
        if not self._told_of_bytecode:
            self._told_of_bytecode = True
            for file in self._files.without_source():
                self._omitted[file] = "has no source in the package, only bytecode"
        parts[-1]["omitted"] = [{"url": f"file://{url}", "reason": reason} for url, reason in sorted(self._omitted.items())]
        self._omitted = {}
        parts = [part for part in parts if part["result"] or part["omitted"]]
        return [self._parcel(parts, list(sources.values()), seconds)] if parts else []

    def merged(self, parcels: Sequence[Parcel]) -> List[Parcel]:
        """Fewer parcels that say the same, under keys of their own, since one of them may have arrived unnoticed."""
        raws = [_loads(line) for parcel in parcels for line in parcel.json().splitlines()]
        sources = {source.sha256: source for parcel in parcels for source in parcel.sources}
        failures = [parcel.failed_at for parcel in parcels if parcel.failed_at is not None]
        merged = []
        for raw in merge_raw(raws):
            parcel = self._parcel([raw], list(sources.values()), Platform.now())
            parcel.failed_at = max(failures) if failures else None
            merged.append(parcel)
        return merged

    def after_fork(self) -> None:
        """In a child: it is an environment of its own, and what its parent ran is not its."""
        self._environment_id = None
        self._sequence = 0
        self._init = None
        self._is_init_over = True
        self._tracing.after_fork()
        if self._news is not None:
            self._news = News()

    def _rearm(self) -> None:
        """Where each invocation tells all that it ran, also what others ran before."""
        if self._news is None:
            self._tracing.rearm()

    def _of_news(self, drained: Drained) -> Drained:
        return drained if self._news is None else self._news.of(drained)

    def _raw(self, drained: Drained, metadata: Dict[str, Any], sources: Dict[str, SourceFile]) -> Dict[str, Any]:
        name = "arcs" if self._tracing.branch else "lines"
        result = []
        for file in sorted(drained):
            source = self._source(file)
            if source is not None:
                sources[source.sha256] = source
                passed = self._tracing.unpacked(drained[file])
                flat = [line for arc in passed for line in arc] if self._tracing.branch else passed
                result.append({"path": self._files.path_of(file), "table": source.sha256, name: flat})
        return {"version": RAW_COVERAGE_VERSION, "kind": "python", "metadata": metadata, "omitted": [], "result": result}

    def _source(self, file: str) -> Optional[SourceFile]:
        """Read when a file is seen first: what is on disk later need not be what runs."""
        if file not in self._sources and file not in self._unreadable:
            try:
                if self._files.is_changed(file):
                    raise UnreadableSource("was changed while the function ran")
                self._sources[file] = SourceFile(file, self._tracing.branch, self._coverage_py.version)
            except UnreadableSource as reason:
                self._unreadable[file] = str(reason)
                self._omitted[file] = str(reason)
        return self._sources.get(file)

    def _parcel(self, parts: List[Dict[str, Any]], sources: List[SourceFile], seconds: float) -> Parcel:
        if self._environment_id is None:
            # not before the first take: SnapStart restores many environments from one that was initialized
            self._environment_id = Platform.random_bytes(6).hex()
        sequence = self._sequence
        self._sequence += 1
        for part in parts:
            part["metadata"].update(environmentId=self._environment_id, sequence=sequence)
        metadata = parts[-1]["metadata"]
        execution = execution_id(metadata.get("requestId", ""), self._environment_id, sequence)
        key = raw_coverage_key(metadata["functionName"], execution, self._settings.prefix, seconds)
        lines = [_dumps(part, separators=(",", ":"), ensure_ascii=False) for part in parts]
        return Parcel(key, "\n".join(lines).encode("utf-8", "replace"), sources)

    def _metadata(self, request_id: Optional[str], time: str, phase: str) -> Dict[str, Any]:
        settings = self._settings
        optional: List[Tuple[str, Optional[str]]] = [("requestId", request_id), ("runId", settings.run_id)]
        return {
            "functionName": self._identity.function_name,
            "functionVersion": self._identity.function_version,
            "environmentId": "",
            "sequence": 0,
            "timestamp": time,
            "phase": phase,
            "runtime": self._identity.runtime,
            "engine": f"coverage.py {self._coverage_py.version} ({self._tracing.core})",
            "layerVersion": self._identity.layer_version,
            "include": list(settings.include),
            "exclude": list(settings.exclude),
            "branchCoverage": settings.branch_coverage,
            **{name: value for name, value in optional if value is not None},
        }


def environment_identity(environment: Mapping[str, str], python: str, layer_version: str) -> Identity:
    """What the environment of a function says of it."""
    return Identity(
        function_name=environment.get("AWS_LAMBDA_FUNCTION_NAME", "unknown"),
        function_version=environment.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        runtime=environment.get("AWS_EXECUTION_ENV", f"Python {python}"),
        layer_version=layer_version,
    )
