"""The tensors of a body, each a text between the strip that makes it and those that take it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod

from netspec.backends.graphviz import style
from netspec.backends.graphviz.catalogue import Entry
from netspec.backends.graphviz.labels import shape, typed
from netspec.backends.graphviz.markup import bold, escaped
from netspec.backends.graphviz.strips import Link, Strip
from netspec.ops.base import Op
from netspec.program import Value

MOST_ARROWS = 3
"""From one text to one strip; of more only the number is told."""


@dataclass(slots=True, eq=False)
class Wire:
    """A tensor: a text on the way from the strip that makes it to all that take it."""

    text: str
    positions: int = 0
    """Of the first version's tensor: its resolution."""
    source: Strip | None = None
    called: dict[str, None] = field(default_factory=dict)
    ends: list[Strip] = field(default_factory=list)
    """Who takes it, as often as it is taken."""
    late: bool = False
    """Whether it is an output in training only."""
    name: str = ""

    @property
    def targets(self) -> list[Strip]:
        return list({id(strip): strip for strip in self.ends}.values())

    @property
    def label(self) -> str:
        name = bold(escaped(", ".join(self.called))) + " " if self.called else ""
        many = len(self.ends) > MOST_ARROWS and len(self.targets) == 1
        text = f"{len(self.ends)} of {self.text}" if many else self.text
        return style.faint(name + escaped(text) + (", training only" if self.late else ""))


def wires(entry: Entry) -> list[Wire]:
    """The body's wires in the order of execution."""
    found: dict[tuple[int, int, str], Wire] = {}
    for link in entry.links:
        made = link.source if isinstance(link.source, Strip) else None
        text = typed(shape(link.shapes, entry.symbols), link.value.type.dtype)
        key = (id(made) if made else -1, _port(link), text)
        wire = found.setdefault(key, Wire(text, prod(link.value.type.shape[1:]), made))
        wire.called.update(dict.fromkeys(_called(link, entry)))
        if isinstance(link.target, Strip):
            wire.ends.append(link.target)
        elif entry.late:
            wire.late |= entry.versions[0].output_names[link.target] in entry.late
    return list(found.values())


def _port(link: Link) -> int:
    """Which of its maker's tensors it is; those of many are not told apart."""
    producer = link.value.producer
    if producer is None:
        return id(link.value)
    return link.value.index if len(producer.outputs) <= MOST_ARROWS else 0


def _called(link: Link, entry: Entry) -> Iterator[str]:
    """The names of the tensor, where it could be taken for another."""
    body, producer = entry.versions[0], link.value.producer
    if producer is None:
        several = len(body.inputs) > 1 and all(value.name for value in body.inputs)
        if link.value.name and (several or link.value.name != "x"):
            yield link.value.name
    elif isinstance(producer.target, Op):
        yield from _extra(producer.target, link.value)
    elif len(producer.outputs) > 1:
        yield from producer.target.output_names[link.value.index :][:1]
    if link.role:
        yield link.role
    elif isinstance(link.target, int):
        yield from body.output_names[link.target :][:1]


def _extra(op: Op, value: Value) -> Iterator[str]:
    """The name of an output that does not go on by itself."""
    if op.extras and value.producer:
        inputs = tuple(each.type for each in value.producer.inputs)
        main = len(op.infer(inputs)) - len(op.extras)
        yield from op.extras[value.index - main :][:1] if value.index >= main else ()
