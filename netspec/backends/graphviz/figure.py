"""The figure of a program: its spine, and beside it the body of every distinct block once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from netspec.analysis.cost import Cost, Costs
from netspec.backends.graphviz import style
from netspec.backends.graphviz.catalogue import Catalogue, Entry
from netspec.backends.graphviz.cells import Cells
from netspec.backends.graphviz.drawing import Drawing, Names
from netspec.backends.graphviz.labels import listing, quantity, tensor, wrapped
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
from netspec.backends.graphviz.paper import layout
from netspec.ops.base import Op
from netspec.program import Program

TITLE_WIDTH = 76
LATE = " (training only)"
MOST_WORK, MUCH_WORK = 10_000, 1_000
"""For the layout: what a figure may ask for (some 3 s), and from where on it is done in haste."""


def dot(program: Program) -> str:
    """The figure as DOT text; the same program gives the same text."""
    catalogue, costs = Catalogue(program), Costs(program)
    spine, *insets = drawings = _drawings(catalogue, Cells(catalogue, costs))
    paper, columns = layout(spine, insets)
    haste = style.HASTY if sum(each.work for each in drawings) > MUCH_WORK else {}
    packing = {"size": paper.inches, "packmode": f"array_ti{1 + len(columns)}"}
    page = {**style.PAGE, **packing, **haste}
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


def _stacked(column: Sequence[Drawing]) -> Iterator[str]:
    """Insets one below the other, held by edges that are not seen."""
    for inset in column:
        label = _heading(inset.entry)
        yield from subgraph(inset.name, style.PANELLED, label, inset.lines())
    for above, below in pairwise(column):
        yield edge(above.lowest, below.wires[0].name, style="invis", weight="0")


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
    macs = quantity(total.macs, decimals=2)
    facts = [f"{total.params:,} parameters · {macs} MACs", *_interface(program)]
    if len(facts) == 2 and len(" · ".join(facts)) <= TITLE_WIDTH:
        facts = [" · ".join(facts)]
    lines = [
        [cell(font(bold(escaped(program.name)), size=style.LARGE, colour=style.INK))],
        *([cell(font(escaped(fact), size=style.NORMAL, colour=style.FAINT))] for fact in facts),
    ]
    legend = list(_legend(program))
    if legend:
        lines.append([cell(table([legend], border=0, cellspacing=3, cellpadding=3))])
    return table(lines, border=0, cellspacing=0, cellpadding=2)


def _interface(program: Program) -> Iterator[str]:
    """What the network takes and, where that has names, what it gives."""
    root = program.root
    taken = [
        f"{name} {shape}" if name != "x" or len(root.inputs) > 1 else shape
        for name, shape in ((value.name, tensor(value.type)) for value in root.inputs)
    ]
    given = [
        f"{name} {tensor(value.type)}{LATE if name in program.train_only else ''}"
        for name, value in zip(root.output_names, root.outputs, strict=False)
    ]
    for word, texts in (("input", taken), ("output", given)):
        if texts:
            first, *others = texts
            yield from wrapped([f"{word}{'s' if others else ''} {first}", *others], TITLE_WIDTH)


def _legend(program: Program) -> Iterator[str]:
    calls = (call for instance in program.instances() for call in instance.calls)
    used = {call.target.group for call in calls if isinstance(call.target, Op)}
    for family, colour in style.FAMILIES.items():
        if family in used:
            yield cell(font(family, size=style.SMALL, colour=style.INK), bgcolor=colour)
    if program.train_only:
        yield cell(font("training only", size=style.SMALL, colour=style.INK), **style.LATE_CELL)
