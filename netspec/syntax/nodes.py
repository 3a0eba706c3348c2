"""YAML nodes that remember where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from netspec.diagnostics import Span, fault

Constant = int | float | bool | str | None

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_MOST_DIGITS = 30
"""A longer whole number stays text, and so goes through the limits of expressions."""
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Constant] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
    ".inf": float("inf"),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}


def core_value(text: str) -> Constant:
    """What a plain scalar means by the core rules of YAML 1.2: `no` is a word, `1e-5` a float."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        if len(text) > _MOST_DIGITS:
            return text
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


@dataclass(eq=False, slots=True)
class Scalar:
    """A scalar: its text as written, and its value (a quoted one is always a string)."""

    text: str
    span: Span
    plain: bool = True
    value: Constant = field(init=False)

    def __post_init__(self) -> None:
        self.value = core_value(self.text) if self.plain else self.text


@dataclass(eq=False, slots=True)
class Sequence:
    items: list[Node]
    span: Span


@dataclass(eq=False, slots=True)
class Mapping:
    items: list[tuple[Scalar, Node]]
    span: Span

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.items)

    def get(self, key: str) -> Node | None:
        """The value under that key, or None."""
        return next((value for name, value in self.items if name.text == key), None)


Node = Scalar | Sequence | Mapping


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def describe(node: Node) -> str:
    """The node's kind as messages name it."""
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    if isinstance(node, Mapping):
        return "a mapping"
    return "nothing" if node.value is None else f"`{node.text}`"


def as_mapping(node: Node, what: str, hint: str | None = None) -> Mapping:
    """The node if it is a mapping; raises `SpecError` (NS205) if not, with that hint."""
    if not isinstance(node, Mapping):
        if isinstance(node, Sequence) and any(isinstance(item, Mapping) for item in node.items):
            hint = "its entries have names, and no dashes"
        raise fault("NS205", f"{what} is a mapping, not {describe(node)}", node.span, hint=hint)
    return node
