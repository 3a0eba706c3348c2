"""Two sequences of layers laid beside each other: which layer of the old is which of the new.

An alignment pairs layers of one kind, in order. The best one pairs the most layers with weights;
among those the one with the most equal paths, then the most layers without weights. A pair counts
as found where every best alignment that pairs either layer pairs these two.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from netspec.diagnostics import fault
from netspec.weights.layers import Layer

WEIGHTED, SAME_PATH, WEIGHTLESS = 1_000_000_000, 10_000, 1
MAX_CELLS = 4_000_000

Pair = tuple[Layer, Layer]
Allowed = Callable[[Layer, Layer], bool]


@dataclass
class Alignment:
    """The pairs that are certain, and for each new layer that has several the old ones."""

    pairs: list[Pair] = field(default_factory=list)
    doubtful: dict[Layer, list[Layer]] = field(default_factory=dict)


def align(old: Sequence[Layer], new: Sequence[Layer], allowed: Allowed) -> Alignment:
    """Raises `SpecError` (NS402) where the sequences differ over too long a stretch."""
    start, end = _alike(old, new)
    found = Alignment([*zip(old[:start], new[:start], strict=True)])
    rest, others = old[start : len(old) - end], new[start : len(new) - end]
    _align_rest(rest, others, allowed, found)
    found.pairs += zip(old[len(old) - end :], new[len(new) - end :], strict=True)
    return found


def _alike(old: Sequence[Layer], new: Sequence[Layer]) -> tuple[int, int]:
    """How many layers at the start, and at the end, are the same by path and kind."""
    shorter = min(len(old), len(new))
    same = [a.path == b.path and a.kind == b.kind for a, b in zip(old, new, strict=False)]
    start = same.index(False) if False in same else shorter
    ends = zip(reversed(old[start:]), reversed(new[start:]), strict=False)
    same = [a.path == b.path and a.kind == b.kind for a, b in ends]
    return start, same.index(False) if False in same else len(same)


def _align_rest(
    old: Sequence[Layer], new: Sequence[Layer], allowed: Allowed, found: Alignment
) -> None:
    if (len(old) + 1) * (len(new) + 1) > MAX_CELLS:
        message = f"{len(old):,} layers cannot be compared with {len(new):,}: they are too many"
        raise fault("NS402", message, hint="make the edit in several steps")
    scores = _scores(old, new, allowed)
    before = _best(scores, len(new))
    back = [{len(new) - 1 - j: s for j, s in row.items()} for row in reversed(scores)]
    after = _best(back, len(new))
    best = before[-1][-1]
    partners: dict[int, list[int]] = defaultdict(list)
    claims: dict[int, list[int]] = defaultdict(list)
    for i, row in enumerate(scores):
        for j, score in row.items():
            if before[i][j] + score + after[len(old) - 1 - i][len(new) - 1 - j] == best:
                partners[i].append(j)
                claims[j].append(i)
    for j, olds in claims.items():
        i = olds[0]
        if len(olds) == 1 and partners[i] == [j]:
            found.pairs.append((old[i], new[j]))
        else:
            found.doubtful[new[j]] = [old[i] for i in olds]


def _scores(old: Sequence[Layer], new: Sequence[Layer], allowed: Allowed) -> list[dict[int, int]]:
    """What the pair of each old layer with each new one counts."""
    places: dict[object, list[int]] = defaultdict(list)
    for j, layer in enumerate(new):
        places[layer.kind].append(j)
    return [
        {j: _score(layer, new[j]) for j in places[layer.kind] if allowed(layer, new[j])}
        for layer in old
    ]


def _score(old: Layer, new: Layer) -> int:
    return (WEIGHTED if old.weights else WEIGHTLESS) + SAME_PATH * (old.path == new.path)


def _best(scores: Sequence[dict[int, int]], width: int) -> list[array[int]]:
    """The score of the best alignment of the first i and the first j layers, at [i][j]."""
    table = [array("q", bytes(8 * (width + 1)))]
    for pairs in scores:
        above, row = table[-1], array("q", bytes(8 * (width + 1)))
        best = 0
        for j in range(width):
            best = max(best, above[j + 1])
            if j in pairs:
                best = max(best, above[j] + pairs[j])
            row[j + 1] = best
        table.append(row)
    return table
