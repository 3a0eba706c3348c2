"""One body as DOT: strips, and the tensors between them as the text of their shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from netspec.backends.graphviz import style
from netspec.backends.graphviz.catalogue import Entry
from netspec.backends.graphviz.cells import Cells, frame_label
from netspec.backends.graphviz.labels import shape
from netspec.backends.graphviz.markup import edge, escaped, node, subgraph
from netspec.backends.graphviz.strips import Node, Strip, strips

Path = tuple[int, ...]
"""Where something is drawn: the frames around it, outermost first, by their number."""


class Names:
    """Gives out identifiers, each once."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def fresh(self, wanted: str) -> str:
        name = wanted
        while name in self._given:
            self._given[wanted] += 1
            name = f"{wanted} ({self._given[wanted]})"
        self._given[name] = 1
        return name


@dataclass(slots=True, eq=False)
class Wire:
    """A tensor: a text on the way from the strip that makes it to all that take it."""

    name: str
    text: str
    source: Strip | None = None
    targets: list[Strip] = field(default_factory=list)


class Drawing:
    """The nodes and edges of one body, with identifiers of their own."""

    def __init__(self, entry: Entry, cells: Cells, names: Names) -> None:
        self.entry, self.name, self._cells = entry, names.fresh(entry.name), cells
        self.nodes = entry.nodes
        self._strips = {
            id(strip): names.fresh(".".join((self.name, *strip.leaves[0].first.place.path())))
            for strip in strips(entry.nodes)
        }
        self.wires = self._wires(names)
        self._depth = self._depths()

    @property
    def height(self) -> int:
        """Strips on the longest path."""
        return max(self._depth.values(), default=1)

    @property
    def work(self) -> int:
        """What the layout has to do: the ranks that edges run through, and 4 for every strip."""
        ranks = (
            self._depth[id(target)] - self._depth.get(id(wire.source), 0)
            for wire in self.wires
            for target in wire.targets
        )
        return 4 * len(self._depth) + sum(ranks)

    def omit(self, names: Names) -> None:
        """Only say how much there would be to see."""
        text = f"{len(self._strips):,} steps, too many to draw"
        self.nodes, self._depth = [], {}
        self.wires = [Wire(names.fresh(f"{self.name}: {text}"), text)]

    def lines(self) -> Iterator[str]:
        yield from self._nodes(self.nodes, (), self._homes())
        for wire in self.wires:
            yield from self._edges(wire)

    def _wires(self, names: Names) -> list[Wire]:
        wires: dict[tuple[int, str], Wire] = {}
        for link in self.entry.links:
            text = shape(link.shapes, self.entry.symbols)
            key = (link.source if isinstance(link.source, int) else id(link.source), text)
            if key not in wires:
                made = link.source if isinstance(link.source, Strip) else None
                wires[key] = Wire(names.fresh(f"{self.name}: {text}"), text, made)
            if isinstance(link.target, Strip):
                wires[key].targets.append(link.target)
        return list(wires.values())

    def _depths(self) -> dict[int, int]:
        """Strips on the longest path down to each strip; wires stand in the order of execution."""
        depths: dict[int, int] = {}
        for wire in self.wires:
            depth = depths.get(id(wire.source), 0) + 1
            for target in wire.targets:
                depths[id(target)] = max(depth, depths.get(id(target), 0))
        return depths

    def _homes(self) -> dict[Path, list[Wire]]:
        """Every wire under the innermost frame that holds both of its ends."""
        at = dict(_paths(self.nodes, ()))
        homes: dict[Path, list[Wire]] = {}
        for wire in self.wires:
            ends = [at[id(strip)] for strip in (wire.source, *wire.targets) if strip]
            home = _shared(ends) if wire.source and wire.targets else ()
            homes.setdefault(home, []).append(wire)
        return homes

    def _nodes(
        self, nodes: Iterable[Node], path: Path, homes: Mapping[Path, Sequence[Wire]]
    ) -> Iterator[str]:
        for k, each in enumerate(nodes):
            if isinstance(each, Strip):
                yield node(self._strips[id(each)], self._cells.strip(each, self.entry))
            else:
                inner = (*path, k)
                name = "/".join((self.name, *map(str, inner)))
                look = style.REPEATED if each.times else style.FRAMED
                body = self._nodes(each.members, inner, homes)
                yield from subgraph(name, look, frame_label(each, self.entry), body)
        for wire in homes.get(path, ()):
            yield node(wire.name, style.faint(escaped(wire.text)))

    def _edges(self, wire: Wire) -> Iterator[str]:
        """Edges along the longest path are the ones to be straight."""
        above = 0
        if wire.source:
            above = self._depth[id(wire.source)]
            yield edge(self._strips[id(wire.source)], wire.name, arrowhead="none", weight="9")
        for target in wire.targets:
            straight = {"weight": "9"} if self._depth[id(target)] == above + 1 else {}
            yield edge(wire.name, self._strips[id(target)], **straight)


def _paths(nodes: Iterable[Node], path: Path) -> Iterator[tuple[int, Path]]:
    for k, each in enumerate(nodes):
        if isinstance(each, Strip):
            yield id(each), path
        else:
            yield from _paths(each.members, (*path, k))


def _shared(paths: Sequence[Path]) -> Path:
    """What all paths begin with."""
    alike = takewhile(lambda steps: len(set(steps)) == 1, zip(*paths, strict=False))
    return tuple(steps[0] for steps in alike)
