"""The JSON report of a data file of coverage.py.

    python3 -m coverage_wrapper._combining.json_report FILE

Answers `{"report": ...}`, or `{"error": ...}` where the file cannot be used. The configuration of coverage.py in the current
folder counts, as for its own commands.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Any, Dict

from .full_coverage import full_coverage


def json_report(file: str) -> Dict[str, Any]:
    """The answer for a file."""
    with full_coverage() as coverage, tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "report.json")
        try:
            reporter = coverage.Coverage(data_file=file)
            reporter.load()
            reporter.json_report(outfile=output, ignore_errors=True)
        except coverage.exceptions.CoverageException as error:
            return {"error": f"coverage.py says: {error}"}
        with open(output, encoding="utf-8") as content:
            return {"report": json.load(content)}


if __name__ == "__main__":
    json.dump(json_report(sys.argv[1]), sys.stdout)
