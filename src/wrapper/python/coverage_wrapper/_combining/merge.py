"""Puts coverage files together."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from .coverage_files import (
    Arc,
    OtherLanguage,
    PassedFile,
    Table,
    UnreadableFile,
    is_coverage_data,
    newest_first,
    read_raw,
    read_table,
)


@dataclass
class Merged:
    """Source files by their names, which mostly are their paths below the task root, with what was passed of them."""

    arcs: Dict[str, Set[Arc]] = field(default_factory=dict)
    lines: Dict[str, Set[int]] = field(default_factory=dict)
    """Of files that only lines were measured of."""
    texts: Dict[str, str] = field(default_factory=dict)
    """Of files whose tables are there."""
    data_files: List[str] = field(default_factory=list)
    """Those of coverage.py."""
    processed: int = 0
    skipped: int = 0
    errors: List[str] = field(default_factory=list)


def merge(files: Sequence[str], name_of: Callable[[str], str] = os.path.basename) -> Merged:
    """Reads files, which may be of both kinds. What cannot be read is left out and named among the errors."""
    merged = Merged()
    passed: List[PassedFile] = []
    tables: Dict[str, Optional[Table]] = {}
    others = 0
    for file in files:
        try:
            if is_coverage_data(file):
                merged.data_files.append(file)
            else:
                read = read_raw(file)
                for one in read:
                    if tables.get(one.table) is None:
                        tables[one.table] = read_table(file, one.table)
                passed.extend(read)
            merged.processed += 1
        except OtherLanguage:
            others += 1
        except UnreadableFile as error:
            merged.errors.append(f"{name_of(file)} {error}")
            merged.skipped += 1
    if others > 0:
        merged.skipped += others
        hint = "which are no data of coverage.py; `lambda-coverage report` has both languages"
        merged.errors.append(f"files of functions in Node.js are left out, {others} of them, {hint}")
    _add(merged, passed, tables)
    return merged


def _add(merged: Merged, passed: Sequence[PassedFile], tables: Mapping[str, Optional[Table]]) -> None:
    """Of each source file, the builds count that are the newest of a function: what older ones ran is not mixed in."""

    def build_of(one: PassedFile) -> str:
        table = tables.get(one.table)
        return one.table if table is None else table.text_sha256

    newest: Dict[Tuple[str, str], str] = {}
    for one in newest_first(passed):
        newest.setdefault((one.path, one.function_name), build_of(one))
    owners: Dict[str, Dict[str, str]] = {}
    for (path, function_name), build in sorted(newest.items()):
        owners.setdefault(path, {}).setdefault(build, function_name)
    older: Set[str] = set()
    for one in passed:
        build = build_of(one)
        if build not in owners[one.path]:
            older.add(one.path)
            continue
        name = _name(one.path, build, owners[one.path])
        if one.arcs is None:
            merged.lines.setdefault(name, set()).update(one.lines)
        else:
            merged.arcs.setdefault(name, set()).update(one.arcs)
        table = tables.get(one.table)
        if table is not None:
            merged.texts[name] = table.text
    merged.errors.extend(f"{path}: an older build, deployed before the newest; it is left out" for path in sorted(older))


def _name(path: str, build: str, owners: Mapping[str, str]) -> str:
    """Functions may have files of one path and different content; named as the other combiner does it."""
    if len(owners) == 1:
        return path
    owner = owners[build]
    return f"{owner}/{path}" if list(owners.values()).count(owner) == 1 else f"{path}@{build[:8]}"


def write_data(coverage: ModuleType, merged: Merged, file: str, name_of: Callable[[str], str], name_of_file: Callable[[str], str] = str) -> List[str]:
    """Writes a data file of coverage.py, and answers the files that it tells of.

    coverage.py has either branches or lines in a file of data: where some were measured in lines only, all are.

    :param name_of: the file that a source file is, by its name
    :param name_of_file: what to call a data file of coverage.py that cannot be read
    """
    data = coverage.CoverageData(file)
    others = _read_all(coverage, merged, name_of_file)
    has_lines = bool(merged.lines) or any(not one.has_arcs() and one.measured_files() for one in others)
    has_arcs = bool(merged.arcs) or any(one.has_arcs() for one in others)
    if has_lines and has_arcs:
        merged.errors.append("branches are left out, since some files were measured in lines only; measure all of them alike")
    lines: Dict[str, Set[int]] = {name_of(path): set(of) for path, of in merged.lines.items()}
    if has_lines:
        for path, arcs in merged.arcs.items():
            lines.setdefault(name_of(path), set()).update(line for arc in arcs for line in arc if line > 0)
        for one in others:
            for name in one.measured_files():
                lines.setdefault(name, set()).update(one.lines(name) or ())
        data.add_lines(lines)
    else:
        data.add_arcs({name_of(path): arcs for path, arcs in merged.arcs.items()})
        for one in others:
            data.update(one)
    data.write()
    names = sorted(data.measured_files())
    # versions before 7.10 cannot be told to
    getattr(data, "close", lambda: None)()
    return names


def _read_all(coverage: ModuleType, merged: Merged, name_of_file: Callable[[str], str]) -> List[Any]:
    read = []
    for file in list(merged.data_files):
        data = coverage.CoverageData(file)
        try:
            data.read()
            data.measured_files()
        except coverage.exceptions.DataError as error:
            merged.errors.append(f"{name_of_file(file)} cannot be read: {error}")
            merged.data_files.remove(file)
            merged.processed -= 1
            merged.skipped += 1
        else:
            read.append(data)
    return read
