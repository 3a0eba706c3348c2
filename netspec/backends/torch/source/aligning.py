"""Sequences that have a part in common, side by side."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import groupby
from typing import NamedTuple

Row = dict[int, int]
"""The position of one entry in each of the sequences that have it."""


class Segment(NamedTuple):
    """Rows that the same sequences have; `otherwise` are those that all others have instead."""

    then: tuple[Row, ...]
    otherwise: tuple[Row, ...] = ()

    @property
    def having(self) -> frozenset[int]:
        """The sequences that have the rows of `then`."""
        return frozenset(self.then[0])


def segments(
    sequences: Sequence[Sequence[Hashable]],
    reason: Callable[[Row], Hashable] = lambda row: None,
    excludes: Callable[[Hashable, Hashable], bool] = lambda reason, other: True,
) -> list[Segment]:
    """The sequences as one that has the entries of all of them, in their order. A segment has one
    reason for being there; ways of one segment have reasons that exclude each other.
    """
    everyone = frozenset(range(len(sequences)))
    result: list[Segment] = []
    why: Hashable = None
    rows = _aligned(sequences)

    def group(row: Row) -> tuple[frozenset[int], Hashable]:
        having = frozenset(row)
        return having, reason(row) if having != everyone else None

    for (having, own), run in groupby(rows, group):
        last = result[-1] if result else None
        alone = last is not None and not last.otherwise
        if last and alone and last.having == everyone - having and excludes(why, own):
            result[-1] = Segment(last.then, tuple(run))
        else:
            result.append(Segment(tuple(run)))
        why = own
    return result


def _aligned(sequences: Sequence[Sequence[Hashable]]) -> list[Row]:
    """The rows; the longest sequence is there first, and the others are fitted in."""
    first, *others = sorted(range(len(sequences)), key=lambda k: -len(sequences[k]))
    rows: list[Row] = [{first: position} for position in range(len(sequences[first]))]
    for k in others:
        rows = _fitted(rows, sequences, k)
    return rows


def _fitted(rows: list[Row], sequences: Sequence[Sequence[Hashable]], k: int) -> list[Row]:
    """The rows with one more sequence in them, by the one that is there and most like it."""
    from difflib import SequenceMatcher

    there = sorted({form for row in rows for form in row})
    matchers = [SequenceMatcher(None, sequences[f], sequences[k], autojunk=False) for f in there]
    best = max(range(len(there)), key=lambda at: matchers[at].ratio())
    places = [at for at, row in enumerate(rows) if there[best] in row]
    result: list[Row] = []
    done = 0
    for tag, start, stop, own_start, own_stop in matchers[best].get_opcodes():
        own = range(own_start, own_stop)
        for position in range(start, stop):
            result += rows[done : places[position]]
            done = places[position] + 1
            matched = {k: own[position - start]} if tag == "equal" else {}
            result.append(rows[places[position]] | matched)
        if tag != "equal":
            result += [{k: at} for at in own]
    return result + rows[done:]
