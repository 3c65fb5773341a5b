"""All of the layer's coverage.py, apart from one that the program has; outside of the layer, the one that is installed."""

from __future__ import annotations

import importlib
import os
import sys
import threading
from contextlib import contextmanager
from types import ModuleType
from typing import Dict, Iterator

from .._counting.coverage_py import PACKAGE, packages_folder, taken_out
from ..error_handling import CoverageCombineError

_lock = threading.RLock()
_modules: Dict[str, ModuleType] = {}


@contextmanager
def full_coverage() -> Iterator[ModuleType]:
    """The package, while `import coverage` of this process gives it.

    Raises CoverageCombineError where there is none.
    """
    with _lock:
        folder = packages_folder()
        if not os.path.isdir(os.path.join(folder, PACKAGE)):
            yield _installed()
            return
        theirs = taken_out()
        sys.modules.update(_modules)
        sys.path.insert(0, folder)
        try:
            yield importlib.import_module(PACKAGE)
        finally:
            _modules.update(taken_out())
            sys.path.remove(folder)
            sys.modules.update(theirs)


def _installed() -> ModuleType:
    try:
        return importlib.import_module(PACKAGE)
    except ImportError as error:
        raise CoverageCombineError("coverage.py is not installed; install it with `pip install coverage`, or use the layer") from error
