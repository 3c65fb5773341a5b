"""Which files are the user's own: below the task root, not of an installed package, and wanted by the patterns."""

from __future__ import annotations

import json
import os
import sys
from typing import Dict, List, Optional, Set, Tuple

from .._patterns import path_filter
from .._settings import Settings

_TOOLS = frozenset(("datadog_lambda", "elasticapm", "epsagon", "lumigo_tracer", "newrelic_lambda_wrapper", "opentelemetry", "sentry_sdk", "thundra"))
"""Packages of others whose handler functions are given, and which call the function's own."""

_OWN_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class OwnFiles:
    """Tells own files by the names that code objects have. Nothing of it raises."""

    def __init__(self, task_root: str, settings: Settings) -> None:
        root = os.path.abspath(task_root)
        self._roots = tuple(dict.fromkeys(os.path.join(one, "") for one in (root, os.path.realpath(root))))
        self._module = (settings.handler or "").rsplit(".", 1)[0].replace("/", ".")
        self._is_wanted = path_filter(settings.include, settings.exclude)
        self._installed: Optional[Set[str]] = None
        self._answers: Dict[str, Optional[str]] = {}
        self._states: Dict[str, Optional[Tuple[int, int]]] = {}

    def source_of(self, filename: str) -> Optional[str]:
        """The absolute path of the source file that is counted for the code of a file; nothing where that is not counted."""
        if filename not in self._answers:
            try:
                self._answers[filename] = source = self._find(filename)
                if source is not None:
                    self._states.setdefault(source, _state(source))
            except Exception:  # an odd name is no reason to break the function
                self._answers[filename] = None
        return self._answers[filename]

    def path_of(self, source: str) -> str:
        """The path below the task root, with forward slashes."""
        for root in self._roots:
            if source.startswith(root):
                return source[len(root) :].replace(os.sep, "/")
        return source

    def is_changed(self, source: str) -> bool:
        """Whether a source file is another one on disk than when its code was seen first."""
        return source in self._states and self._states[source] != _state(source)

    def without_source(self) -> List[str]:
        """Modules that were loaded from bytecode alone, which cannot be told of."""
        found = []
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.endswith(".pyc") and file.startswith(self._roots) and not self._is_installed(file[:-1]):
                found.append(file)
        return found

    def _find(self, filename: str) -> Optional[str]:
        if filename.startswith("<"):
            return None
        path = os.path.abspath(filename)
        if not path.startswith(self._roots) or path.startswith(os.path.join(_OWN_PACKAGE, "")):
            return None
        if path.endswith(".pyc"):
            path = path[:-1]
        return None if self._is_installed(path) or not self._is_wanted(self.path_of(path)) else path

    def _is_installed(self, path: str) -> bool:
        if self._installed is None:
            self._installed = self._installed_files()
        return self.path_of(path) in self._installed

    def _installed_files(self) -> Set[str]:
        """Paths below the task root of what `pip install --target` and its like put there, by their RECORD files."""
        files: Set[str] = set()
        root = self._roots[0]
        folders = [root] + [one for one in map(os.path.abspath, filter(None, sys.path)) if one.startswith(root)]
        for folder in dict.fromkeys(os.path.join(one, "") for one in folders):
            try:
                names = os.listdir(folder)
            except OSError:
                continue
            for name in names:
                if name.endswith(".dist-info"):
                    files.update(self._files_of(folder, name))
        return files

    def _files_of(self, folder: str, distribution: str) -> Set[str]:
        if _is_local(os.path.join(folder, distribution)):
            return set()
        try:
            with open(os.path.join(folder, distribution, "RECORD"), encoding="utf-8") as record:
                names = [name for name in map(_name, record) if name.endswith(".py")]
        except (OSError, UnicodeDecodeError):
            return set()
        below = folder[len(self._roots[0]) :].replace(os.sep, "/")
        files = {os.path.normpath(below + name).replace(os.sep, "/") for name in names}
        # a function that is a package of its own has been installed as well
        handler = self._module.replace(".", "/")
        is_own = handler != "" and handler.split("/")[0] not in _TOOLS
        return set() if is_own and files & {f"{handler}.py", f"{handler}/__init__.py"} else files


def _state(file: str) -> Optional[Tuple[int, int]]:
    """Nothing for a file within an archive."""
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _name(line: str) -> str:
    """The first column of a row of CSV."""
    if line.startswith('"'):
        return line[1:].split('",', 1)[0].replace('""', '"')
    return line.split(",", 1)[0]


def _is_local(distribution: str) -> bool:
    """Whether it was installed from a folder, as a project's own packages are (PEP 610)."""
    try:
        with open(os.path.join(distribution, "direct_url.json"), encoding="utf-8") as file:
            origin = json.load(file)
        return str(origin.get("url", "")).startswith("file:") and "dir_info" in origin
    except (OSError, ValueError, AttributeError):
        return False
