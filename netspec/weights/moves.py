"""Paths that are others now, in few lines: `stage1.* -> layer1.*`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

Move = tuple[str, str]
"""An old path and the new one."""


def moves_in_words(moves: Iterable[Move], what: str) -> list[str]:
    """A line for all that moved from one place to another; `what` they are, in the plural."""
    found: defaultdict[Move, list[Move]] = defaultdict(list)
    for move in moves:
        found[_places(*move)].append(move)
    return [_line(place, together, what) for place, together in found.items()]


def _places(old: str, new: str) -> Move:
    """The paths without what they both end in."""
    before, after = old.split("."), new.split(".")
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return ".".join(before), ".".join(after)


def _line(place: Move, moves: list[Move], what: str) -> str:
    if len(moves) == 1:
        return " -> ".join(moves[0])
    old, new = (f"{path}.*".removeprefix(".") for path in place)
    return f"{old} -> {new} ({len(moves):,} {what})"
