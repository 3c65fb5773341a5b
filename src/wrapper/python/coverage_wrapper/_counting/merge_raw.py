"""Several raw objects of this process as fewer, for when nothing can be sent for long."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterable, List, Tuple

_OF_ONE_OBJECT = ("requestId", "environmentId", "sequence", "timestamp")

Passed = Dict[Tuple[str, str], Dict[str, Any]]


def merge_raw(raws: Iterable[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """One for each run, phase and configuration, with the time and the request of the newest."""
    merged: Dict[str, Dict[str, Any]] = {}
    files: Dict[str, Passed] = {}
    for raw in raws:
        metadata = raw["metadata"]
        key = json.dumps([(name, metadata[name]) for name in sorted(metadata) if name not in _OF_ONE_OBJECT])
        known = merged.get(key)
        if known is None:
            merged[key] = known = {**raw, "metadata": dict(metadata), "omitted": []}
            files[key] = {}
        elif metadata["timestamp"] >= known["metadata"]["timestamp"]:
            known["metadata"] = dict(metadata)
        known["omitted"].extend(one for one in raw["omitted"] if one not in known["omitted"])
        for file in raw["result"]:
            name = "arcs" if "arcs" in file else "lines"
            passed = files[key].setdefault((file["path"], file["table"]), {"name": name, "passed": set()})
            passed["passed"].update(zip(file[name][::2], file[name][1::2]) if name == "arcs" else file[name])
    for key, raw in merged.items():
        raw["result"] = [_file(*at, **passed) for at, passed in sorted(files[key].items(), key=lambda one: one[0])]
    return list(merged.values())


def _file(path: str, table: str, name: str, passed: Any) -> Dict[str, Any]:
    items = sorted(passed)
    return {"path": path, "table": table, name: [line for arc in items for line in arc] if name == "arcs" else items}
