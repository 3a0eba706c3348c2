"""The figure of a program as DOT: its spine, and beside it every distinct block once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from netspec.backends.graphviz import palette
from netspec.backends.graphviz.catalogue import Catalogue, Entry
from netspec.backends.graphviz.cells import SMALL, parameters, strip_label, times_badge
from netspec.backends.graphviz.labels import extent, settled, plain_shape, quantity, shape
from netspec.backends.graphviz.markup import (
    attributes,
    bold,
    cell,
    escaped,
    font,
    label,
    quoted,
    row,
    table,
)
from netspec.backends.graphviz.strips import Edge, Frame, Node, Strip, strips
from netspec.backends.graphviz.symbols import Symbols
from netspec.ops.base import Op
from netspec.program import Instance, Program

FONT = "Helvetica"
PAGE = "7.5,10.9"
"""A4 less its margins, in inches; a larger figure is scaled down to it."""


def dot(program: Program) -> str:
    """The figure as DOT text; the same program gives the same text."""
    catalogue = Catalogue(program)
    spine, *insets = (Drawing(entry, catalogue) for entry in catalogue.entries)
    lines = [*_settings(program, catalogue), *spine.lines("input", "output")]
    for inset in insets:
        lines += _panel(inset)
    lines += _columns(spine, insets)
    return "\n".join([f"digraph {quoted(program.name)} {{", *_indented(lines), "}"]) + "\n"


class Drawing:
    """The nodes and edges of one body, with identifiers of their own."""

    def __init__(self, entry: Entry, catalogue: Catalogue) -> None:
        self.entry, self.catalogue = entry, catalogue
        self._names: dict[int, str] = {}
        for strip in strips(entry.picture.nodes):
            self._names[id(strip)] = self._fresh(".".join(strip.leaves[0].first.place.path()))

    def _fresh(self, path: str) -> str:
        wanted, taken = f"{self.entry.name}/{path}", set(self._names.values())
        return next(name for name in _numbered(wanted) if name not in taken)

    @property
    def first(self) -> str:
        return self._end(0, "in")

    @property
    def last(self) -> str:
        return self._end(0, "out")

    @property
    def height(self) -> int:
        """Nodes on the longest path."""
        below: dict[int, int] = {}
        for edge in self.entry.picture.edges:
            depth = below.get(id(edge.source), 1) + 1
            below[id(edge.target)] = max(depth, below.get(id(edge.target), 0))
        return max(below.values(), default=1)

    def _end(self, end: Strip | int, side: str) -> str:
        if isinstance(end, Strip):
            return self._names[id(end)]
        return f"{self.entry.name}/{side}{end}"

    def lines(self, entry_text: str, exit_text: str) -> Iterator[str]:
        picture = self.entry.picture
        for k in range(picture.inputs):
            yield self._terminal(self._end(k, "in"), entry_text)
        yield from self._nodes(picture.nodes, self.entry.name)
        for k in range(picture.outputs):
            yield self._terminal(self._end(k, "out"), exit_text)
        yield from self._edges(picture.edges)

    def _terminal(self, name: str, text: str) -> str:
        if not text:
            return f"{quoted(name)} {attributes({'shape': 'point', 'width': '0.06', 'color': palette.LINE})}"
        return f"{quoted(name)} {attributes({'label': label(font(text, size=9, colour=palette.FAINT))})}"

    def _nodes(self, nodes: Iterable[Node], scope: str) -> Iterator[str]:
        for k, node in enumerate(nodes):
            if isinstance(node, Strip):
                text = label(strip_label(node, self.entry, self.catalogue))
                yield f"{quoted(self._names[id(node)])} {attributes({'label': text})}"
            else:
                inner = f"{scope}/{k}"
                yield f"subgraph {quoted('cluster ' + inner)} {{"
                yield f"  graph {attributes(_frame(node))}"
                yield from _indented(self._nodes(node.members, inner))
                yield "}"

    def _edges(self, edges: Iterable[Edge]) -> Iterator[str]:
        told = set()
        for edge in edges:
            source, target = self._end(edge.source, "in"), self._end(edge.target, "out")
            text = escaped(shape(edge.shapes, self.entry.symbols))
            given = {} if (source, text) in told else {"label": label("&nbsp;" + text)}
            told.add((source, text))
            yield f"{quoted(source)} -> {quoted(target)}" + (f" {attributes(given)}" if given else "")


def _numbered(name: str) -> Iterator[str]:
    yield name
    k = 2
    while True:
        yield f"{name} ({k})"
        k += 1


def _frame(frame: Frame) -> dict[str, str]:
    cells = []
    if frame.title:
        cells.append(cell(font(escaped(frame.title), size=SMALL, colour=palette.FAINT)))
    if frame.times:
        cells.append(cell(times_badge(frame.times), bgcolor=palette.BADGE))
    given = {"style": "rounded", "color": palette.FRAME, "margin": "8", "labeljust": "l"}
    if not cells:
        return given
    return given | {"label": label(table([row(cells)], border=0, cellspacing=0, cellpadding=2))}


def _panel(inset: Drawing) -> Iterator[str]:
    entry = inset.entry
    yield f"subgraph {quoted('cluster ' + entry.name)} {{"
    rows = [row([cell(bold(escaped(entry.name)), align="left")])]
    facts = "  ".join(_facts(entry))
    if facts:
        rows.append(row([cell(font(escaped(facts), size=SMALL, colour=palette.FAINT), align="left")]))
    given = {
        "style": "rounded,filled",
        "color": palette.FRAME,
        "fillcolor": palette.PANEL,
        "fontsize": "11",
        "margin": "10",
        "labeljust": "l",
        "label": label(table(rows, border=0, cellspacing=0, cellpadding=1)),
    }
    yield f"  graph {attributes(given)}"
    yield from _indented(inset.lines("", ""))
    yield "}"


def _facts(entry: Entry) -> Iterator[str]:
    for axis, sizes in entry.symbols.axes.items():
        if len(set(sizes)) > 1:
            yield f"{axis} {extent(sizes)}"
    for key, values in entry.varied.items():
        yield f"{key} {settled([[value] for value in values], Symbols([()], {}))}"


def _columns(spine: Drawing, insets: Sequence[Drawing]) -> Iterator[str]:
    """Insets one below the other, in columns about as high as the spine."""
    height, above = 0, None
    for inset in insets:
        height += inset.height + 1
        if above is not None and height <= max(spine.height, 16):
            yield f"{quoted(above.last)} -> {quoted(inset.first)} {attributes({'style': 'invis'})}"
        else:
            height = inset.height + 1
        above = inset


def _settings(program: Program, catalogue: Catalogue) -> Iterator[str]:
    title = label(_title(program, catalogue))
    yield f"graph {attributes({'label': title, 'labelloc': 't', 'fontname': FONT, 'fontcolor': palette.INK, 'size': PAGE, 'ranksep': '0.2', 'nodesep': '0.3'})}"
    yield f"node {attributes({'shape': 'plain', 'fontname': FONT, 'fontsize': '10', 'fontcolor': palette.INK})}"
    yield f"edge {attributes({'fontname': FONT, 'fontsize': '8', 'fontcolor': palette.FAINT, 'color': palette.LINE, 'arrowsize': '0.6'})}"


def _title(program: Program, catalogue: Catalogue) -> str:
    counts = sum(count for strip in strips(catalogue.entries[0].picture.nodes) for count in parameters(strip))
    macs = sum(map(_macs, program.root.calls))
    taken = ", ".join(plain_shape(t.shape) for t in program.inputs)
    facts = f"{counts:,} parameters · {quantity(macs)} MACs · input {taken}"
    rows = [
        row([cell(font(bold(escaped(program.name)), size=18))]),
        row([cell(font(escaped(facts), size=10, colour=palette.FAINT))]),
        row([cell(_legend(catalogue))]),
    ]
    return table(rows, border=0, cellspacing=0, cellpadding=2)


def _legend(catalogue: Catalogue) -> str:
    used = {
        call.target.group
        for entry in catalogue.entries
        for version in entry.versions
        for call in version.calls
        if isinstance(call.target, Op)
    }
    swatches = [
        cell(font(family, size=SMALL), bgcolor=shade)
        for family, shade in palette.FAMILIES.items()
        if family in used
    ]
    return table([row(swatches)], border=0, cellspacing=3, cellpadding=3)


def _macs(call) -> int:
    if isinstance(call.target, Instance):
        return call.count * sum(map(_macs, call.target.calls))
    ins, outs = (tuple(v.type for v in vs) for vs in (call.inputs, call.outputs))
    return call.count * call.target.macs(ins, outs)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return ("  " + line for line in lines)
