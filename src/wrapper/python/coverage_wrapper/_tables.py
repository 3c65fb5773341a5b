"""The tables of all own files of packages of functions, also of files that were never imported.

    python3 -m coverage_wrapper._tables < REQUESTS

Run beside a cloud assembly, on any Python that the layer has a coverage.py for. REQUESTS is a JSON list of
`{"folder", "handler", "branch"}`; the answer is a list, in the same order, of
`{"files": [{"path", "table", "content"}], "unreadable": [{"path", "reason"}]}`, where `table` is the SHA-256 that `content`,
the table, is kept under.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict, List

from ._counting.coverage_py import CoveragePy
from ._counting.own_files import OwnFiles
from ._counting.table import SourceFile, UnreadableSource
from ._settings import Settings


def tables_of(coverage_py: CoveragePy, folder: str, handler: str, branch: bool) -> Dict[str, Any]:
    """The tables of the own files of one function's package."""
    own_files = OwnFiles(folder, Settings(handler=handler))
    files: List[Dict[str, str]] = []
    unreadable: List[Dict[str, str]] = []
    for name in _python_files(os.path.abspath(folder)):
        source = own_files.source_of(name)
        if source is None:
            continue
        path = own_files.path_of(source)
        try:
            file = SourceFile(source, branch, coverage_py.version)
            files.append({"path": path, "table": file.sha256, "content": file.content(coverage_py).decode()})
        except UnreadableSource as error:
            unreadable.append({"path": path, "reason": str(error)})
    return {"files": files, "unreadable": unreadable}


def _python_files(folder: str) -> List[str]:
    found: List[str] = []
    for parent, folders, names in os.walk(folder):
        if "pyvenv.cfg" in names:
            folders[:] = []
            continue
        folders[:] = [one for one in folders if not one.startswith(".") and one not in ("__pycache__", "site-packages")]
        found.extend(os.path.join(parent, name) for name in names if name.endswith(".py"))
    return sorted(found)


def main() -> None:
    """Answers the requests on standard input."""
    coverage_py = CoveragePy()
    requests = json.load(sys.stdin)
    json.dump([tables_of(coverage_py, one["folder"], one["handler"], one["branch"]) for one in requests], sys.stdout)


if __name__ == "__main__":
    main()
