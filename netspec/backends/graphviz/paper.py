"""How a figure fills the smallest paper on which it can be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from netspec.backends.graphviz.drawing import Drawing

STRIP, HEAD = 54, 80
"""What a strip takes down the page, and the title of the figure, in points."""
LEGIBLE = 0.8
"""Text of 8 points is some 6 then: sizes are known by their estimates only."""
MOST_COLUMNS, HEIGHTS_TRIED = 8, 64

Columns = list[list[Drawing]]


class Paper(NamedTuple):
    """A sheet less its margins, in points."""

    width: float
    height: float

    @property
    def inches(self) -> str:
        return f"{self.width / 72:.2f},{self.height / 72:.2f}"


SHEETS = (
    Paper(540, 785),
    Paper(785, 540),
    Paper(785, 1134),
    Paper(1134, 785),
    Paper(1134, 1627),
    Paper(1627, 1134),
)
"""A4, A3 and A2, upright and across."""


def layout(spine: Drawing, insets: Sequence[Drawing]) -> tuple[Paper, Columns]:
    """The paper, and the insets in columns beside the spine in the way that needs least scaling."""
    ways = _ways(spine, insets)
    for paper in SHEETS:
        columns = max(ways, key=lambda columns: _scale(paper, spine, columns))
        if _scale(paper, spine, columns) >= LEGIBLE:
            break
    return paper, columns


def _ways(spine: Drawing, insets: Sequence[Drawing]) -> list[Columns]:
    total = sum(map(_room, insets))
    heights = range(total // MOST_COLUMNS, total + 1, 1 + total // HEIGHTS_TRIED)
    return [_filled(insets, max(height, spine.height)) for height in heights]


def _room(inset: Drawing) -> int:
    """Strips on the longest path, and the room of one for the heading."""
    return inset.height + 1


def _filled(insets: Iterable[Drawing], height: int) -> Columns:
    """Columns no higher than that, if no inset is."""
    columns: Columns = []
    for inset in insets:
        if columns and sum(map(_room, columns[-1])) + _room(inset) <= height:
            columns[-1].append(inset)
        else:
            columns.append([inset])
    return columns


def _scale(paper: Paper, spine: Drawing, columns: Columns) -> float:
    height = max([spine.height, *(sum(map(_room, column)) for column in columns)]) * STRIP
    width = sum(max(each.width for each in column) for column in ([spine], *columns))
    return min(1, paper.width / max(1, width), paper.height / (HEAD + height))
