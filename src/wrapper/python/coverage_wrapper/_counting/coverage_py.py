"""The coverage.py that the layer brings, apart from one that the function brings.

A user's function may have coverage.py, of any version. Neither is to see the other: modules of ours are in `sys.modules`
only while one of them is being imported, and its folder is never on `sys.path`.

Of coverage.py's parts only those that are needed are loaded: the tracer, which is 1 ms, when coverage starts, and what
tells of source files after the first answer. `import coverage` would be 75 ms of every cold start.
"""

from __future__ import annotations

import _thread
import importlib
import os
import sys
from contextlib import contextmanager
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Dict, Iterator

from .._platform import PYTHON
from ..error_handling import CoverageInitializationError

PACKAGE = "coverage"


def packages_folder() -> str:
    """Where the layer has coverage.py for this Python.

    Several versions of Python share one version of coverage.py, with an extension module for each of them.
    """
    minor = sys.version_info[1]
    name = f"cp3{min(minor, 11)}"
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "_packages", name)


class CoveragePy:
    """Modules of the layer's coverage.py."""

    def __init__(self) -> None:
        self._folder = os.path.join(packages_folder(), PACKAGE)
        self._modules: Dict[str, ModuleType] = {}
        self._lock = _thread.RLock()

    @property
    def version(self) -> str:
        """Such as `7.17.3`. Raises CoverageInitializationError where there is none for this Python."""
        return str(self.module("version").__version__)

    def tracer(self) -> ModuleType:
        """The tracer in C, without the rest. Raises CoverageInitializationError where there is none for this Python."""
        name = f"{PACKAGE}.tracer"
        with self._lock:
            if name not in self._modules:
                for suffix in EXTENSION_SUFFIXES:
                    file = os.path.join(self._folder, f"tracer{suffix}")
                    if os.path.exists(file):
                        spec = spec_from_file_location(name, file, loader=ExtensionFileLoader(name, file))
                        assert spec is not None and spec.loader is not None
                        module = module_from_spec(spec)
                        spec.loader.exec_module(module)
                        self._modules[name] = module
                        break
                else:
                    raise CoverageInitializationError(
                        f"this version of the layer has no coverage.py for Python {PYTHON} on this platform; see whether there is a later one"
                    )
            return self._modules[name]

    def module(self, name: str) -> ModuleType:
        """A module of coverage.py, such as `parser`."""
        full = f"{PACKAGE}.{name}"
        with self._lock:
            if full not in self._modules:
                if not os.path.isdir(self._folder):
                    raise CoverageInitializationError(f"the layer has no coverage.py for Python {PYTHON}")
                with self._visible():
                    self._modules[full] = importlib.import_module(full)
            return self._modules[full]

    @contextmanager
    def _visible(self) -> Iterator[None]:
        theirs = taken_out()
        if PACKAGE not in self._modules:
            # the package's own module imports all of its reporters and SQLite
            package = ModuleType(PACKAGE)
            package.__path__ = [self._folder]
            self._modules[PACKAGE] = package
        sys.modules.update(self._modules)
        try:
            yield
        finally:
            self._modules.update(taken_out())
            sys.modules.update(theirs)


def taken_out() -> Dict[str, ModuleType]:
    """The modules of `coverage` that `import` would give, which are forgotten."""
    names = [name for name in list(sys.modules) if name == PACKAGE or name.startswith(f"{PACKAGE}.")]
    return {name: sys.modules.pop(name) for name in names}
