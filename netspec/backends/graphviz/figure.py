"""The figure of a program: its spine, and beside it the body of every distinct block once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from typing import Any

from netspec.analysis.cost import Cost, Costs
from netspec.backends.graphviz import style
from netspec.backends.graphviz.catalogue import Catalogue, Entry
from netspec.backends.graphviz.cells import Cells
from netspec.backends.graphviz.drawing import Drawing, Names
from netspec.backends.graphviz.labels import extents, plain_shape, quantity
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

TALLEST = 12
"""Strips that fit one below the other on a page."""


def dot(program: Program) -> str:
    """The figure as DOT text; the same program gives the same text."""
    catalogue, costs = Catalogue(program), Costs(program)
    cells, names = Cells(catalogue, costs), Names()
    spine, *insets = (Drawing(entry, cells, names) for entry in catalogue.entries)
    columns = list(_columns(insets, max(spine.height, TALLEST)))
    page = {**style.GRAPH, "pack": "18", "packmode": f"array_ti{1 + len(columns)}"}
    lines = [
        defaults("graph", page, _title(program, costs.total)),
        defaults("node", style.NODE),
        defaults("edge", style.EDGE),
        *subgraph(spine.name, style.UNFRAMED, None, spine.lines()),
    ]
    for column in columns:
        lines += _stacked(column)
    return "\n".join([f"digraph {quoted(program.name)} {{", *indented(lines), "}"]) + "\n"


def _columns(insets: Iterable[Drawing], height: int) -> Iterator[list[Drawing]]:
    """Insets in columns no higher than that, each with the room of a strip for its title."""
    column: list[Drawing] = []
    for inset in insets:
        if column and sum(each.height + 1 for each in (*column, inset)) > height:
            yield column
            column = []
        column.append(inset)
    if column:
        yield column


def _stacked(column: Sequence[Drawing]) -> Iterator[str]:
    """Insets one below the other, held by edges that are not seen."""
    for inset in column:
        label = _heading(inset.entry)
        yield from subgraph(inset.name, style.PANELLED, label, inset.lines())
    for above, below in zip(column, column[1:], strict=False):
        yield edge(above.wires[-1].name, below.wires[0].name, style="invis", weight="0")


def _heading(entry: Entry) -> str:
    lines = [[cell(font(bold(escaped(entry.name)), size=11, colour=style.INK), align="left")]]
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
        yield f"{', '.join(names)}: {extents(values)}"


def _title(program: Program, total: Cost) -> str:
    taken = ", ".join(plain_shape(each.shape) for each in program.inputs)
    facts = f"{total.params:,} parameters · {quantity(total.macs, decimals=2)} MACs · input {taken}"
    return table(
        [
            [cell(font(bold(escaped(program.name)), size=style.LARGE, colour=style.INK))],
            [cell(font(escaped(facts), size=style.NORMAL, colour=style.FAINT))],
            [cell(_legend(program))],
        ],
        border=0,
        cellspacing=0,
        cellpadding=2,
    )


def _legend(program: Program) -> str:
    calls = (call for instance in program.instances() for call in instance.calls)
    used = {call.target.group for call in calls if isinstance(call.target, Op)}
    swatches = [
        cell(font(family, size=style.SMALL, colour=style.INK), bgcolor=colour)
        for family, colour in style.FAMILIES.items()
        if family in used
    ]
    return table([swatches], border=0, cellspacing=3, cellpadding=3)
