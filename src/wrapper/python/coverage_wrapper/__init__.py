"""Coverage of Lambda functions in Python, exact to the line and the branch.

Where a function is attached with `CoverageLayer.attachTo`, none of this has to be imported. Elsewhere `coverage_handler`
collects the invocations of a handler, and `CoverageContext` a block of code.
"""

from __future__ import annotations

from ._version import LAYER_VERSION as __version__  # noqa: N811 -- as packages call it
from .context import CoverageContext
from .decorator import coverage_handler
from .models import CoverageConfig

__all__ = ["CoverageConfig", "CoverageContext", "__version__", "coverage_handler"]
