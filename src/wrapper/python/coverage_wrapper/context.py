"""Coverage of a block of code."""

from __future__ import annotations

from types import TracebackType
from typing import Optional, Type

from ._collection import Collection
from ._process_settings import own_collection, read_settings
from .models import CoverageConfig, bad_input


class CoverageContext:
    """What runs between its begin and its end is uploaded as an object of its own.

    Where invocations are collected (`CoverageLayer.attachTo`, `coverage_handler`), they still are, and the block is uploaded
    with the invocation. Elsewhere only blocks are uploaded, when they end. Coverage of the process starts with the first
    context that is made; it decides the configuration.

    Errors of the block are propagated. Errors of coverage are logged, and nothing here raises them. Counters belong to the
    process: what runs at the same time as the block counts in it.

    :param config: by default what the environment variables say
    :raises CoverageError: if it is no CoverageConfig
    """

    def __init__(self, config: Optional[CoverageConfig] = None) -> None:
        if config is not None and not isinstance(config, CoverageConfig):
            raise bad_input("config", config, "is not a CoverageConfig; pass one, or nothing for what the environment variables say")
        self._config = config
        self._open = 0
        self._collection: Optional[Collection] = None
        self._prepare()

    def __enter__(self) -> CoverageContext:
        """Begins the block. A context that is entered twice has to be left twice."""
        self._prepare()
        if self._collection is not None:
            try:
                self._collection.begin_block()
                self._open += 1
            except Exception as error:  # whatever it is, the block has to run
                self._report(error)
        return self

    def __exit__(self, exc_type: Optional[Type[BaseException]], exc_val: Optional[BaseException], exc_tb: Optional[TracebackType]) -> None:
        """Ends the block, and returns when its coverage is uploaded or given up."""
        if self._open > 0 and self._collection is not None:
            self._open -= 1
            try:
                self._collection.end_block()
            except Exception as error:  # whatever it is, the error of the block is the one that counts
                self._report(error)

    def _prepare(self) -> None:
        if self._collection is None:
            try:
                self._collection = own_collection(self._config)
            except Exception as error:  # whatever it is, the block has to run
                self._report(error)

    def _report(self, error: Exception) -> None:
        read_settings().log.error("CoverageError", str(error) or type(error).__name__, {})
