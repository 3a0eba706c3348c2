"""The figure of a program: its spine, and beside it the body of every distinct block once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import Any

from netspec.analysis.cost import Cost, Costs
from netspec.backends.graphviz import style
from netspec.backends.graphviz.catalogue import Catalogue, Entry
from netspec.backends.graphviz.cells import Cells
from netspec.backends.graphviz.drawing import Drawing, Names
from netspec.backends.graphviz.labels import listing, plain_shape, quantity
from netspec.backends.graphviz.markup import (
    bold,
    cell,
    defaults,
    edge,
    escaped,
    font,
    indented,
    quoted,
    subgraph,
    table,
)
from netspec.ops.base import Op
from netspec.program import Program

STRIP, COLUMN = 54, 240
"""What a strip takes down the page and a column across it, more or less, in points."""
MOST_COLUMNS = 8
MOST_WORK, MUCH_WORK = 10_000, 1_000
"""For the layout: what a figure may ask for (some 3 s), and from where on it is done in haste."""


def dot(program: Program) -> str:
    """The figure as DOT text; the same program gives the same text."""
    catalogue, costs = Catalogue(program), Costs(program)
    spine, *insets = drawings = _drawings(catalogue, Cells(catalogue, costs))
    columns = _columns(spine, insets)
    layout = style.HASTY if sum(each.work for each in drawings) > MUCH_WORK else {}
    page = {**style.PAGE, **layout, "packmode": f"array_ti{1 + len(columns)}"}
    lines = [
        defaults("graph", page, _title(program, costs.total)),
        defaults("node", style.NODE),
        defaults("edge", style.EDGE),
        *subgraph(spine.name, style.UNFRAMED, None, spine.lines()),
    ]
    for column in columns:
        lines += _stacked(column)
    return "\n".join([f"digraph {quoted(program.name)} {{", *indented(lines), "}"]) + "\n"


def _drawings(catalogue: Catalogue, cells: Cells) -> list[Drawing]:
    """A drawing of every entry, as long as there is room for it."""
    names, room = Names(), MOST_WORK
    drawings = [Drawing(entry, cells, names) for entry in catalogue.entries]
    for drawing in drawings:
        if drawing.work > room:
            drawing.omit(names)
        room -= drawing.work
    return drawings


def _columns(spine: Drawing, insets: Sequence[Drawing]) -> list[list[Drawing]]:
    """Insets in columns beside the spine, in the way that needs least scaling down."""
    total = sum(map(_room, insets))
    heights = (ceil(total / count) for count in range(1, MOST_COLUMNS + 1))
    ways = (_filled(insets, max(height, spine.height)) for height in heights)
    return max(ways, key=lambda columns: _scale(spine, columns))


def _room(inset: Drawing) -> int:
    """Strips on the longest path, and the room of one for the heading."""
    return inset.height + 1


def _filled(insets: Iterable[Drawing], height: int) -> list[list[Drawing]]:
    """Columns no higher than that, if no inset is."""
    columns: list[list[Drawing]] = []
    for inset in insets:
        if columns and sum(map(_room, columns[-1])) + _room(inset) <= height:
            columns[-1].append(inset)
        else:
            columns.append([inset])
    return columns


def _scale(spine: Drawing, columns: Sequence[Sequence[Drawing]]) -> float:
    height = max([spine.height, *(sum(map(_room, column)) for column in columns)]) * STRIP
    return min(1, style.WIDTH / (COLUMN * (1 + len(columns))), style.HEIGHT / (style.HEAD + height))


def _stacked(column: Sequence[Drawing]) -> Iterator[str]:
    """Insets one below the other, held by edges that are not seen."""
    for inset in column:
        label = _heading(inset.entry)
        yield from subgraph(inset.name, style.PANELLED, label, inset.lines())
    for above, below in pairwise(column):
        yield edge(above.wires[-1].name, below.wires[0].name, style="invis", weight="0")


def _heading(entry: Entry) -> str:
    lines = [
        [cell(font(bold(escaped(entry.name)), size=style.MEDIUM, colour=style.INK), align="left")]
    ]
    facts = " &nbsp; ".join(escaped(fact) for fact in _facts(entry))
    if facts:
        lines.append([cell(style.faint(facts), align="left")])
    return table(lines, border=0, cellspacing=0, cellpadding=1)


def _facts(entry: Entry) -> Iterator[str]:
    """What the letters in the block's drawing stand for."""
    symbols: dict[tuple[Any, ...], list[str]] = {}
    for symbol, values in (*entry.symbols.axes.items(), *entry.varied.items()):
        if any(value != values[0] for value in values):
            symbols.setdefault(values, []).append(symbol)
    for values, names in symbols.items():
        yield f"{', '.join(names)}: {listing(values)}"


def _title(program: Program, total: Cost) -> str:
    taken = ", ".join(plain_shape(each.shape) for each in program.inputs)
    macs = quantity(total.macs, decimals=2)
    facts = f"{total.params:,} parameters · {macs} MACs · input {taken}"
    lines = [
        [cell(font(bold(escaped(program.name)), size=style.LARGE, colour=style.INK))],
        [cell(font(escaped(facts), size=style.NORMAL, colour=style.FAINT))],
    ]
    legend = list(_legend(program))
    if legend:
        lines.append([cell(table([legend], border=0, cellspacing=3, cellpadding=3))])
    return table(lines, border=0, cellspacing=0, cellpadding=2)


def _legend(program: Program) -> Iterator[str]:
    calls = (call for instance in program.instances() for call in instance.calls)
    used = {call.target.group for call in calls if isinstance(call.target, Op)}
    for family, colour in style.FAMILIES.items():
        if family in used:
            yield cell(font(family, size=style.SMALL, colour=style.INK), bgcolor=colour)
