"""One body as DOT: strips, and the tensors between them as the text of their shapes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from netspec.backends.graphviz import style
from netspec.backends.graphviz.catalogue import Entry
from netspec.backends.graphviz.cells import Cells, frame_label
from netspec.backends.graphviz.hourglass import hourglass
from netspec.backends.graphviz.markup import edge, node, same_rank, subgraph
from netspec.backends.graphviz.strips import Frame, Node, Strip, strips
from netspec.backends.graphviz.wires import MOST_ARROWS, Wire, wires

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


class Drawing:
    """The nodes and edges of one body, with identifiers of their own."""

    def __init__(self, entry: Entry, cells: Cells, names: Names) -> None:
        self.entry, self.name = entry, names.fresh(entry.name)
        self.nodes = entry.nodes
        self._strips = {
            id(strip): names.fresh(".".join((self.name, *strip.leaves[0].first.place.path())))
            for strip in strips(entry.nodes)
        }
        self._labels = {id(strip): cells.strip(strip, entry) for strip in strips(entry.nodes)}
        self.wires = wires(entry)
        for wire in self.wires:
            wire.name = names.fresh(f"{self.name}: {' '.join([*wire.called, wire.text])}")
        self._depth = self._depths()
        self._hourglass = (
            None
            if any(isinstance(each, Frame) for each in entry.nodes)
            else hourglass(self.wires, self._depth)
        )

    @property
    def height(self) -> int:
        """Strips on the longest path, of an hourglass on its longer side."""
        depth = max(self._depth.values(), default=1)
        turn = self._hourglass.turn if self._hourglass else depth
        return max(turn, depth - turn)

    @property
    def width(self) -> float:
        """What the widest row takes across the page, more or less, in points."""
        rows: dict[int, float] = {}
        for strip in strips(self.nodes):
            depth = self._depth[id(strip)]
            rows[depth] = rows.get(depth, 0) + _width(self._labels[id(strip)])
        return max(rows.values(), default=0) * (2 if self._hourglass else 1)

    @property
    def lowest(self) -> str:
        """The node at the bottom."""
        if self._hourglass:
            return self._hourglass.bottom.name
        return max(self.wires, key=lambda wire: self._depth.get(id(wire.source), 0)).name

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
        self.nodes, self._depth, self._hourglass = [], {}, None
        self.wires = [Wire(text, name=names.fresh(f"{self.name}: {text}"))]

    def lines(self) -> Iterator[str]:
        yield from self._nodes(self.nodes, (), self._homes())
        for wire in self.wires:
            yield from self._edges(wire)

    def _depths(self) -> dict[int, int]:
        """Strips on the longest path down to each strip; wires stand in the order of execution."""
        depths = dict.fromkeys(self._strips, 1)
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
                yield node(self._strips[id(each)], self._labels[id(each)])
            else:
                inner = (*path, k)
                name = "/".join((self.name, *map(str, inner)))
                look = style.REPEATED if each.times else style.FRAMED
                body = self._nodes(each.members, inner, homes)
                yield from subgraph(name, look, frame_label(each, self.entry), body)
        for wire in homes.get(path, ()):
            yield node(wire.name, wire.label)

    def _edges(self, wire: Wire) -> Iterator[str]:
        """Edges along the longest path are the ones to be straight."""
        above = 0
        if wire.source:
            above = self._depth[id(wire.source)]
            look = {"weight": "9", **_look(wire.source)}
            ends = (self._strips[id(wire.source)], wire.name)
            yield edge(
                *(reversed(ends) if self._rises(wire.source) else ends), arrowhead="none", **look
            )
        for target in wire.targets:
            look = {"weight": "9"} if self._depth[id(target)] == above + 1 else {}
            times = wire.ends.count(target)
            look |= _look(target)
            if times > MOST_ARROWS and len(wire.targets) > 1:
                look |= {**style.TAG, "headlabel": f"× {times}"}
            for _ in range(times if times <= MOST_ARROWS else 1):
                yield from self._arrow(wire, target, look)

    def _arrow(self, wire: Wire, target: Strip, look: dict[str, str]) -> Iterator[str]:
        """Downwards; on the right side of an hourglass upwards, and its skips across."""
        name = self._strips[id(target)]
        if self._hourglass is None or not self._rises(target):
            yield edge(wire.name, name, **look)
        elif (wire, target) in self._hourglass.skips:
            yield edge(wire.name, name, **look, **style.SKIP)
            yield same_rank(wire.name, name)
        else:
            yield edge(name, wire.name, dir="back", **look)

    def _rises(self, strip: Strip) -> bool:
        return self._hourglass is not None and self._depth[id(strip)] > self._hourglass.turn


def _look(strip: Strip) -> dict[str, str]:
    return style.LATE if strip.train_only else {}


def _width(label: str) -> float:
    """Of a strip with this label and the gap beside it."""
    cells, text = label.count("<td"), re.sub(r"<[^>]*>", "", label)
    return 24 + 10 * cells + 5 * len(text)


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
