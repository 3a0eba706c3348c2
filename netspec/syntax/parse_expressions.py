"""Nodes to expressions and to names with expressions in them."""

from __future__ import annotations

import re

from netspec.diagnostics import Span, SpecError, fault
from netspec.syntax.expression import Expression, parse_expression
from netspec.syntax.nodes import Node, Scalar, Sequence, describe
from netspec.syntax.steps import Template


def read_expression(node: Node) -> Expression:
    """A scalar or a list of them as one expression; raises `SpecError` (NS110, NS204)."""
    if isinstance(node, Scalar):
        return parse_expression(_source(node), node.span)
    if isinstance(node, Sequence):
        parts = [read_expression(item) for item in node.items]
        return parse_expression("[" + ", ".join(p.text for p in parts) + "]", node.span)
    raise fault("NS204", "expected an expression, not a mapping", node.span)


def run_on(span: Span) -> SpecError | None:
    """The fault (NS211) of a value that goes on with a line which was meant as a step."""
    lines = span.source.lines
    for number in range(span.line, min(span.end_line, len(lines))):
        entry = lines[number].split(" #")[0].strip()
        if entry.startswith("- "):
            column = len(lines[number]) - len(lines[number].lstrip()) + 1
            at = Span(span.source, number + 1, column, number + 1, column + len(entry))
            message = f"`{entry}` is indented below a value, and so is part of it"
            first = lines[span.line - 1].find("- ")
            hint = f"a step of its own stands in column {first + 1}" if first >= 0 else None
            return fault("NS211", message, at, hint=hint)
    return None


def _source(node: Scalar) -> str:
    if node.value is None:
        raise fault("NS204", "an expression is missing here", node.span)
    return node.text if isinstance(node.value, str) else repr(node.value)


def parse_text(node: Node) -> str:
    """A scalar as text; raises `SpecError` (NS204)."""
    if isinstance(node, Scalar) and node.value is not None:
        return node.text
    raise fault("NS204", f"expected a text, not {describe(node)}", node.span)


def parse_template(node: Node) -> Template:
    """A text with expressions in braces; raises `SpecError` (NS110, NS204)."""
    parts: list[str | Expression] = []
    for k, piece in enumerate(re.split(r"\{([^{}]*)\}", parse_text(node))):
        if k % 2:
            expression = parse_expression(piece, node.span)
            expression.words = frozenset()
            parts.append(expression)
        elif piece:
            parts.append(piece)
    return Template(tuple(parts), node.span)


def _as_name(text: str) -> str:
    """What could be meant by a text that is no name."""
    if found := re.search(r"\$\{?(\w+)\}?", text):
        return f"a variable stands in braces: `{text.replace(found[0], f'{{{found[1]}}}')}`"
    if text.count("{") != text.count("}"):
        return "each `{` is closed by a `}`"
    rule = "letters, digits and _, no digit first"
    name = re.sub(r"[^\w{}]", "_", text).strip("_")
    return f"{rule}: `{name}`" if re.match(r"[A-Za-z]", name) else rule


def parse_name(node: Node) -> Template:
    """The name of a module, perhaps with expressions in braces; raises `SpecError` (NS208)."""
    text, parts = parse_text(node), parse_template(node).parts
    literal = "".join(p for p in parts if isinstance(p, str))
    starts_badly = len(parts) == 1 and literal[:1].isdigit()
    if text in ("", "_") or not re.fullmatch(r"\w*", literal) or starts_badly:
        message = f"`{text}` cannot be the name of a module"
        raise fault("NS208", message, node.span, hint=_as_name(text))
    return Template(tuple(parts), node.span)
