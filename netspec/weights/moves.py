"""Paths that are others now, in few lines: `stage{n}.* -> layer{n}.*`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import takewhile

Move = tuple[str, str]
"""An old path and the new one."""
PLACEHOLDERS = "nmkj"
_NUMBER = re.compile(r"\d+")


def moves_in_words(moves: Iterable[Move], what: str) -> list[str]:
    """A line for all that moved from one place to another, or between places that differ by
    numbers; `what` they are, in the plural.
    """
    found: defaultdict[Move, list[Move]] = defaultdict(list)
    for move in moves:
        found[_pattern(*_places(*move))].append(move)
    return [_line(pattern, together, what) for pattern, together in found.items()]


def _places(old: str, new: str) -> Move:
    """The paths without what they both end in."""
    before, after = old.split("."), new.split(".")
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return ".".join(before), ".".join(after)


def _pattern(old: str, new: str) -> Move:
    """The places with placeholders for the numbers that both begin with."""
    pairs = zip(_NUMBER.findall(old), _NUMBER.findall(new), PLACEHOLDERS, strict=False)
    same = [letter for _, _, letter in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    return _general(old, same), _general(new, same)


def _general(path: str, letters: Sequence[str]) -> str:
    """The path with these placeholders for its first numbers."""
    for letter in letters:
        path = _NUMBER.sub(f"{{{letter}}}", path, count=1)
    return path


def _line(pattern: Move, moves: Sequence[Move], what: str) -> str:
    if len(moves) == 1:
        return " -> ".join(moves[0])
    places = {_places(*move) for move in moves}
    below = "" if places == set(moves) else ".*"
    place = places.pop() if len(places) == 1 else pattern
    old, new = (f"{path}{below}".removeprefix(".") for path in place)
    return f"{old} -> {new} ({len(moves):,} {what})"
