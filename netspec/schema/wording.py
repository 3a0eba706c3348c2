"""What arguments may be, in words, from the pydantic fields of ops and the parameters of blocks."""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from netspec.ops.base import Op
from netspec.ops.fields import MAX_SIZE
from netspec.syntax.spec import Parameter

VALIDATED = {
    "dimensions": "list of sizes, at least 1",
    "formula": "a formula",
    "sizes": "size per axis, at least 1",
    "paddings": "size per axis, at least 0",
    "axes_order": "list of axes",
    "lengths": "list of sizes, at least 1; one may be -1",
    "positions": "whole number, or a list of them",
    "borders": "size at both ends, at least 0; or per axis a size or `[before, after]`",
    "_conv_padding": "size per axis, at least 0, or `same`, or `causal`",
}
"""What the validators of argument types accept."""
UNGIVEN = {
    ("avg_pool", "stride"): "the kernel",
    ("grid_sample", "size"): "the image's",
    ("max_pool", "stride"): "the kernel",
    ("max_unpool", "size"): "as the op says",
    ("max_unpool", "stride"): "the kernel",
    ("split", "parts"): "2, unless `sizes` is given",
    ("split", "sizes"): "`parts` equal ones",
    ("upsample", "by"): "2, unless `size` is given",
    ("upsample", "size"): "`by` times as many",
}
"""What an argument without a default is where it is not given, by op and argument."""
TYPES = {int: "whole number", float: "number", bool: "`true` or `false`", str: "text"}
BOUNDS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}


def values(cls: type[Op], name: str, field: FieldInfo) -> tuple[str, str]:
    """What an argument of an op may be, and its default."""
    kinds = _without_none(field.annotation)
    if field.is_required():
        default = "required"
    elif field.default is None:
        default = UNGIVEN.get((cls.name, name), "none")
    else:
        default = f"`{_literal(field.default)}`"
    return _words(*kinds, *field.metadata), default


def block_values(parameter: Parameter) -> tuple[str, str]:
    """The type of a parameter of a block, where it says one, and its default as written."""
    if parameter.default is None:
        return f"`{parameter.kind}`", "required"
    span = parameter.default.span
    line = span.source.lines[span.line - 1]
    return "", f"`{line[span.column - 1 : span.end_column - 1]}`"


def _without_none(annotation: Any) -> tuple[Any, ...]:
    """The type that an annotation names beside None, with what constrains it."""
    given = [each for each in get_args(annotation) if each is not types.NoneType]
    if types.NoneType in get_args(annotation) and len(given) == 1:
        annotation = given[0]
    if get_origin(annotation) is Annotated:
        return tuple(each for part in get_args(annotation) for each in _constraints(part))
    return (annotation,)


def _constraints(part: Any) -> tuple[Any, ...]:
    return tuple(part.metadata) if isinstance(part, FieldInfo) else (part,)


def _words(annotation: Any, *constraints: Any) -> str:
    for constraint in constraints:
        if (known := VALIDATED.get(_validator(constraint))) is not None:
            return known
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(annotation))
    kind = TYPES.get(annotation, "list" if get_origin(annotation) is tuple else "value")
    return ", ".join([kind, *(bound for each in constraints for bound in _bounds(each))])


def _validator(constraint: Any) -> str:
    return getattr(getattr(constraint, "func", None), "__name__", "")


def _bounds(constraint: Any) -> list[str]:
    limits = {word: getattr(constraint, attribute, None) for attribute, word in BOUNDS.items()}
    return [f"{word} {limit}" for word, limit in limits.items() if limit not in (None, MAX_SIZE)]


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
