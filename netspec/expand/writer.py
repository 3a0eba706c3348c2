"""Nodes as YAML, in the layout that they were written in, with a comment on each line."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import yaml

from netspec.diagnostics import Report, Source
from netspec.expand.origins import MERGED, Origin, Origins
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, core_value
from netspec.syntax.reader import read_nodes

WIDTH = 96
"""Where long texts and lists are broken, before the comment."""
COMMENTS = 72
"""The comments stand in one column, at most two behind this; those of longer lines behind them."""
_IN_BLOCKS = ("params", "defaults", "blocks")
_FLOW = re.compile(r"(&\S+\s+)?[\[{]")
_FOLDED = re.compile(r"(&\S+\s+)?[>|]")


def written(root: Mapping, origins: Origins) -> str:
    """The document as text."""
    text = _emitted(root)
    twin = read_nodes(Source("expanded", text), Report())
    assert isinstance(twin, Mapping)
    lines = text.rstrip("\n").split("\n")
    notes = _notes(root, twin, origins)
    column = min(COMMENTS, max(len(lines[n - 1]) for n in notes)) + 2
    for number, note in notes.items():
        lines[number - 1] = f"{lines[number - 1].ljust(column - 2)}  # {note}"
    for number in sorted(_spaced(twin), reverse=True):
        lines.insert(number - 1, "")
    return "\n".join(lines) + "\n"


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists in mappings are indented, as specs have them."""
        super().increase_indent(flow, False)


def _emitted(root: Mapping) -> str:
    stream = io.StringIO()
    yaml.emit(_document(root), stream, Dumper=_Dumper, width=WIDTH, allow_unicode=True)
    return stream.getvalue()


def _document(root: Mapping) -> Iterator[Any]:
    yield yaml.StreamStartEvent()
    yield yaml.DocumentStartEvent(explicit=False)
    yield yaml.MappingStartEvent(None, None, True, flow_style=False)
    for key, value in root:
        yield from _events(key, flow=False)
        if key.text in _IN_BLOCKS and isinstance(value, Mapping) and value.items:
            yield from _mapping(value, flow=False)
        else:
            yield from _events(value, flow=False)
    yield yaml.MappingEndEvent()
    yield yaml.DocumentEndEvent()
    yield yaml.StreamEndEvent()


def _events(node: Node, *, flow: bool) -> Iterator[Any]:
    if isinstance(node, Scalar):
        yield _scalar(node, flow=flow)
        return
    flow = flow or not node.items or _is_flow(node)
    if isinstance(node, Mapping):
        yield from _mapping(node, flow=flow)
        return
    yield yaml.SequenceStartEvent(None, None, True, flow_style=flow)
    for item in node.items:
        yield from _events(item, flow=flow)
    yield yaml.SequenceEndEvent()


def _mapping(node: Mapping, *, flow: bool) -> Iterator[Any]:
    yield yaml.MappingStartEvent(None, None, True, flow_style=flow)
    for key, value in node:
        yield from _events(key, flow=flow)
        yield from _events(value, flow=flow)
    yield yaml.MappingEndEvent()


def _scalar(node: Scalar, *, flow: bool) -> Any:
    """Plain where it was plain and can be; so are folded texts, which no comment can follow.
    In braces and brackets the empty one is `null`.
    """
    text = "null" if flow and node.plain and not node.text else node.text
    plain = node.plain or (_begins(node, _FOLDED) and core_value(text) == text)
    return yaml.ScalarEvent(None, None, (plain, True), text, style=None if plain else _quotes(text))


def _quotes(text: str) -> str:
    """Single ones where double ones would need escapes, as at the breaks of a long text."""
    return "'" if '"' in text or "\\" in text or len(text) > WIDTH - 20 else '"'


def _is_flow(node: Node) -> bool:
    """Whether it is written in braces or brackets; what no file holds is."""
    return node.span.source.path is None or _begins(node, _FLOW)


def _begins(node: Node, pattern: re.Pattern[str]) -> bool:
    """Whether that stands where the node begins in its source."""
    line = node.span.source.lines[node.span.line - 1]
    return pattern.match(line, node.span.column - 1) is not None


def _notes(root: Node, twin: Node, origins: Origins) -> dict[int, str]:
    """The comment of each line that has values; texts over several lines have it on their last."""
    inside: set[int] = set()
    found: dict[int, dict[str, tuple[Origin, list[str]]]] = {}
    pairs = list(_pairs(root, twin, ""))
    for _, _, copy in pairs:
        inside.update(range(copy.span.line, copy.span.end_line))
    for name, value, copy in pairs:
        line, origin = copy.span.end_line, origins.of(value)
        while line in inside:
            line += 1
        found.setdefault(line, {}).setdefault(origin.kind, (origin, []))[1].append(name)
    return {line: _note(list(kinds.values())) for line, kinds in found.items()}


def _note(kinds: list[tuple[Origin, list[str]]]) -> str:
    (first, _), *others = kinds
    rest = [f"{' and '.join(dict.fromkeys(names))}: {origin}" for origin, names in others]
    return "; ".join([str(first), *rest])


def _pairs(node: Node, twin: Node, name: str) -> Iterator[tuple[str, Scalar, Scalar]]:
    """Each value beside its copy, with the key that it stands under; the key itself where nothing
    stands under it, or defaults alone.
    """
    if isinstance(node, Scalar) and isinstance(twin, Scalar):
        yield name, node, twin
    elif isinstance(node, Sequence) and isinstance(twin, Sequence):
        for item, copy in zip(node.items, twin.items, strict=True):
            yield from _pairs(item, copy, name)
    elif isinstance(node, Mapping) and isinstance(twin, Mapping):
        for (key, value), (key_copy, copy) in zip(node, twin, strict=True):
            empty = isinstance(value, Scalar) and value.value is None
            if empty or value.span is MERGED:
                yield key.text, key, key_copy
            if not empty:
                yield from _pairs(value, copy, key.text)


def _spaced(root: Mapping) -> Iterator[int]:
    """The lines that an empty one goes before: those around keys with a block below them."""
    above = False
    for k, (key, value) in enumerate(root):
        block = not isinstance(value, Scalar) and value.span.line > key.span.line
        if k and (block or above):
            yield key.span.line
        above = block
