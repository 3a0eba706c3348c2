"""Levels of the module tree, and how often the text goes through each of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netspec.program import Call, Path, Value

Output = tuple[int, int]
"""An output of a call in a row of calls: the positions of both."""


@dataclass(frozen=True)
class Level:
    """A level whose calls stand in a row, or in several that are alike: one for each time that the
    level is applied. `size` counts the calls of a row, `outputs` is what is used outside of it.
    """

    size: int
    outputs: tuple[Output, ...]


class Levels:
    """The levels of one instance; `uses` counts the uses of its values."""

    def __init__(self, calls: Sequence[Call], uses: Counter[Value]) -> None:
        self.uses = uses
        self.calls: defaultdict[Path, list[Call]] = defaultdict(list)
        self.starts: defaultdict[Path, list[int]] = defaultdict(list)
        self.known: dict[Path, Level | None] = {}
        previous: set[Path] = set()
        for call in calls:
            group = call.place.group
            levels = {group[:depth] for depth in range(1, len(group) + 1)}
            for path in levels:
                if path not in previous:
                    self.starts[path].append(len(self.calls[path]))
                self.calls[path].append(call)
            previous = levels

    def at(self, path: Path) -> Level | None:
        """The level at a path; None if it is no module of its own that the calls around it apply.

        It is none if its calls are scattered, if some of them read weights that stand outside of
        it, or if training alone needs some of them.
        """
        if path not in self.known:
            self.known[path] = self._level(path)
        return self.known[path]

    def _level(self, path: Path) -> Level | None:
        calls = self.calls[path]
        if len({call.train_only for call in calls}) > 1 or _reads_weights_outside(calls, path):
            return None
        new = 1 + max(k for k, call in enumerate(calls) if not call.weighting.again)
        for size in range(new, len(calls) + 1):
            rows = [calls[start : start + size] for start in range(0, len(calls), size)]
            fits = len(calls) % size == 0 and all(s % size == 0 for s in self.starts[path])
            if fits and _are_alike(rows):
                return Level(size, tuple(sorted({o for row in rows for o in self._outputs(row)})))
        return None

    def _outputs(self, row: Sequence[Call]) -> Iterator[Output]:
        inside = Counter(value for call in row for value in call.inputs)
        for k, call in enumerate(row):
            for position, value in enumerate(call.outputs):
                if self.uses[value] > inside[value]:
                    yield k, position


def _reads_weights_outside(calls: Sequence[Call], path: Path) -> bool:
    ties = [tie for call in calls for tie in call.weighting.ties.values()]
    return any((*tie.path, tie.weight)[: len(path)] != path for tie in ties)


def _are_alike(rows: Sequence[Sequence[Call]]) -> bool:
    """Whether the rows apply the same modules to values that flow in the same way."""
    if len(rows) == 1:
        return True
    first = _wiring(rows[0])
    return all(_wiring(row) == first for row in rows[1:])


def _wiring(row: Sequence[Call]) -> list[object]:
    numbers: dict[Value, int] = {}
    return [
        (
            call.place,
            call.count,
            [
                numbers.setdefault(value, len(numbers))
                for values in (call.inputs, call.outputs)
                for value in values
            ],
        )
        for call in row
    ]
