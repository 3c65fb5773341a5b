"""The handler of a function that coverage is attached to: it starts coverage, and only then loads the function's own.

The runtime leaves leading frames of files with this name out of stack traces, so those of an attached function are as they
were. `handler` is made when it is asked for: what the user's module raises while it is loaded passes no other frames.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
import traceback
from typing import Any, Callable, Optional

from ._collection import Collection
from ._log import Log
from ._settings import HANDLER, decode_environment
from ._start import running_collection, start_collection

Handler = Callable[[Any, Any], Any]

_RUNTIME = "awslambdaric.bootstrap"
_OWN_HANDLER = "coverage_wrapper.bootstrap.handler"


def __getattr__(name: str) -> Any:
    if name != "handler":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    collection = _started()
    own = os.environ.get(HANDLER)
    if own is None:
        raise RuntimeError(f"{HANDLER} is not set; it names the function's own handler: attach the function with CoverageLayer.attachTo")
    if os.environ.get("_HANDLER") == _OWN_HANDLER:
        os.environ["_HANDLER"] = own
    try:
        loaded = _load(own)
    except AttributeError as error:
        # out of here it would say that this module has no handler
        raise _as_fault(error) from None
    if collection is not None:
        collection.loaded()
    globals()["handler"] = handler = loaded if collection is None else observed(loaded, collection)
    return handler


def observed(handler: Handler, collection: Collection) -> Handler:
    """A handler that tells the collection when it begins and ends."""

    @functools.wraps(handler)
    def observed_handler(event: Any, context: Any) -> Any:
        ended = collection.begin(context)
        try:
            return handler(event, context)
        finally:
            ended()

    return observed_handler


def _started() -> Optional[Collection]:
    running = running_collection()
    if running is not None:
        return running
    environment = dict(os.environ)
    decoded = decode_environment(environment)
    log = Log(environment.get("AWS_LAMBDA_FUNCTION_NAME", "unknown"), decoded.settings.debug)
    for problem in decoded.problems:
        log.problem(problem)
    for problem in decoded.deprecated:
        log.deprecated(problem)
    collection = start_collection(environment, decoded.settings, log)
    if collection is not None:
        collection.track()
        collection.prepared()
    return collection


def _load(name: str) -> Handler:
    """By the runtime's own rules, so with its own errors, where it is the runtime that asks."""
    runtime = sys.modules.get(_RUNTIME)
    own_loader: Any = getattr(runtime, "_get_handler", None)
    if callable(own_loader):
        return own_loader(name)  # type: ignore[no-any-return]  # the runtime client has no types
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), attribute)  # type: ignore[no-any-return]  # a handler is anything


def _as_fault(error: AttributeError) -> BaseException:
    """What the runtime would make of an error while the user's module is loaded."""
    fault: Any = getattr(sys.modules.get(_RUNTIME), "FaultException", None)
    if fault is None:
        return RuntimeError(str(error))
    frames = traceback.extract_tb(error.__traceback__)
    own = next((index for index, frame in enumerate(frames) if "/bootstrap.py" not in frame.filename), len(frames))
    return fault(type(error).__name__, str(error), traceback.format_list(frames[own:]))  # type: ignore[no-any-return]  # as above
