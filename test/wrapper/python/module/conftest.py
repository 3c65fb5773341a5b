"""What the tests of the module have in common. A local S3 is there by the environment variables of AWS's SDKs."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

BUCKET = os.environ["TEST_BUCKET"]
APP = """import helper


def handler(event, context):
    if event.get("big"):
        return helper.big(10)
    return {"small": True}


def never():
    return 1
"""
HELPER = """def big(limit):
    numbers = [
        one
        for one in range(limit)
    ]
    return {"big": sum(numbers)}
"""
RUN = """
import json, sys
from coverage_wrapper import CoverageContext
with CoverageContext():
    sys.path.insert(0, ".")
    import app
    for event in json.loads(sys.argv[1]):
        app.handler(event, None)
"""


@pytest.fixture
def prefix():
    """One that no other test has."""
    return f"{uuid.uuid4().hex}/"


@pytest.fixture
def package(tmp_path):
    """The folder of a function's code."""
    folder = tmp_path / "task"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    (folder / "helper.py").write_text(HELPER)
    return folder


def run_function(package: Path, events: list, name: str = "orders", **variables: str) -> None:
    """Runs a function in a process of its own, and collects its coverage into the bucket."""
    environment = {**os.environ, "COVERAGE_S3_BUCKET": BUCKET, "AWS_LAMBDA_FUNCTION_NAME": name, "LAMBDA_TASK_ROOT": str(package), **variables}
    done = subprocess.run([sys.executable, "-B", "-c", RUN, json.dumps(events)], cwd=package, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def coverage_of(package: Path, events: list, *options: str) -> Path:
    """The data file that coverage.py itself writes of the same."""
    script = package.parent / "run.py"
    script.write_text(f"import sys; sys.path.insert(0, {str(package)!r})\nimport app\nfor event in {events!r}:\n    app.handler(event, None)\n")
    data = package.parent / f".coverage.{uuid.uuid4().hex}"
    command_line("run", f"--data-file={data}", f"--source={package}", *options, str(script))
    return data


def command_line(*arguments: str) -> str:
    """What the command `coverage` of the layer's coverage.py prints."""
    from coverage_wrapper._counting.coverage_py import packages_folder

    environment = {**os.environ, "PYTHONPATH": packages_folder()}
    done = subprocess.run([sys.executable, "-B", "-m", "coverage", *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
