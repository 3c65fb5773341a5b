"""Which files the user wants to see; the rules of `src/patterns/path-filter.ts`, by which the combiner filters again."""

from __future__ import annotations

import re
from typing import Callable, List, Optional, Sequence


def path_filter(include: Sequence[str], exclude: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path below the task root is wanted.

    A pattern that this module cannot read leaves the decision to the combiner, which knows all kinds of globs.
    """
    # whether `folder/**` is for a file of that name depends: the combiner knows
    included = _matcher(include, with_itself=True)
    excluded = _matcher(exclude, with_itself=False)
    return lambda path: (not include or included is None or included(path)) and not (exclude and excluded is not None and excluded(path))


def _matcher(patterns: Sequence[str], with_itself: bool) -> Optional[Callable[[str], bool]]:
    expressions: List[str] = []
    for pattern in patterns:
        bare = re.sub(r"^\.?/", "", pattern) or "**"
        below = re.sub(r"/\*{0,2}$", "/**", bare)
        expression = _expression(below, with_itself)
        if expression is None:
            return None
        expressions.append(expression if bare.startswith("**/") else f"(?:.*/)?{expression}")
    matches = re.compile("|".join(f"(?:{one})" for one in expressions), re.DOTALL).fullmatch
    return lambda path: matches(path) is not None


def _expression(glob: str, with_itself: bool) -> Optional[str]:
    """The regular expression of a glob of `*`, `**` and `?`; nothing for one that has more."""
    if re.search(r"[\[\]{}()!+@|\\]", glob):
        return None
    parts: List[str] = []
    segments = re.sub(r"(?:\*\*/)+\*\*(?=/|$)", "**", glob).split("/")
    for index, segment in enumerate(segments):
        is_last = index == len(segments) - 1
        if segment != "**":
            text = "".join("[^/]*" if one == "*" else "[^/]" if one == "?" else re.escape(one) for one in re.sub(r"\*+", "*", segment))
            parts.append(text if is_last else f"{text}/")
        elif not is_last:
            parts.append("(?:.*/)?")
        elif index > 0 and with_itself:
            parts[-1] = f"{parts[-1][:-1]}(?:/.*)?"
        else:
            parts.append(".*")
    return "".join(parts)
