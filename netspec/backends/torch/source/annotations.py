"""Types of constructor parameters, as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MOST_LISTED = 4
"""Of so many items a tuple's type lists each."""


def annotation(column: Sequence[Any]) -> str:
    """The type of a parameter with those values, as written."""
    tuples = [value for value in column if isinstance(value, tuple)]
    kinds = {type(value).__name__ for value in column if not isinstance(value, tuple)}
    if kinds == {"int", "float"}:
        kinds = {"float"}
    return " | ".join(sorted(kinds | ({_tuple_annotation(tuples)} if tuples else set())))


def _tuple_annotation(tuples: Sequence[tuple[Any, ...]]) -> str:
    """The type of tuples; a few items of a common number are listed."""
    items = [item for values in tuples for item in values]
    if not items:
        return "tuple[()]"
    item, lengths = annotation(items), {len(values) for values in tuples}
    if len(lengths) == 1 and max(lengths) <= MOST_LISTED:
        return f"tuple[{', '.join([item] * max(lengths))}]"
    return f"tuple[{item}, ...]"
