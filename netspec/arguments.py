"""Values from outside, Python's or the command line's, as nodes of a spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netspec.diagnostics import Source, Span
from netspec.syntax.nodes import Mapping as MappingNode
from netspec.syntax.nodes import Node, Scalar, Sequence


def argument_node(value: Any, name: str) -> Node:
    """A Python value as a node of a spec, placed in a source called `name=value`."""
    span = _span(f"{name}={value!r}")
    if isinstance(value, list | tuple):
        return Sequence([argument_node(entry, name) for entry in value], span)
    if isinstance(value, Mapping):
        entries = [(Scalar(str(key), span), argument_node(v, name)) for key, v in value.items()]
        return MappingNode(entries, span)
    if isinstance(value, bool) or value is None:
        return Scalar(str(value).lower() if value is not None else "", span)
    if isinstance(value, int | float | str):
        return Scalar(str(value), span)
    raise TypeError(f"{name} is a number, string, list or mapping, not {type(value).__name__}")


def number_node(value: int | float, name: str) -> Node:
    """A number of just this type, whatever its text would be read as."""
    node = Scalar(str(value), _span(f"{name}={value!r}"))
    node.value = value
    return node


def _span(text: str) -> Span:
    return Span(Source("the arguments", text), 1, 1, 1, len(text) + 1)
