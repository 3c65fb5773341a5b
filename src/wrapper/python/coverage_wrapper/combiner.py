"""Puts together what functions have uploaded, as data of coverage.py.

Reads what the layer uploads for functions in Python, and data files of coverage.py itself. Functions in Node.js are left
out; the command `lambda-coverage report` has both languages in one report.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from ._combining.bucket import Bucket
from ._combining.coverage_files import SOURCES, is_coverage_data, read_raw
from ._combining.full_coverage import full_coverage
from ._combining.merge import Merged, merge, write_data
from ._keys import DEFAULT_PREFIX, prefix_problem
from ._process_settings import read_settings
from .error_handling import CoverageCombineError
from .models import bad_input

TASK_ROOT = "/var/task"
"""Where source files are in Lambda: what they are called in merged data."""

_EXTENSION = ".coverage"
_DATE = re.compile(r"(?:^|(?<=/))20\d\d/(?:\d\d/){0,2}$")
"""The part of a prefix that stands for a year, a month or a day."""


def combine_coverage_files(bucket_name: str, prefix: str = DEFAULT_PREFIX, output_key: Optional[str] = None) -> Dict[str, Any]:
    """Combines the coverage files of a bucket into one report, which is written into the bucket. Requests are tried 4 times.

    :param prefix: what functions upload below, or a part of that, such as `coverage/2026/01/31/`
    :param output_key: key of the report, by default `{prefix}combined/[YYYY/MM/DD/]coverage.json`. One that ends with `.json` gets
        coverage.py's JSON report, any other one coverage.py's data
    :return: `files_processed`, `files_skipped`, `combined_coverage` in per cent as coverage.py counts it, `output_location` as
        an S3 URI, `processing_time_ms`, and `errors`, a line for each thing that is not in the report
    :raises CoverageError: if an argument cannot be used
    :raises CoverageCombineError: if the bucket cannot be used, or has no coverage of functions in Python
    """
    started = time.monotonic()
    bucket = _bucket(bucket_name, prefix)
    base = _DATE.sub("", prefix)
    if output_key is None:
        output_key = f"{base}combined/{prefix[len(base) :]}coverage.json"
    elif not isinstance(output_key, str) or not 1 <= len(output_key) <= 1024 or output_key.endswith(_EXTENSION):
        raise bad_input(
            "output_key",
            output_key,
            "is not a key for the report; pass a text of 1 to 1,024 characters, such as 'coverage/combined/report.json'",
        )
    folder = tempfile.mkdtemp(prefix="lambda-coverage-")
    try:
        left_out: List[str] = []
        files = _download(bucket, prefix, folder, left_out)

        def name_of(file: str) -> str:
            return f"s3://{bucket_name}/{base}{os.path.relpath(file, folder).replace(os.sep, '/')}"

        merged = merge(files, name_of)
        merged.errors.extend(left_out)
        merged.skipped += len(left_out)
        report, data = _report(merged, os.path.join(folder, "report"), name_of)
        if report is None:
            found = f"nothing of {len(files)} files can be reported: {merged.errors[0]}" if merged.errors else "there is no coverage"
            raise CoverageCombineError(f"s3://{bucket_name}/{prefix}: {found}", {"location": f"s3://{bucket_name}/{prefix}"})
        content = json.dumps(report).encode() if output_key.endswith(".json") else data
        bucket.write(output_key, content, "application/json" if output_key.endswith(".json") else "application/octet-stream")
        return {
            "files_processed": merged.processed,
            "files_skipped": merged.skipped,
            "combined_coverage": float(report["totals"]["percent_covered"]),
            "output_location": f"s3://{bucket_name}/{output_key}",
            "processing_time_ms": round((time.monotonic() - started) * 1000),
            "errors": list(dict.fromkeys(merged.errors)),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def download_coverage_files(bucket_name: str, prefix: str) -> List[str]:
    """Downloads coverage files into a new temporary folder, and with them what is known of their source files.

    Requests are tried 4 times. A key that is no path of a file is logged as a warning.

    :return: the paths of the coverage files, in the order of their keys
    :raises CoverageError: if an argument cannot be used
    :raises CoverageCombineError: if the bucket cannot be read, or the folder cannot be written
    """
    left_out: List[str] = []
    files = _download(_bucket(bucket_name, prefix), prefix, tempfile.mkdtemp(prefix="lambda-coverage-"), left_out)
    _warn(left_out)
    return files


def merge_coverage_data(coverage_files: List[str]) -> str:
    """Merges coverage files into one data file of coverage.py, as `coverage combine` does; theirs stay as they are.

    Source files of functions are named as they are in Lambda, such as `/var/task/app.py`: `[paths]` of coverage.py's
    configuration says where they are on another machine. What cannot be in one data file, such as older builds of a file, is
    logged as warnings.

    :param coverage_files: files that `download_coverage_files` has fetched, data files of coverage.py, or both
    :return: the path of a new file in a temporary folder
    :raises CoverageError: if the argument cannot be used
    :raises CoverageCombineError: if a file cannot be read, or there is nothing to merge
    """
    if not isinstance(coverage_files, (list, tuple)) or not all(isinstance(file, (str, os.PathLike)) for file in coverage_files):
        raise bad_input("coverage_files", coverage_files, "is not a list of paths; pass one such as ['.coverage.unit', 'a.coverage']")
    if not coverage_files:
        raise CoverageCombineError("there is nothing to merge: the list of files is empty")
    merged = merge([os.fspath(file) for file in coverage_files], str)
    if merged.processed < len(coverage_files):
        raise CoverageCombineError(f"cannot be merged: {merged.errors[0]}", {"errors": merged.errors})
    file = os.path.join(tempfile.mkdtemp(prefix="lambda-coverage-"), ".coverage")
    with full_coverage() as coverage, _Explained():
        write_data(coverage, merged, file, lambda path: f"{TASK_ROOT}/{path}")
    if merged.skipped > 0:
        raise CoverageCombineError(f"cannot be merged: {merged.errors[-1]}", {"errors": merged.errors})
    _warn(merged.errors)
    return file


def _warn(messages: List[str]) -> None:
    log = read_settings().log
    for message in messages:
        log.warning(message, {})


def _report(merged: Merged, folder: str, name_of: Callable[[str], str]) -> Tuple[Optional[Dict[str, Any]], bytes]:
    """coverage.py's JSON report, and its data; nothing where there is nothing to report."""
    os.makedirs(folder)
    root = os.path.realpath(folder)
    # coverage.py reads sources from files
    for name, text in merged.texts.items():
        source = os.path.join(root, name)
        try:
            os.makedirs(os.path.dirname(source), exist_ok=True)
            with open(source, "w", encoding="utf-8", newline="\n", errors="surrogatepass") as target:
                target.write(text)
        except OSError as error:
            merged.errors.append(f"{name}: its source cannot be written: {error}")
    missing = sorted({*merged.arcs, *merged.lines} - set(merged.texts))
    merged.errors.extend(f"{name}: its table was not kept; it is sent once per content, with the first invocation" for name in missing)
    with full_coverage() as coverage, _Explained():
        write_data(coverage, merged, f"{root}.data", lambda name: f"{TASK_ROOT}/{name}", name_of)
        names = write_data(coverage, merged, f"{root}.local", lambda name: os.path.join(root, name), name_of)
        elsewhere = [name for name in names if not os.path.exists(name) and not name.startswith(root)]
        merged.errors.extend(f"{name}: its source is not on this machine" for name in elsewhere)
        reporter = coverage.Coverage(data_file=f"{root}.local", config_file=False)
        reporter.load()
        try:
            reporter.json_report(outfile=f"{root}.json", ignore_errors=True)
        except coverage.exceptions.NoDataError:
            return None, b""
    with open(f"{root}.json", encoding="utf-8") as content:
        report: Dict[str, Any] = json.load(content)
    report["files"] = {_below(name, root): of for name, of in report["files"].items()}
    with open(f"{root}.data", "rb") as data:
        return report, data.read()


def _below(name: str, root: str) -> str:
    """coverage.py names files relative to the current folder where they are in it."""
    file = os.path.join(os.getcwd(), name)
    return os.path.relpath(file, root) if file.startswith(os.path.join(root, "")) else name


def _bucket(name: str, prefix: str) -> Bucket:
    if not isinstance(name, str) or name == "":
        raise bad_input("bucket_name", name, "is not the name of a bucket")
    problem = prefix_problem(prefix) if isinstance(prefix, str) else "is not a text"
    if problem is not None:
        raise bad_input("prefix", prefix, problem)
    return Bucket(name)


def _download(bucket: Bucket, prefix: str, folder: str, left_out: List[str]) -> List[str]:
    """:param left_out: gets a line for each object that is not downloaded"""
    base = _DATE.sub("", prefix)
    files: List[str] = []
    tables: Set[str] = set()
    for key in bucket.keys(prefix):
        if not key.endswith(_EXTENSION):
            continue
        if ".." in key.split("/"):
            left_out.append(f"s3://{bucket.name}/{key} is left out: its key is no path of a file, since it has '..'")
            continue
        file = os.path.join(folder, *filter(None, key[len(base) :].split("/")))
        bucket.fetch(key, file)
        files.append(file)
        try:
            if not is_coverage_data(file):
                tables.update(one.table for one in read_raw(file))
        except Exception:
            continue  # whoever merges it says what is wrong with it
    wanted = {table for table in tables if re.fullmatch("[0-9a-f]{64}", table)}
    kept = set(bucket.keys(f"{base}{SOURCES}/")) if wanted else set()
    for table in sorted(wanted):
        if f"{base}{SOURCES}/{table}" in kept:
            bucket.fetch(f"{base}{SOURCES}/{table}", os.path.join(folder, SOURCES, table))
    return files


class _Explained:
    """What coverage.py refuses becomes an error of this package."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, Exception) and type(error).__module__ == "coverage.exceptions":
            raise CoverageCombineError(f"coverage.py refuses the data: {error}") from error
