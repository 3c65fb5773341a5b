"""What coverage.py knows of a source file without running it: its table.

A table is kept in the bucket once per content, and the combiner puts what was passed together with it. It is named by the
SHA-256 of its identity, which is known without coverage.py having looked at the file: mostly the table is there already.
"""

from __future__ import annotations

import hashlib
import json
import os
import tokenize
import zipimport
from io import BytesIO
from typing import Any, Dict, List, Optional, Set, Tuple

from .._platform import PYTHON
from .coverage_py import CoveragePy

TABLE_VERSION = 1

_dumps = json.dumps


class UnreadableSource(Exception):
    """Why a source file cannot be told of, as the end of a sentence that begins with its name."""


class SourceFile:
    """The table of a file, until it is in the bucket."""

    def __init__(self, file: str, branch: bool, coverage_version: str, text: Optional[str] = None) -> None:
        self.file = file
        self.branch = branch
        self._coverage_version = coverage_version
        digest = hashlib.sha256((read_source(file) if text is None else text).encode("utf-8", "surrogatepass")).hexdigest()
        self.identity = _dumps(["python-table", TABLE_VERSION, digest, PYTHON, coverage_version, branch], separators=(",", ":"))
        self.sha256 = hashlib.sha256(self.identity.encode()).hexdigest()

    def content(self, coverage_py: CoveragePy) -> bytes:
        """The table as JSON. Raises UnreadableSource for what coverage.py cannot parse, or what is not the same any more."""
        text = read_source(self.file)
        if SourceFile(self.file, self.branch, self._coverage_version, text).sha256 != self.sha256:
            raise UnreadableSource("was changed while the function ran")
        table = {
            "version": TABLE_VERSION,
            "identity": self.identity,
            "text": text,
            **describe(coverage_py, self.file, text, self.branch),
        }
        return _dumps(table, separators=(",", ":"), ensure_ascii=True).encode()


def read_source(file: str) -> str:
    """The text of a source file, by the rules of `get_python_source` of coverage.py. Raises UnreadableSource."""
    try:
        content = _read(file)
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\f", b" ")
        encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
        text = content.decode(encoding, "replace")
    except (OSError, SyntaxError, LookupError) as error:
        raise UnreadableSource(f"cannot be read: {error}") from error
    return text if text == "" or text.endswith("\n") else f"{text}\n"


def _read(file: str) -> bytes:
    try:
        with open(file, "rb") as source:
            return source.read()
    except (FileNotFoundError, NotADirectoryError):
        # within an archive that modules are imported from, the path goes on behind its name
        folder = os.path.dirname(file)
        while not os.path.exists(folder) and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
        if not os.path.isfile(folder):
            raise
        try:
            return bytes(zipimport.zipimporter(folder).get_data(file))
        except zipimport.ZipImportError as error:
            raise OSError(str(error)) from error


def describe(coverage_py: CoveragePy, file: str, text: str, branch: bool) -> Dict[str, Any]:
    """Statements, exclusions, branches and functions of a file, as coverage.py's own reports have them.

    - `statements`, `excluded`: numbers of lines
    - `multiline`: `[first, last]` of each statement that has several lines
    - `branches`: `[line, exits, [line or exit, ...]]` of each line that has several destinations
    - `noBranch`: lines of these whose branches count as taken
    - `jumps`: arcs that Python makes where a `with` statement ends, and what stands for each: `[from, to, from, to]`, or
      `[from, to]` for one that stands for nothing
    - `functions`: `[name, first line, last line, [its own statements]]`
    """
    config = coverage_py.module("config").CoverageConfig()
    join = coverage_py.module("misc").join_regex
    parser = coverage_py.module("parser").PythonParser(text=text, filename=file, exclude=join(config.exclude_list))
    not_python = coverage_py.module("exceptions").NotPython
    try:
        parser.parse_source()
        regions = coverage_py.module("regions").code_regions(text)
    except (not_python, SyntaxError, RecursionError) as error:
        raise UnreadableSource(f"cannot be parsed: {error}") from error
    statements: Set[int] = parser.statements
    table: Dict[str, Any] = {
        "statements": sorted(statements),
        "excluded": sorted(parser.excluded),
        "multiline": _multiline(parser),
        "functions": _functions(regions, statements),
    }
    if branch:
        destinations: Dict[int, Set[int]] = {}
        for start, end in parser.arcs():
            if start < 0:
                continue  # coverage.py 7.6 has entries among them, which are no lines
            destinations.setdefault(start, set()).add(end)
        exits: Dict[int, int] = parser.exit_counts()
        several = [line for line in destinations if len(destinations[line]) > 1 or exits.get(line, 0) > 1]
        no_branch: Set[int] = parser.lines_matching(join(config.partial_list + config.partial_always_list))
        table["branches"] = [[line, exits.get(line, 0), sorted(destinations[line])] for line in sorted(several)]
        table["noBranch"] = sorted(no_branch.intersection(several))
        table["jumps"] = _jumps(parser)
    return table


def _multiline(parser: Any) -> List[Tuple[int, int]]:
    """Versions before 7.10 name the map otherwise."""
    first_lines: Dict[int, int] = getattr(parser, "multiline_map", None) or getattr(parser, "_multiline", {})
    last: Dict[int, int] = {}
    for line, first in first_lines.items():
        last[first] = max(line, last.get(first, line))
    return sorted(last.items())


def _jumps(parser: Any) -> List[List[int]]:
    """Only where Python jumps back to a `with` statement when it ends, since 3.10."""
    fixers: Dict[Tuple[int, int], Any] = getattr(parser, "_with_jump_fixers", {})
    jumps = []
    for arc, fixed in fixers.items():
        if fixed is None or isinstance(fixed[0], int):
            jumps.append([*arc, *(fixed or ())])
    return sorted(jumps)


def _functions(regions: Any, statements: Set[int]) -> List[List[Any]]:
    functions = []
    for region in regions:
        own = sorted(statements.intersection(region.lines))
        if region.kind == "function" and own:
            functions.append([region.name, min(region.start, *region.lines), max(region.start, *region.lines), own])
    return sorted(functions, key=lambda one: (one[1], one[2], one[0]))
