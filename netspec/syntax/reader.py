"""YAML text to nodes with spans, from the parser's events; duplicates and bombs are faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from netspec.diagnostics import Note, Report, Source, Span, SpecError, fault
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 100
MAX_NODES = 200_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_source(path: Path, shown_as: str | None = None) -> Source:
    """The text of a spec file; raises `SpecError` (NS001) for what is not a readable UTF-8 text."""
    name = shown_as or str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise fault("NS001", f"cannot read {name}: {error.strerror or error}") from None
    except ValueError as error:
        raise fault("NS001", f"cannot read {name!r}: {error}") from None
    if len(data) > MAX_BYTES:
        raise fault("NS103", f"{name} is larger than {MAX_BYTES} bytes")
    try:
        return Source(name, data.decode("utf-8-sig").replace("\r\n", "\n"), path)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{name} is not text: line {line} is not UTF-8"
        raise fault("NS001", message, hint="save it as UTF-8") from None


def read_nodes(source: Source, report: Report) -> Node:
    """The one document of a source. Raises `SpecError` where no tree can be made of it; what can be
    read past (a key written twice) goes to `report`.
    """
    return _Reader(source, report).document()


class _Reader:
    def __init__(self, source: Source, report: Report) -> None:
        self.source, self.report = source, report
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.nodes = 0

    def document(self) -> Node:
        try:
            events = iter(yaml.parse(self.source.text, Loader=_Loader))
            root = self._document(events)
        except yaml.YAMLError as error:
            from netspec.syntax.mistakes import syntax_fault

            raise syntax_fault(self.source, error, _Loader) from None
        if root is None:
            raise fault("NS101", f"{self.source.name} is empty", _start(self.source))
        return root

    def _document(self, events: Iterator[Any]) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    message = "a spec is one YAML document: there is a second one"
                    raise fault("NS104", message, self._span(event))
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, 1, flow=False)
        return root

    def _node(self, event: Any, events: Iterator[Any], depth: int, *, flow: bool) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None and event.tag != "!":
            raise self._tag(event)
        if depth > MAX_DEPTH:
            raise fault("NS103", f"nested deeper than {MAX_DEPTH} levels", self._span(event))
        before = self.nodes
        self._count(1, event)
        node = self._content(event, events, depth, flow=flow)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, self.nodes - before)
        return node

    def _tag(self, event: Any) -> SpecError:
        word = str(event.tag).lstrip("!")
        hint = f"the opposite of a condition: `not {word}`" if word.isidentifier() else None
        return fault("NS104", f"`{event.tag}` is a tag of YAML", self._span(event), hint=hint)

    def _content(self, event: Any, events: Iterator[Any], depth: int, *, flow: bool) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, flow=flow)
        flow = flow or bool(event.flow_style)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, events, depth, flow=flow)
        return self._mapping(event, events, depth, flow=flow)

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self.anchors:
            message = f"YAML reads `*{event.anchor}` as an alias, and there is no such anchor"
            hint = f"a value is used by its name: `{event.anchor}`"
            raise fault("NS101", message, self._span(event), hint=hint)
        node, size = self.anchors[event.anchor]
        self._count(size, event)
        return node

    def _count(self, nodes: int, event: Any) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            message = f"more than {MAX_NODES} YAML nodes, aliases expanded"
            raise fault("NS103", message, self._span(event))

    def _scalar(self, event: Any, *, flow: bool) -> Scalar:
        plain = bool(event.implicit[0])
        scalar = Scalar(event.value, self._span(event), plain)
        if flow and plain and _unbalanced(event.value):
            is_tuple = event.value.startswith("(") and not event.value.count("(") > 1
            hint = "a list stands in brackets: `[a, b]`" if is_tuple else "quote this expression"
            message = f"YAML cuts `{event.value}` at the comma"
            raise fault("NS101", message, scalar.span, hint=hint)
        return scalar

    def _sequence(self, start: Any, events: Iterator[Any], depth: int, *, flow: bool) -> Sequence:
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, depth + 1, flow=flow))
        return Sequence(items, self._span(start, event))

    def _mapping(self, start: Any, events: Iterator[Any], depth: int, *, flow: bool) -> Mapping:
        items: list[tuple[Scalar, Node]] = []
        seen: dict[str, Scalar] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1, flow=flow)
            value = self._node(next(events), events, depth + 1, flow=flow)
            if not isinstance(key, Scalar):
                hint = "a value stands by its name alone, without braces"
                raise fault("NS101", "a key must be a word", key.span, hint=hint)
            if flow and isinstance(value, Scalar) and _swallowed_digits(key, value):
                message = f"YAML reads `{key.text}` as a key of its own"
                raise fault("NS101", message, key.span, hint="quote the number: '60,000'")
            if key.text in seen:
                self.report.add(_duplicate(key, seen[key.text]))
                continue
            seen[key.text] = key
            items.append((key, value))
        return Mapping(items, self._span(start, event))

    def _span(self, event: Any, end: Any = None) -> Span:
        start, stop = event.start_mark, (end or event).end_mark
        return Span(self.source, start.line + 1, start.column + 1, stop.line + 1, stop.column + 1)


def _start(source: Source) -> Span:
    return Span(source, 1, 1, 1, 2)


def _unbalanced(text: str) -> bool:
    return text.count("(") != text.count(")")


def _swallowed_digits(key: Scalar, value: Scalar) -> bool:
    return key.plain and key.text.isdigit() and value.value is None and value.text == ""


def _duplicate(key: Scalar, first: Scalar) -> SpecError:
    notes = [Note("first written here", first.span)]
    return fault("NS102", f"`{key.text}` is written twice", key.span, notes=notes)
