"""The names, shapes and defaults of the reference, in a process that no wrapper has started coverage in."""

import dataclasses
import inspect
import json
import os
import sqlite3
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import boto3
import coverage_wrapper
import pytest
from conftest import BUCKET, coverage_of, run_function
from coverage_wrapper import combiner, context, decorator, error_handling, health_check, models, s3_uploader

FILES = Path(coverage_wrapper.__file__).parent.parent


def run(code: str, path: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": path, **variables}
    return subprocess.run([sys.executable, "-B", "-W", "always", "-c", code], env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (decorator.coverage_handler, ["func"]),
        (context.CoverageContext, ["config=None"]),
        (health_check.health_check_handler, []),
        (health_check.get_coverage_status, []),
        (health_check.get_layer_info, []),
        (combiner.combine_coverage_files, ["bucket_name", "prefix='coverage/'", "output_key=None"]),
        (combiner.download_coverage_files, ["bucket_name", "prefix"]),
        (combiner.merge_coverage_data, ["coverage_files"]),
        (s3_uploader.upload_coverage_file, ["coverage_data", "function_name", "execution_id", "config=None"]),
        (s3_uploader.generate_s3_key, ["function_name", "execution_id", "prefix='coverage/'", "timestamp=None"]),
        (s3_uploader.get_s3_config, []),
        (error_handling.CoverageError, ["message", "details=None"]),
    ],
)
def test_signatures(function, parameters):
    found = inspect.signature(function).parameters.values()
    assert [one.name if one.default is one.empty else f"{one.name}={one.default!r}" for one in found] == parameters


def test_data_classes():
    fields = {one: [field.name for field in dataclasses.fields(getattr(models, one))] for one in ("CoverageConfig", "CoverageReportMetadata", "HealthCheckResponse")}
    assert fields == {
        "CoverageConfig": ["s3_bucket", "s3_prefix", "upload_timeout", "include_patterns", "exclude_patterns", "branch_coverage", "debug"],
        "CoverageReportMetadata": [
            "function_name", "execution_id", "timestamp", "s3_key", "file_size", "coverage_percentage", "lines_covered", "lines_total",
            "branches_covered", "branches_total",
        ],
        "HealthCheckResponse": ["status", "coverage_enabled", "layer_version", "s3_config", "timestamp", "errors", "warnings"],
    }  # fmt: skip
    assert models.CoverageConfig("b") == models.CoverageConfig("b", "coverage/", 30, None, None, True, False)


def test_errors():
    names = ("CoverageInitializationError", "S3UploadError", "CoverageCombineError")
    assert all(issubclass(getattr(error_handling, name), error_handling.CoverageError) for name in names)
    error = error_handling.S3UploadError("no", {"retry_count": 3})
    assert (str(error), error.message, error.details) == ("no", "no", {"retry_count": 3})


def test_keys_are_those_of_the_reference():
    day = datetime(2024, 1, 15, 23, 59, tzinfo=timezone.utc)
    assert s3_uploader.generate_s3_key("my-function", "abc123", timestamp=day) == "coverage/2024/01/15/my-function-abc123.coverage"
    with pytest.raises(error_handling.CoverageError, match="function_name 'a/b' is not 1 to 64 letters"):
        s3_uploader.generate_s3_key("a/b", "1")


def test_get_s3_config(monkeypatch):
    monkeypatch.setenv("COVERAGE_S3_BUCKET", "mine")
    monkeypatch.setenv("COVERAGE_S3_PREFIX", "team/")
    monkeypatch.setenv("COVERAGE_UPLOAD_TIMEOUT", "7")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert s3_uploader.get_s3_config() == {"bucket": "mine", "prefix": "team/", "timeout": 7, "region": "eu-west-1"}
    monkeypatch.delenv("COVERAGE_S3_BUCKET")
    with pytest.raises(ValueError, match="COVERAGE_S3_BUCKET is not set"):
        s3_uploader.get_s3_config()


def test_upload_coverage_file(prefix):
    config = models.CoverageConfig(BUCKET, prefix)
    result = s3_uploader.upload_coverage_file(b"content", "fn", "1", config)
    assert {**result, "upload_time_ms": 0} == {
        "s3_key": s3_uploader.generate_s3_key("fn", "1", prefix), "bucket": BUCKET, "file_size": 7, "upload_time_ms": 0, "success": True,
    }  # fmt: skip
    kept = boto3.client("s3").get_object(Bucket=BUCKET, Key=result["s3_key"])
    assert (kept["Body"].read(), kept["Metadata"]) == (b"content", {"function-name": "fn", "execution-id": "1", "file-size": "7"})
    failed = s3_uploader.upload_coverage_file(b"content", "fn", "1", models.CoverageConfig("no-such-bucket", prefix))
    assert (failed["success"], type(failed["error"])) == (False, error_handling.S3UploadError)


def test_health(monkeypatch):
    monkeypatch.setenv("COVERAGE_S3_BUCKET", BUCKET)
    health = health_check.health_check_handler()
    # nothing in this process is covered
    assert (health["status"], health["coverage_enabled"], health["s3_config"]) == ("degraded", False, {"bucket": BUCKET, "prefix": "coverage/"})
    assert len(health["warnings"]) == 1
    json.dumps(health)
    monkeypatch.delenv("COVERAGE_S3_BUCKET")
    assert health_check.health_check_handler()["status"] == "unhealthy"
    info = health_check.get_layer_info()
    assert sorted(info) == ["coverage_version", "dependencies", "python_version", "version"]
    assert info["python_version"] == "%d.%d.%d" % sys.version_info[:3]


def test_decorator_alone(tmp_path, prefix):
    (tmp_path / "app.py").write_text(
        "from coverage_wrapper import coverage_handler\n\n\n@coverage_handler\ndef handler(event, context):\n"
        "    if event:\n        raise KeyError(event)\n    return 1\n"
    )
    code = "import app\nassert app.handler({}, None) == 1\ntry:\n    app.handler(2, None)\nexcept KeyError as error:\n    assert error.args == (2,)\n"
    done = run(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}",
        str(FILES),
        COVERAGE_S3_BUCKET=BUCKET, COVERAGE_S3_PREFIX=prefix, LAMBDA_TASK_ROOT=str(tmp_path), AWS_LAMBDA_FUNCTION_NAME="decorated",
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    result = combiner.combine_coverage_files(BUCKET, prefix)
    # coverage starts when the decorator is met: the lines above it have been passed by then
    assert (result["files_processed"], result["errors"]) == (2, [])


def test_bad_arguments():
    with pytest.raises(error_handling.CoverageError, match="func .* is not a function"):
        coverage_wrapper.coverage_handler("handler")
    with pytest.raises(error_handling.CoverageError, match="config .* is not a CoverageConfig"):
        coverage_wrapper.CoverageContext({"s3_bucket": "b"})
    with pytest.raises(error_handling.CoverageError, match="upload_timeout 0 is not a whole number of seconds from 1 to 900"):
        models.CoverageConfig("b", upload_timeout=0)


def test_old_names_answer_with_a_warning():
    code = "from coverage_layer import coverage_handler\nfrom coverage_layer.health import health_check\nprint(coverage_handler.__module__, health_check()['status'])"
    done = run(code, str(FILES))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "coverage_wrapper.decorator unhealthy\n"
    assert "DeprecationWarning" in done.stderr


def test_importable_without_coverage_py():
    """As the sources are: the layer alone has coverage.py."""
    sources = Path(os.environ["TEST_SOURCES"])
    names = ["coverage_wrapper"] + [f"coverage_wrapper.{one}" for one in ("combiner", "health_check", "s3_uploader", "models", "error_handling", "context", "decorator")]
    code = f"import importlib, sys\nfor name in {names!r}:\n    importlib.import_module(name)\nassert 'coverage' not in sys.modules and 'boto3' not in sys.modules\n"
    done = run(f"{code}from coverage_wrapper.combiner import merge_coverage_data\ntry:\n    merge_coverage_data(['/dev/null'])\nexcept Exception as error:\n    print(type(error).__name__)\n", str(sources))
    assert (done.returncode, done.stdout) == (0, "CoverageCombineError\n"), done.stderr


def test_all_of_the_guide_runs(package, monkeypatch):
    """The snippet of docs/python.md, on a bucket with coverage of that day and a data file of unit tests."""
    run_function(package, [{}], "guide")
    client = boto3.client("s3")
    (key,) = [one["Key"] for one in client.list_objects_v2(Bucket=BUCKET, Prefix="coverage/20")["Contents"] if "/guide-" in one["Key"]]
    client.copy_object(Bucket=BUCKET, CopySource=f"{BUCKET}/{key}", Key=f"coverage/2026/01/31/{key.split('/')[-1]}")
    coverage_of(package, [{"big": 1}], "--branch").rename(package / ".coverage")
    monkeypatch.chdir(package)
    guide = (Path(os.environ["TEST_SOURCES"]).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
    (snippet,) = [block.split("```")[0] for block in guide.split("```python\n")[1:]]
    names: dict = {}
    exec(snippet.replace("my-coverage-bucket", BUCKET), names)
    assert (names["result"]["files_processed"], names["result"]["errors"]) == (1, [])
    with sqlite3.connect(names["merged"]) as data:
        assert {path for (path,) in data.execute("select path from file")} >= {"/var/task/app.py", str(package / "app.py")}
