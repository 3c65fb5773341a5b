"""The merging functions, against coverage.py itself on the same code and the same events."""

import gzip
import json
import os
import sqlite3
from pathlib import Path

import boto3
import pytest
from conftest import BUCKET, command_line, coverage_of, run_function
from coverage_wrapper.combiner import combine_coverage_files, download_coverage_files, merge_coverage_data
from coverage_wrapper.error_handling import CoverageCombineError, CoverageError
from coverage_wrapper.s3_uploader import upload_coverage_file

SMALL, BIG = {}, {"big": 1}


def json_of(data: Path) -> dict:
    """coverage.py's own JSON report, without what differs from run to run."""
    report = data.parent / "report.json"
    command_line("json", f"--data-file={data}", "-o", str(report))
    return json.loads(report.read_text())


def comparable(report: dict) -> dict:
    files = {os.path.basename(name): of for name, of in report["files"].items()}
    return {"files": files, "totals": report["totals"]}


def written(location: str) -> bytes:
    assert location.startswith(f"s3://{BUCKET}/")
    return boto3.client("s3").get_object(Bucket=BUCKET, Key=location[len(f"s3://{BUCKET}/") :])["Body"].read()


@pytest.mark.parametrize("branch", [True, False])
def test_combines_to_the_report_of_coverage_py(package, prefix, branch):
    for event in (SMALL, BIG):
        run_function(package, [event], COVERAGE_S3_PREFIX=prefix, COVERAGE_BRANCH_COVERAGE=str(branch).lower())
    result = combine_coverage_files(BUCKET, prefix)
    expected = json_of(coverage_of(package, [SMALL, BIG], *(["--branch"] if branch else [])))
    assert {**result, "processing_time_ms": 0} == {
        "files_processed": 2,
        "files_skipped": 0,
        "combined_coverage": expected["totals"]["percent_covered"],
        "output_location": f"s3://{BUCKET}/{prefix}combined/coverage.json",
        "processing_time_ms": 0,
        "errors": [],
    }
    report = json.loads(written(result["output_location"]))
    assert comparable(report) == comparable(expected)
    assert sorted(report["files"]) == ["app.py", "helper.py"]


def test_a_day_of_it_by_another_key_as_data(package, prefix):
    run_function(package, [BIG], COVERAGE_S3_PREFIX=prefix)
    key = next(iter(boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"{prefix}20")["Contents"]))["Key"]
    day = "/".join(key.split("/")[:-1]) + "/"
    result = combine_coverage_files(BUCKET, day, f"{prefix}all.data")
    file = package.parent / "all.data"
    file.write_bytes(written(result["output_location"]))
    assert names_in(file) == ["/var/task/app.py", "/var/task/helper.py"]
    assert combine_coverage_files(BUCKET, day)["output_location"] == f"s3://{BUCKET}/{prefix}combined/{day[len(prefix):]}coverage.json"


def names_in(data: Path) -> list:
    with sqlite3.connect(data) as connection:
        return sorted(name for (name,) in connection.execute("select path from file"))


@pytest.mark.parametrize("base", ["", "team-2024/", "x1414/", "2024x/"])
def test_a_prefix_that_looks_like_a_date_is_none(package, prefix, base):
    prefix += base
    run_function(package, [BIG], COVERAGE_S3_PREFIX=prefix)
    result = combine_coverage_files(BUCKET, prefix)
    assert (result["output_location"], result["errors"]) == (f"s3://{BUCKET}/{prefix}combined/coverage.json", [])


def test_merges_with_data_of_unit_tests(package, prefix):
    run_function(package, [BIG], COVERAGE_S3_PREFIX=prefix)
    files = download_coverage_files(BUCKET, prefix)
    assert [name.endswith(".coverage") for name in files] == [True]
    merged = Path(merge_coverage_data([*files, str(coverage_of(package, [SMALL], "--branch"))]))
    # as the configuration of coverage.py says where files are on another machine
    config = package.parent / "rc"
    config.write_text(f"[run]\nbranch = true\n[paths]\ntask =\n    {package}\n    /var/task\n")
    together = package.parent / "together"
    command_line("combine", f"--rcfile={config}", "--keep", f"--data-file={together}", str(merged))
    assert comparable(json_of(together)) == comparable(json_of(coverage_of(package, [SMALL, BIG], "--branch")))


def test_what_ran_while_a_function_started_is_in_the_same_object(package, prefix, tmp_path):
    """As it is of the first invocation in Lambda."""
    for event in (SMALL, BIG):
        run_function(package, [event], COVERAGE_S3_PREFIX=prefix)
    files = download_coverage_files(BUCKET, prefix)
    together = tmp_path / "together.coverage"
    together.write_bytes(gzip.compress(b"\n".join(gzip.decompress(Path(file).read_bytes()) for file in files)))
    assert names_and_arcs(Path(merge_coverage_data([str(together)]))) == names_and_arcs(Path(merge_coverage_data(files)))


def names_and_arcs(data: Path) -> list:
    with sqlite3.connect(data) as connection:
        return sorted(connection.execute("select path, fromno, tono from arc join file on file.id = arc.file_id"))


def test_functions_with_files_of_one_name_keep_both(package, prefix):
    run_function(package, [SMALL], "orders", COVERAGE_S3_PREFIX=prefix)
    (package / "app.py").write_text("def handler(event, context):\n    return 1\n")
    run_function(package, [SMALL], "refunds", COVERAGE_S3_PREFIX=prefix)
    report = json.loads(written(combine_coverage_files(BUCKET, prefix)["output_location"]))
    assert sorted(report["files"]) == ["helper.py", "orders/app.py", "refunds/app.py"]
    assert report["files"]["refunds/app.py"]["executed_lines"] == [1, 2]


def test_an_older_build_is_left_out_and_named(package, prefix):
    run_function(package, [SMALL, BIG], COVERAGE_S3_PREFIX=prefix)
    (package / "app.py").write_text("def handler(event, context):\n    return 1\n")
    run_function(package, [SMALL], COVERAGE_S3_PREFIX=prefix)
    result = combine_coverage_files(BUCKET, prefix)
    assert result["errors"] == ["app.py: an older build, deployed before the newest; it is left out"]
    assert json.loads(written(result["output_location"]))["files"]["app.py"]["executed_lines"] == [1, 2]


def test_what_cannot_be_used_is_named_and_the_rest_combined(package, prefix, monkeypatch):
    run_function(package, [BIG], COVERAGE_S3_PREFIX=prefix)
    monkeypatch.setenv("COVERAGE_S3_BUCKET", BUCKET)
    monkeypatch.setenv("COVERAGE_S3_PREFIX", prefix)
    node = {"version": 1, "kind": "v8", "metadata": {}, "omitted": [], "result": []}
    bodies = {
        "damaged": gzip.compress(b"{}" * 1000)[:-20],
        "other": b"hello",
        "empty": b"",
        "future": gzip.compress(json.dumps({**node, "kind": "python", "version": 99}).encode()),
        "escape": gzip.compress(json.dumps({**node, "kind": "python", "metadata": {"functionName": "f", "timestamp": "t"},
                                            "result": [{"path": "../../etc/passwd", "table": "0" * 64, "lines": [1]}]}).encode()),
        "intruder": gzip.compress(json.dumps({**node, "kind": "python", "metadata": {"functionName": "../../f", "timestamp": "t"}, "result": []}).encode()),
        "node": gzip.compress(json.dumps(node).encode()),
        "sqlite": b"SQLite format 3\0 and nothing more",
    }
    for name, body in bodies.items():
        assert upload_coverage_file(body, name, "1")["success"]
    result = combine_coverage_files(BUCKET, prefix)
    assert (result["files_processed"], result["files_skipped"]) == (1, len(bodies))
    errors = "\n".join(result["errors"])
    for expected in (
        "/damaged-1.coverage cannot be read: ",
        "/other-1.coverage is neither JSON nor a data file of coverage.py: ",
        "/empty-1.coverage is neither JSON nor a data file of coverage.py: ",
        "/future-1.coverage has version 99, and this release reads 1; update the layer",
        "/escape-1.coverage is damaged: ",
        "/intruder-1.coverage is damaged: ",
        "files of functions in Node.js are left out, 1 of them, ",
        "/sqlite-1.coverage cannot be read: ",
    ):
        assert expected in errors
    assert f"s3://{BUCKET}/{prefix}20" in errors


def test_what_cannot_be_in_one_file_of_data_is_logged(package, prefix, capfd):
    run_function(package, [SMALL], COVERAGE_S3_PREFIX=prefix)
    run_function(package, [SMALL], "lines-only", COVERAGE_S3_PREFIX=prefix, COVERAGE_BRANCH_COVERAGE="false")
    merge_coverage_data(download_coverage_files(BUCKET, prefix))
    logged = [json.loads(line) for stream in capfd.readouterr() for line in stream.splitlines()]
    message = "branches are left out, since some files were measured in lines only; measure all of them alike"
    assert [(one["level"], one["message"]) for one in logged] == [("WARNING", message)]


def test_keys_that_are_no_paths_are_named(package, prefix, capfd):
    run_function(package, [SMALL], COVERAGE_S3_PREFIX=prefix)
    boto3.client("s3").put_object(Bucket=BUCKET, Key=f"{prefix}../../escape.coverage", Body=b"x")
    left_out = f"s3://{BUCKET}/{prefix}../../escape.coverage is left out: its key is no path of a file, since it has '..'"
    result = combine_coverage_files(BUCKET, prefix)
    assert (result["files_processed"], result["files_skipped"], result["errors"]) == (1, 1, [left_out])
    assert len(download_coverage_files(BUCKET, prefix)) == 1
    assert left_out in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: combine_coverage_files(""), "bucket_name '' is not the name of a bucket"),
        (lambda: combine_coverage_files(BUCKET, "coverage"), "prefix 'coverage' does not end with a slash; use 'coverage/'"),
        (lambda: combine_coverage_files(BUCKET, "coverage/", "a.coverage"), "output_key 'a.coverage' is not a key for the report"),
        (lambda: download_coverage_files(BUCKET, 1), "prefix 1 is not a text"),
        (lambda: merge_coverage_data("a.coverage"), "coverage_files 'a.coverage' is not a list of paths"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(CoverageError, match=message.replace("(", r"\(")) as raised:
        call()
    assert not isinstance(raised.value, CoverageCombineError)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: combine_coverage_files("no-such-bucket"), "s3://no-such-bucket/coverage/ cannot be used: .*NoSuchBucket"),
        (lambda: combine_coverage_files(BUCKET, "nothing-here/"), "s3://.*/nothing-here/: there is no coverage"),
        (lambda: merge_coverage_data([]), "there is nothing to merge"),
        (lambda: merge_coverage_data(["/no/such/file"]), "cannot be merged: /no/such/file cannot be read"),
    ],
)
def test_what_cannot_be_combined_says_why(call, message):
    with pytest.raises(CoverageCombineError, match=message):
        call()
