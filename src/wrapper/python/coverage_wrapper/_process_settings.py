"""What the environment variables say now, and over that what a configuration says."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Dict, List, NamedTuple, Optional

from ._collection import Collection
from ._log import Log
from ._settings import BUCKET, Problem, Settings, decode_environment
from ._start import running_collection, start_collection

BUCKET_MISSING = f"{BUCKET} is not set; set it to the name of the bucket that coverage goes to, or attach the function with CoverageLayer.attachTo"


class ProcessSettings(NamedTuple):
    environment: Dict[str, str]
    settings: Settings
    problems: List[Problem]
    deprecated: List[Problem]
    log: Log


_logs: Dict[bool, Log] = {}
"""One for each of its ways, since it says each thing once."""


def read_settings(config: Any = None) -> ProcessSettings:
    """Values that cannot be used are logged, once. Never raises for what is in the environment.

    :param config: a CoverageConfig
    """
    environment = dict(os.environ)
    decoded = decode_environment(environment)
    settings = decoded.settings
    if config is not None:
        settings = replace(
            settings,
            bucket=config.s3_bucket,
            prefix=config.s3_prefix,
            upload_timeout=config.upload_timeout,
            include=tuple(config.include_patterns or ()),
            exclude=tuple(config.exclude_patterns or ()),
            branch_coverage=config.branch_coverage,
            debug=config.debug,
        )
    log = _logs.setdefault(settings.debug, Log(environment.get("AWS_LAMBDA_FUNCTION_NAME", "unknown"), settings.debug))
    if settings.handler is None:  # else the wrapper in the layer has told
        for problem in decoded.problems:
            log.problem(problem)
        for problem in decoded.deprecated:
            log.deprecated(problem)
    return ProcessSettings(environment, settings, decoded.problems, decoded.deprecated, log)


_tried: set[Settings] = set()
"""What coverage could not be started with: what fails is tried and told once."""


def own_collection(config: Any = None) -> Optional[Collection]:
    """The collection of this process: the one that runs, whoever started it, or else a new one. Never raises.

    Nothing where coverage is not collected, which has been logged.
    """
    environment, settings, _, _, log = read_settings(config)
    running = running_collection()
    if running is not None:
        if config is not None and settings != running.settings:
            log.warning("the configuration of a CoverageContext is not used: coverage runs in this process already, with another one", {})
        return running
    # where the wrapper in the layer did not start coverage, it was told why, or this execution environment is not sampled
    if settings.handler is not None or settings in _tried:
        return None
    _tried.add(settings)
    return start_collection(environment, settings, log)
