"""Types of arguments that several ops share."""

from __future__ import annotations

from typing import Annotated, TypeGuard

from pydantic import Field, PlainValidator

MAX_SIZE = 2**31 - 1
"""The largest size or channel count: what fits in 32 bits."""


def sizes(value: object) -> object:
    """Whole numbers of at least 1: one for all axes, or one per axis."""
    if not _are_whole(value, least=1):
        raise ValueError("must be a whole number of at least 1, or a list of one per axis")
    return value


def paddings(value: object) -> object:
    """Whole numbers of at least 0: one for all axes, or one per axis."""
    if not _are_whole(value, least=0):
        raise ValueError("must be a whole number of at least 0, or a list of one per axis")
    return value


def dimensions(value: object) -> object:
    """A list of whole numbers of at least 1."""
    if not isinstance(value, tuple) or not _are_whole(value, least=1):
        raise ValueError("must be a list of whole numbers of at least 1")
    return value


def _are_whole(value: object, least: int) -> bool:
    entries = value if isinstance(value, tuple) and value else (value,)
    return all(is_whole(entry) and least <= entry <= MAX_SIZE for entry in entries)


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number; `true` and `false` are none."""
    return isinstance(value, int) and not isinstance(value, bool)


PerAxis = int | tuple[int, ...]

Positive = Annotated[int, Field(gt=0, le=MAX_SIZE)]
Sizes = Annotated[PerAxis, PlainValidator(sizes)]
Dimensions = Annotated[tuple[int, ...], PlainValidator(dimensions)]
Paddings = Annotated[PerAxis, PlainValidator(paddings)]
Epsilon = Annotated[float, Field(gt=0, lt=1)]
"""What is added to a variance: a channel count written in its place is none."""
Probability = Annotated[float, Field(ge=0, le=1)]
