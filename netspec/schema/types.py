"""What values an argument of an op takes, from the annotation of its field.

Wherever a number, boolean or list is meant, a text is an expression. What is not known here (a
type of someone's own) takes anything: the schema of an editor may miss a fault, but not see one
where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from netspec.schema.parts import Schema

SCALARS = {int: "integer", float: "number", bool: "boolean", str: "string"}
BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
ANYTHING: Schema = {}


def accepted(field: FieldInfo) -> Schema:
    """The values that a field takes, an expression among them."""
    return _accepted(field.annotation, field.metadata)


def words(field: FieldInfo) -> list[str]:
    """The words that a field enumerates, in order."""
    return list(dict.fromkeys(_words(field.annotation)))


def _words(annotation: Any) -> Iterable[str]:
    if get_origin(annotation) is Literal:
        return [word for word in get_args(annotation) if isinstance(word, str)]
    return [word for each in get_args(annotation) for word in _words(each)]


def _accepted(annotation: Any, constraints: Iterable[Any] = ()) -> Schema:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _accepted(inner[0], [each for part in inner[1:] for each in _unpacked(part)])
    if origin in (Union, UnionType):
        return _either([_accepted(each) for each in inner if each is not NoneType])
    if origin is Literal:
        return _either([_accepted(type(word)) for word in inner])
    if origin is tuple:
        entries = _either([_accepted(each) for each in inner if each is not Ellipsis])
        return {"type": ["array", "string"], "items": entries}
    if annotation not in SCALARS:
        return ANYTHING
    types = dict.fromkeys([SCALARS[annotation], "string"])
    return {"type": list(types), **_bounds(constraints)}


def _unpacked(part: Any) -> list[Any]:
    return part.metadata if isinstance(part, FieldInfo) else [part]


def _bounds(constraints: Iterable[Any]) -> Schema:
    return {
        keyword: limit
        for each in constraints
        for attribute, keyword in BOUNDS.items()
        if isinstance(limit := getattr(each, attribute, None), int | float)
    }


def _either(options: list[Schema]) -> Schema:
    """One schema for several: their types together, and what only one of them says of its own."""
    if ANYTHING in options or len(options) < 2:
        return options[0] if len(options) == 1 else ANYTHING
    types = dict.fromkeys(each for option in options for each in option["type"])
    numeric = [each for each in options if {"integer", "number"} & {*each["type"]}]
    lists = [each["items"] for each in options if "items" in each]
    bounds = {k: v for k, v in numeric[0].items() if k in BOUNDS.values()} if numeric else {}
    return {
        "type": list(types),
        **(bounds if len(numeric) == 1 else {}),
        **({"items": _either(lists)} if lists else {}),
    }
