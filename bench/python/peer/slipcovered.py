"""SlipCover, started before the function's modules are imported."""

import os

import slipcover
from slipcover.importer import FileMatcher, ImportManager

matcher = FileMatcher(sources=[os.environ["LAMBDA_TASK_ROOT"]])
instrumented = slipcover.Slipcover(branch=True)
manager = ImportManager(instrumented, matcher)
manager.__enter__()

from app import handler  # noqa: E402, F401  # after coverage has started
