"""Coverage of the invocations of a handler, without the layer's redirection."""

from __future__ import annotations

from typing import Any, Callable, TypeVar

from ._process_settings import own_collection, read_settings
from .models import bad_input

Handler = TypeVar("Handler", bound=Callable[..., Any])


def coverage_handler(func: Handler) -> Handler:
    """A handler with coverage of its invocations, and with the same answers and errors.

    Where the function is attached with `CoverageLayer.attachTo`, the layer does this for the function as a whole, and the
    handler is given back as it is: nothing is collected twice. Without that, coverage of this process starts with this
    call: lines that ran before, among them those above it in its own module, are not counted. Coverage that cannot be
    started is logged, and the handler is given back as it is.

    :raises CoverageError: if it cannot be called
    """
    if not callable(func):
        raise bad_input("func", func, "is not a function; put @coverage_handler above the function that Lambda calls")
    settings = read_settings()
    if settings.settings.handler is not None:
        return func
    try:
        collection = own_collection()
        if collection is None:
            return func
        from .bootstrap import observed

        collection.track()
        collection.prepared()
        return observed(func, collection)  # type: ignore[return-value]  # it has the signature of what it wraps
    except Exception as error:  # whatever it is, the function has to run
        settings.log.error("CoverageInitializationError", str(error) or type(error).__name__, {})
        return func
