"""Sizes of tensors in words, and what made them."""

from __future__ import annotations

from collections.abc import Sequence

from netspec.elaborate.ways import Stage, Way
from netspec.ops.checks import axis_name

SHOWN_SIZES = 8


def is_given(stage: Stage | None) -> bool:
    """Whether an argument states a size without speaking of the input's."""
    if stage is None or stage.argument not in stage.call.arguments:
        return False
    return "in_" not in (stage.expression or "")


def how(stage: Stage, befores: Sequence[int | None] = ()) -> str:
    """What an op made a size of (of several axes: each), or the expression that gave it."""
    if stage.argument is not None:
        return f" (`{stage.argument}: {stage.expression}`)" if stage.expression else ""
    if stage.before is not None:
        before = dict.fromkeys(befores or [stage.before])
        return f" (from {' and '.join(map(str, before))})"
    if stage.op.name == "concat":
        parts = [value.type.shape[stage.axis] for value in stage.call.inputs]
        return f" ({' + '.join(map(str, parts))})" if len(parts) <= SHOWN_SIZES else ""
    if "shape" in type(stage.op).model_fields:
        return " (by its `shape`)"
    return f" (from {stage.call.inputs[0].type})" if stage.call.inputs else ""


def sizes(ways: Sequence[Way]) -> str:
    """Sizes as the field calls them: `64 channels`, `height and width of 44`."""
    rank = len(ways[0].value.type.shape)
    if ways[0].axis == 0 and rank != 2:
        size, name = ways[0].size, axis_name(rank, 0)
        return f"{size} {name if size > 1 else name.removesuffix('s')}"
    names = [axis_name(rank, each.axis) for each in ways]
    if len({each.size for each in ways}) == 1:
        return f"{' and '.join(names)} of {ways[0].size}"
    return ", ".join(f"{name} of {each.size}" for name, each in zip(names, ways, strict=True))
