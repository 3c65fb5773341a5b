"""The environment variables between a coverage layer at synth time and the wrapper, decoded.

Names, defaults and rules are those of `src/contract/environment.ts`; a test holds the two against each other.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple, TypeVar, Union

from ._keys import DEFAULT_PREFIX, prefix_problem

T = TypeVar("T")

# most wildcards in one name of a path: the time to match grows with their number as the exponent
_MAX_WILDCARDS = 4
_WILDCARDS = re.compile(r"\*+")
# a repeated group that has wildcards or groups: the time to match grows exponentially with the path
_REPEATED_WILDCARDS = re.compile(r"[*+]\([^)]*[*+?!@(]")

BUCKET = "COVERAGE_S3_BUCKET"
PREFIX = "COVERAGE_S3_PREFIX"
UPLOAD_TIMEOUT = "COVERAGE_UPLOAD_TIMEOUT"
INCLUDE_PATTERNS = "COVERAGE_INCLUDE_PATTERNS"
EXCLUDE_PATTERNS = "COVERAGE_EXCLUDE_PATTERNS"
BRANCH_COVERAGE = "COVERAGE_BRANCH_COVERAGE"
DEBUG = "COVERAGE_DEBUG"
HANDLER = "COVERAGE_HANDLER"
RUN_ID = "COVERAGE_RUN_ID"
UPLOAD_MODE = "COVERAGE_UPLOAD_MODE"
SAMPLING = "COVERAGE_SAMPLING"
DIRECTORY = "COVERAGE_DIRECTORY"

DEPRECATED = {BUCKET: "COVERAGE_BUCKET", PREFIX: "COVERAGE_PREFIX"}
"""The names that release 0.x of the reference had; read where the bucket has no new name."""

UPLOAD_MODES = ("every-invocation", "on-change")
MAX_PATTERNS_LENGTH = 1024
MAX_UPLOAD_TIMEOUT = 900
DEFAULT_UPLOAD_TIMEOUT = 30


@dataclass(frozen=True)
class Settings:
    """What a function's wrapper is told."""

    bucket: Optional[str] = None
    """Bucket that raw objects are uploaded to; without one, and without a directory, nothing is collected."""
    prefix: str = DEFAULT_PREFIX
    upload_timeout: int = DEFAULT_UPLOAD_TIMEOUT
    """Seconds after which an upload is given up, 1 to 900."""
    include: Tuple[str, ...] = ()
    """Globs of files to keep, relative to the task root or the repository; none is for all."""
    exclude: Tuple[str, ...] = ()
    branch_coverage: bool = True
    debug: bool = False
    handler: Optional[str] = None
    """The function's own handler, as its `Handler` property said before it was redirected."""
    run_id: Optional[str] = None
    upload_mode: str = "every-invocation"
    sampling: float = 1
    """The part of the execution environments that collect, 0 to 1."""
    directory: Optional[str] = None
    """Absolute path of a folder that objects are written to instead of a bucket."""


class Problem(NamedTuple):
    """A variable whose value could not be used."""

    variable: str
    value: str
    message: str


@dataclass
class Decoded:
    """What an environment holds."""

    settings: Settings
    problems: List[Problem] = field(default_factory=list)
    deprecated: List[Problem] = field(default_factory=list)


class Refusal(NamedTuple):
    """Why a value cannot be used."""

    reason: str


def decode_environment(environment: Mapping[str, str]) -> Decoded:
    """The settings that an environment holds. Never raises: what cannot be used is named, and its default taken."""
    decoded = Decoded(Settings())
    # where the bucket has its new name, a variable with an old one is none of ours
    is_old = BUCKET not in environment

    def read(name: str, fallback: T, decode: Callable[[str], Union[T, Refusal]]) -> T:
        old = DEPRECATED.get(name) if is_old else None
        variable = old if name not in environment and old is not None and old in environment else name
        value = environment.get(variable)
        if value is None:
            return fallback
        if variable == old:
            decoded.deprecated.append(Problem(variable, value, f"is the name of release 0.x; use {name}"))
        result = decode(value)
        if isinstance(result, Refusal):
            used = "it is ignored" if fallback is None else f"the default is used: {json.dumps(fallback)}"
            decoded.problems.append(Problem(variable, value, f"{result.reason}; {used}"))
            return fallback
        return result

    default = Settings()
    decoded.settings = Settings(
        bucket=read(BUCKET, default.bucket, _text),
        prefix=read(PREFIX, default.prefix, _prefix),
        upload_timeout=read(UPLOAD_TIMEOUT, default.upload_timeout, _seconds),
        include=read(INCLUDE_PATTERNS, default.include, _patterns),
        exclude=read(EXCLUDE_PATTERNS, default.exclude, _patterns),
        branch_coverage=read(BRANCH_COVERAGE, default.branch_coverage, _boolean),
        debug=read(DEBUG, default.debug, _boolean),
        handler=read(HANDLER, default.handler, _text),
        run_id=read(RUN_ID, default.run_id, _text),
        upload_mode=read(UPLOAD_MODE, default.upload_mode, _upload_mode),
        sampling=read(SAMPLING, default.sampling, _sampling),
        directory=read(DIRECTORY, default.directory, _directory),
    )
    return decoded


def patterns_problem(patterns: Tuple[str, ...]) -> Optional[str]:
    """What is wrong with a list of patterns, or nothing."""
    for pattern in patterns:
        if "," in pattern or pattern.strip() != pattern or pattern == "":
            return f"pattern '{pattern}' is empty, has a comma or begins or ends with a space; give each pattern as an item of its own"
    for pattern in patterns:
        if _REPEATED_WILDCARDS.search(pattern) or any(len(_WILDCARDS.findall(name)) > _MAX_WILDCARDS for name in pattern.split("/")):
            return (
                f"pattern '{pattern}' takes too long to match: it has more than {_MAX_WILDCARDS} wildcards in one name, "
                "or a repeated group with wildcards in it; give several simpler patterns"
            )
    length = len(",".join(patterns))
    return f"the patterns have {length} characters; {MAX_PATTERNS_LENGTH} at most" if length > MAX_PATTERNS_LENGTH else None


def _text(value: str) -> Union[Optional[str], Refusal]:
    return value or None


def _prefix(value: str) -> Union[str, Refusal]:
    problem = prefix_problem(value)
    return value if problem is None else Refusal(problem)


def _seconds(value: str) -> Union[int, Refusal]:
    if re.fullmatch("[0-9]+", value) and 1 <= int(value) <= MAX_UPLOAD_TIMEOUT:
        return int(value)
    return Refusal(f"is not a whole number of seconds from 1 to {MAX_UPLOAD_TIMEOUT}")


def _patterns(value: str) -> Union[Tuple[str, ...], Refusal]:
    patterns = tuple(pattern.strip() for pattern in value.split(",") if pattern.strip() != "")
    problem = patterns_problem(patterns)
    return patterns if problem is None else Refusal(problem)


def _boolean(value: str) -> Union[bool, Refusal]:
    known: Dict[str, bool] = {"true": True, "1": True, "false": False, "0": False}
    return known.get(value.lower(), Refusal("is none of 'true', 'false', '1' and '0'"))


def _upload_mode(value: str) -> Union[str, Refusal]:
    return value if value in UPLOAD_MODES else Refusal(f"is none of {' and '.join(repr(name) for name in UPLOAD_MODES)}")


def _sampling(value: str) -> Union[float, Refusal]:
    try:
        rate = float(value) if re.fullmatch(r"[0-9.]+(?:[eE]-?[0-9]+)?", value) else -1.0
    except ValueError:
        rate = -1.0
    return rate if 0 <= rate <= 1 else Refusal("is not a number from 0 to 1")


def _directory(value: str) -> Union[Optional[str], Refusal]:
    return value or None if value == "" or value.startswith("/") else Refusal("is not an absolute path")
