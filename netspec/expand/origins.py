"""Where values came from: a file and line, a variant, the defaults, or from outside."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from netspec.diagnostics import Report, Source, Span
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence
from netspec.syntax.reader import read_nodes
from netspec.syntax.spec import variants

if TYPE_CHECKING:
    from netspec.catalog import Document


MERGED = Span(Source("defaults", "{}"), 1, 1, 1, 3)
"""The place of a step's arguments that no file has in braces."""


class Origin(NamedTuple):
    """Values of one `kind` on one line are named together, by the first `line`."""

    kind: str
    line: int | None = None

    def __str__(self) -> str:
        return self.kind if self.line is None else f"{self.kind}:{self.line}"


class _File(NamedTuple):
    """A file as comments name it, and where its variants stand."""

    name: str
    variants: dict[str, Span]


class Origins:
    """What is known of the nodes of one spec."""

    def __init__(self, chosen: Document) -> None:
        self._source, self._start = chosen.source, chosen.root.span
        self._top = chosen.folder.top
        self._replaced: dict[int, Node] = {}
        self._defaults: set[int] = set()
        self._files: dict[Path, _File] = {}

    def instead(self, old: Node, new: Node | None) -> Node:
        """`new` where it is given, remembered as what stands for `old`."""
        if new is None:
            return old
        for each in scalars(new):
            self._replaced[id(each)] = old
        return new

    def default(self, node: Node) -> Node:
        """A copy of the node, remembered as what the file's defaults gave to a step."""
        given = _copied(node)
        self._defaults.update(id(each) for each in scalars(given))
        return given

    def of(self, node: Scalar) -> Origin:
        """Where a value came from."""
        place = self._variant(node) if node.span is self._start else self._place(node.span)
        if id(node) in self._defaults:
            return Origin(f"defaults, {place.kind}", place.line)
        if (old := self._replaced.get(id(node))) is not None:
            return Origin(f"{place}, for {_text(old.span)} in {self._place(old.span)}")
        return place

    def _place(self, span: Span) -> Origin:
        if span.source.path is None:
            return Origin(_option(span.source))
        file = self._file(span.source, span.source.path)
        around = [
            f"variant {name}, " for name, where in file.variants.items() if _holds(where, span)
        ]
        return Origin(f"{''.join(around)}{file.name}", span.line)

    def _variant(self, name: Scalar) -> Origin:
        """The place of a variant, for the name that it gives the network."""
        for source in (self._source, name.span.source):
            file = self._file(source, source.path) if source.path else None
            if file is not None and name.text in file.variants:
                return Origin(f"variant {name.text}, {file.name}", file.variants[name.text].line)
        return Origin(f"variant {name.text}")

    def _file(self, source: Source, path: Path) -> _File:
        if path not in self._files:
            root = read_nodes(source, Report())
            known = variants(root) if isinstance(root, Mapping) else {}
            name = path.resolve().relative_to(self._top).as_posix()
            self._files[path] = _File(name, {name: node.span for name, node in known.items()})
        return self._files[path]


def scalars(node: Node) -> Iterator[Scalar]:
    """The scalars of a node that are values, not keys."""
    if isinstance(node, Scalar):
        yield node
    for item in node.items if isinstance(node, Sequence) else ():
        yield from scalars(item)
    for _, value in node if isinstance(node, Mapping) else ():
        yield from scalars(value)


def _copied(node: Node) -> Node:
    if isinstance(node, Sequence):
        return Sequence([_copied(item) for item in node.items], node.span)
    if isinstance(node, Mapping):
        return Mapping([(key, _copied(value)) for key, value in node], node.span)
    return copy.copy(node)


def _option(source: Source) -> str:
    """What gave a value from outside: `--set`, `--input`, or the arguments of a call in Python."""
    words = re.match(r"--\w+", f"{source.name} {source.text}") or re.match(r"--\w+", source.text)
    return words[0] if words else source.name


def _holds(outer: Span, inner: Span) -> bool:
    start, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return start <= (inner.line, inner.column) < end


def _text(span: Span) -> str:
    """What stands there, if it is on one line."""
    line = span.source.lines[span.line - 1]
    return line[span.column - 1 : span.end_column - 1] if span.line == span.end_line else "a value"
