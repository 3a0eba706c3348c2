"""Code to text, wrapped as `ruff format` wraps it: a small Wadler printer over groups and lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

from netspec.backends.torch.code import (
    Argument,
    Attribute,
    Call,
    Comprehension,
    Infix,
    List,
    Literal,
    Name,
    Node,
    Noted,
    Pair,
    Subscript,
    Text,
)
from netspec.backends.torch.source.prose import WIDTH, comment_lines

INDENT = 4


@dataclass(frozen=True, slots=True)
class Group:
    """Written on one line if that fits, else broken at all of its own lines."""

    content: Any


@dataclass(frozen=True, slots=True)
class Indented:
    """One level deeper after each break."""

    content: Any


@dataclass(frozen=True, slots=True)
class Line:
    """A break in a broken group; `flat` stands for it otherwise."""

    flat: str


@dataclass(frozen=True, slots=True)
class WhenBroken:
    """Text that only a broken group has."""

    text: str


SOFT, SPACE, TRAILING_COMMA = Line(""), Line(" "), WhenBroken(",")
HARD = Line("\n")
"""A break that no group around it can do without."""


def lines(before: str, node: Node, after: str = "", *, depth: int = 0) -> list[str]:
    """The lines of a statement `before node after` at an indentation of `depth` levels."""
    margin = " " * (INDENT * depth)
    content = (margin + before, _statement_doc(node), after)
    return _render(content, INDENT * depth).split("\n")


def text(node: Node) -> str:
    """The node on one line, however long."""
    return "".join(_flat(_doc(node)))


# ------------------------------------------------------------------------------------- the printer


def _render(content: Any, indentation: int) -> str:
    out: list[str] = []
    column = 0
    todo: list[tuple[Any, int, bool]] = [(content, indentation, True)]
    while todo:
        doc, margin, broken = todo.pop()
        if isinstance(doc, str):
            out.append(doc)
            column += len(doc)
        elif isinstance(doc, tuple):
            todo += [(part, margin, broken) for part in reversed(doc)]
        elif isinstance(doc, Group):
            fits = _fits(doc, todo, WIDTH - column)
            todo.append((doc.content, margin, not fits))
        elif isinstance(doc, Indented):
            todo.append((doc.content, margin + INDENT, broken))
        elif isinstance(doc, WhenBroken):
            todo.append((doc.text if broken else "", margin, broken))
        elif broken:
            out.append("\n" + " " * margin)
            column = margin
        else:
            todo.append((doc.flat, margin, broken))
    return "".join(out)


def _fits(group: Group, rest: list[tuple[Any, int, bool]], room: int) -> bool:
    """Whether the group on one line, and what follows it up to the next break, fits."""
    flat = "".join(_flat(group))
    if "\n" in flat:
        return False
    room -= len(flat)
    following = [(doc, broken) for doc, _, broken in rest]
    while following and room >= 0:
        doc, broken = following.pop()
        if isinstance(doc, str):
            room -= len(doc)
        elif isinstance(doc, tuple):
            following += [(part, broken) for part in reversed(doc)]
        elif isinstance(doc, Group):
            following.append((doc.content, False))
        elif isinstance(doc, Indented):
            following.append((doc.content, broken))
        elif isinstance(doc, WhenBroken):
            room -= len(doc.text) if broken else 0
        elif broken:
            return True
        else:
            room -= len(doc.flat)
    return room >= 0


def _flat(doc: Any) -> Iterable[str]:
    if isinstance(doc, str):
        yield doc
    elif isinstance(doc, tuple):
        for part in doc:
            yield from _flat(part)
    elif isinstance(doc, Group | Indented):
        yield from _flat(doc.content)
    elif isinstance(doc, Line):
        yield doc.flat


# ------------------------------------------------------------------------------------------- nodes


def _statement_doc(node: Node) -> Any:
    """An operation that does not fit on its line is put in parentheses."""
    doc = _doc(node)
    if not isinstance(node, Infix):
        return doc
    return Group((WhenBroken("("), Indented((SOFT, doc)), SOFT, WhenBroken(")")))


def _doc(node: Node) -> Any:
    return _PRINTERS[type(node)](node)


def _joined(docs: Iterable[Any], separator: Any) -> tuple[Any, ...]:
    result: list[Any] = []
    for doc in docs:
        result += [separator, doc] if result else [doc]
    return tuple(result)


def _bracketed(opening: str, content: Any, closing: str) -> Group:
    return Group((opening, Indented((SOFT, content)), SOFT, closing))


def _entries(nodes: Iterable[Node]) -> tuple[Any, ...]:
    return (_joined(map(_doc, nodes), (",", SPACE)), TRAILING_COMMA)


def _call(node: Call) -> Any:
    arguments = [a for a in node.arguments if not (isinstance(a, Argument) and a.is_default)]
    if not arguments:
        return (text(node.function), "()")
    if isinstance(arguments[0], Comprehension) and not arguments[0].spread:
        return (text(node.function), _bracketed("(", Group(_doc(arguments[0])), ")"))
    return (text(node.function), _bracketed("(", Group(_entries(arguments)), ")"))


def _argument(node: Argument) -> Any:
    value = _doc(node.value)
    return (f"{node.keyword}=", value) if node.keyword else value


def _comprehension(node: Comprehension) -> Any:
    content = (_doc(node.element), SPACE, f"for {node.variable} in range(", _doc(node.count), ")")
    return _bracketed("*(", content, ")") if node.spread else content


def _noted(node: Noted) -> Any:
    comments = [f"# {line}" for line in comment_lines(node.note)]
    return _joined([*comments, _doc(node.node)], HARD)


_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "**": 3}


def _infix(node: Infix) -> Any:
    hugged = node.operator == "**" and all(isinstance(o, Name | Literal) for o in node.operands)
    operator = "**" if hugged else (SPACE, f"{node.operator} ")
    first, *others = node.operands
    operands = [_operand(first, node.operator, last=False)]
    operands += [_operand(other, node.operator, last=True) for other in others]
    return Group(_joined(operands, operator))


def _operand(node: Node, operator: str, *, last: bool) -> Any:
    doc = _doc(node)
    if not isinstance(node, Infix):
        return doc
    inner, outer = _PRECEDENCE[node.operator], _PRECEDENCE[operator]
    associative = operator == node.operator and operator in "+*"
    tight = inner > outer or (inner == outer and (associative or not last))
    return doc if tight and operator != "**" else _bracketed("(", doc, ")")


def _primary(node: Node) -> Any:
    return _bracketed("(", _doc(node), ")") if isinstance(node, Infix) else _doc(node)


def literal(value: Any) -> str:
    """The value as Python source, in double quotes as `ruff format` has it."""
    if isinstance(value, tuple):
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, str):
        return repr(value) if '"' in value and "'" not in value else json.dumps(value)
    if isinstance(value, float):
        return repr(value).replace("e-0", "e-") if isfinite(value) else f'float("{value}")'
    return repr(value)


def _text(node: Text) -> str:
    if all(isinstance(part, str) for part in node.parts):
        return literal("".join(map(str, node.parts)))
    inner = [p if isinstance(p, str) else "{" + text(p) + "}" for p in node.parts]
    return 'f"' + "".join(inner) + '"'


_PRINTERS: dict[type[Node], Callable[[Any], Any]] = {
    Name: lambda node: node.text,
    Literal: lambda node: literal(node.value),
    Text: _text,
    Call: _call,
    Argument: _argument,
    Attribute: lambda node: (_primary(node.value), f".{node.name}"),
    Subscript: lambda node: (_primary(node.value), "[", _doc(node.index), "]"),
    Infix: _infix,
    List: lambda node: _bracketed("[", _entries(node.items), "]"),
    Pair: lambda node: _bracketed("(", _entries((node.label, node.value)), ")"),
    Comprehension: _comprehension,
    Noted: _noted,
}
