"""The name that this package had in releases 0.x."""

from __future__ import annotations

import warnings

from coverage_wrapper import CoverageContext, coverage_handler

warnings.warn("coverage_layer is the name of release 0.x; import coverage_wrapper", DeprecationWarning, stacklevel=2)

__all__ = ["CoverageContext", "coverage_handler"]
