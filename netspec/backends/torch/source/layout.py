"""Code to text, wrapped as `ruff format` wraps it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import isfinite
from typing import Any

from netspec.backends.torch.code import (
    Argument,
    Attribute,
    Call,
    Comprehension,
    Conditional,
    Dict,
    Entry,
    Infix,
    List,
    Literal,
    Name,
    Negative,
    Node,
    Not,
    Noted,
    Starred,
    Subscript,
    Text,
    Tuple,
)
from netspec.backends.torch.source.prose import comment_lines
from netspec.backends.torch.source.wrapping import (
    HARD,
    INDENT,
    SOFT,
    SPACE,
    TRAILING_COMMA,
    Group,
    Indented,
    Marked,
    WhenBroken,
    bracketed,
    flat,
    joined,
    rendered,
)


def lines(before: str, node: Node, after: str = "", *, depth: int = 0) -> list[str]:
    """The lines of a statement `before node after` at an indentation of `depth` levels."""
    margin = " " * (INDENT * depth)
    content = (margin + before, _statement_doc(node), after)
    return [*rendered(content, INDENT * depth)]


def text(node: Node) -> str:
    """The node on one line, however long."""
    return "".join(flat(_doc(node)))


def _statement_doc(node: Node) -> Any:
    """An operation that does not fit on its line is put in parentheses, unless it has brackets of
    its own at one end.
    """
    doc = _doc(node)
    if not isinstance(node, Infix | Conditional):
        return doc
    if isinstance(node, Infix) and _ends_in_brackets(node):
        return doc
    return Group((WhenBroken("("), Indented((SOFT, doc)), SOFT, WhenBroken(")")))


def _ends_in_brackets(node: Infix) -> bool:
    first, last = node.operands[0], node.operands[-1]
    called = isinstance(last, Call) and bool(last.arguments)
    return len(node.operands) == 2 and (called or _needs_brackets(first, node.operator, last=False))


def _doc(node: Node) -> Any:
    return _PRINTERS[type(node)](node)


def _entries(nodes: Iterable[Node]) -> tuple[Any, ...]:
    return (joined(map(_doc, nodes), (",", SPACE)), TRAILING_COMMA)


def _tuple(node: Tuple) -> Any:
    if len(node.items) == 1:
        return ("(", _doc(node.items[0]), ",)")
    return bracketed("(", _entries(node.items), ")")


def _pairs(nodes: Iterable[Node]) -> tuple[Any, ...]:
    pairs = [(_doc(n.key), ": ", _doc(n.value)) for n in nodes if isinstance(n, Entry)]
    return (joined(pairs, (",", SPACE)), TRAILING_COMMA)


def _call(node: Call) -> Any:
    doc = _plain_call(node)
    return Marked(doc, node.origin) if node.origin.spans else doc


def _plain_call(node: Call) -> Any:
    arguments = [a for a in node.arguments if not (isinstance(a, Argument) and a.is_default)]
    if not arguments:
        return (text(node.function), "()")
    if node.function == Name("OrderedDict") and isinstance(arguments[0], List):
        arguments = [_alone(arguments[0]) or arguments[0]]
    if isinstance(arguments[0], Comprehension) and not arguments[0].spread:
        return (text(node.function), bracketed("(", Group(_doc(arguments[0])), ")"))
    return (text(node.function), bracketed("(", Group(_entries(arguments)), ")"))


def _alone(node: List) -> Comprehension | None:
    """The comprehension that makes all items of the list, not spread any more."""
    if len(node.items) == 1 and isinstance(node.items[0], Comprehension):
        return replace(node.items[0], spread=False)
    return None


def _argument(node: Argument) -> Any:
    value = _doc(node.value)
    return (f"{node.keyword}=", value) if node.keyword else value


def _subscript(node: Subscript) -> Any:
    if isinstance(node.index, Tuple):
        return (_primary(node.value), bracketed("[", _entries(node.index.items), "]"))
    return (_primary(node.value), "[", _doc(node.index), "]")


def _list(node: List) -> Any:
    """A list; that of a comprehension has no comma at its end."""
    loop = _alone(node)
    if loop is not None:
        return bracketed("[", _doc(loop), "]")
    return bracketed("[", _entries(node.items), "]")


def _comprehension(node: Comprehension) -> Any:
    content = (_doc(node.element), SPACE, f"for {node.variable} in ", _doc(node.over))
    return bracketed("*(", content, ")") if node.spread else content


def _noted(node: Noted) -> Any:
    comments = [f"# {line}" for line in comment_lines(node.note)]
    return joined([*comments, _doc(node.node)], HARD)


_PRECEDENCE = {
    "or": 0,
    "and": 1,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "is", "is not"), 2),
    **dict.fromkeys("+-", 3),
    **dict.fromkeys(("*", "/", "//", "%"), 4),
    "**": 5,
}


def _infix(node: Infix) -> Any:
    first, *others = node.operands
    docs = [_operand(first, node.operator, last=False)]
    docs += [_operand(other, node.operator, last=True) for other in others]
    if _ends_in_brackets(node):
        return _broken_in_brackets(node, *docs)
    hugged = node.operator == "**" and _is_simple(first) and _is_simple(_unsigned(others[-1]))
    return Group(joined(docs, "**" if hugged else (SPACE, f"{node.operator} ")))


def _broken_in_brackets(node: Infix, left: Any, right: Any) -> Any:
    """Two operands on one line, of which the one in brackets may go on over the next lines."""
    operator = f" {node.operator} "
    if isinstance(node.operands[1], Call):
        return (left, operator, right)
    return (left, operator, "".join(flat(right)))


def _operand(node: Node, operator: str, *, last: bool) -> Any:
    doc = _doc(node)
    return bracketed("(", doc, ")") if _needs_brackets(node, operator, last=last) else doc


def _needs_brackets(node: Node, operator: str, *, last: bool) -> bool:
    if not isinstance(node, Infix):
        return operator == "**" and not last and _is_negative(node)
    inner, outer = _PRECEDENCE[node.operator], _PRECEDENCE[operator]
    associative = operator == node.operator and operator in "+*"
    tight = inner > outer or (inner == outer and (associative or not last))
    return not tight or operator == "**"


def _is_negative(node: Node) -> bool:
    if isinstance(node, Negative):
        return True
    return isinstance(node, Literal) and not isinstance(node.value, str) and node.value < 0


def _is_simple(node: Node) -> bool:
    """Whether a power of it, or to it, has no spaces."""
    if isinstance(node, Attribute):
        return _is_simple(node.value)
    return isinstance(node, Name | Literal) and not _is_negative(node)


def _unsigned(node: Node) -> Node:
    if isinstance(node, Negative):
        return node.value
    return Literal(abs(node.value)) if isinstance(node, Literal) else node


def _primary(node: Node) -> Any:
    return (
        bracketed("(", _doc(node), ")") if isinstance(node, Infix | Negative | Not) else _doc(node)
    )


def _value(value: Any) -> Any:
    if not isinstance(value, tuple):
        return literal(value)
    comma = "," if len(value) == 1 else TRAILING_COMMA
    return bracketed("(", (joined(map(_value, value), (",", SPACE)), comma), ")")


def literal(value: Any) -> str:
    """The value as Python source, in double quotes as `ruff format` has it."""
    if isinstance(value, tuple):
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, str):
        return repr(value) if '"' in value and "'" not in value else json.dumps(value)
    if isinstance(value, float):
        return (
            repr(value).replace("e-0", "e-").replace("e+", "e")
            if isfinite(value)
            else f'float("{value}")'
        )
    return repr(value)


def _text(node: Text) -> str:
    if all(isinstance(part, str) for part in node.parts):
        return literal("".join(map(str, node.parts)))
    inner = [p if isinstance(p, str) else "{" + text(p) + "}" for p in node.parts]
    return 'f"' + "".join(inner) + '"'


def _conditional(node: Conditional) -> Any:
    parts = (_doc(node.then), SPACE, "if ", _doc(node.condition), SPACE, "else ")
    return Group((*parts, _doc(node.otherwise)))


_PRINTERS: dict[type[Node], Callable[[Any], Any]] = {
    Name: lambda node: node.text,
    Literal: lambda node: _value(node.value),
    Text: _text,
    Call: _call,
    Argument: _argument,
    Attribute: lambda node: (_primary(node.value), f".{node.name}"),
    Subscript: _subscript,
    Infix: _infix,
    Negative: lambda node: ("-", _primary(node.value)),
    Conditional: _conditional,
    Not: lambda node: ("not ", _primary(node.value)),
    List: _list,
    Starred: lambda node: ("*", _primary(node.value)),
    Entry: lambda node: bracketed("(", _entries((node.key, node.value)), ")"),
    Tuple: _tuple,
    Dict: lambda node: bracketed("{", _pairs(node.entries), "}"),
    Comprehension: _comprehension,
    Noted: _noted,
}
