"""The distinct block structures of a program, each under the name that the figure gives it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_uppercase
from typing import Any

from netspec.backends.graphviz.fold import Folder, overlay, side_by_side
from netspec.backends.graphviz.strips import Link, Node, arrange
from netspec.backends.graphviz.symbols import Symbols
from netspec.backends.graphviz.units import is_unit
from netspec.program import Instance, Path, Program


@dataclass(frozen=True, eq=False)
class Entry:
    """A block structure; its `versions` differ from each other in numbers only."""

    name: str
    versions: Sequence[Instance]
    nodes: Sequence[Node]
    links: Sequence[Link]
    late: frozenset[str] = frozenset()
    """The outputs that are given in training only."""

    @cached_property
    def varied(self) -> Mapping[str, tuple[Any, ...]]:
        """The arguments (numbers and words) that are not the same in all versions."""
        first, *others = (version.arguments for version in self.versions)
        plain = (key for key in first if isinstance(first[key].value, int | float | str))
        values = {key: (first[key].value, *(other[key].value for other in others)) for key in plain}
        return {key: each for key, each in values.items() if each.count(each[0]) < len(each)}

    @cached_property
    def symbols(self) -> Symbols:
        taken = [value.type.shape for version in self.versions for value in version.inputs[:1]]
        return Symbols(taken, self.varied)

    @cached_property
    def lenders(self) -> frozenset[Path]:
        """The places whose weights are used elsewhere in the body."""
        calls = self.versions[0].calls
        again = (call.place.path() for call in calls if call.weighting.again)
        tied = (tie.path for call in calls for tie in call.weighting.ties.values())
        return frozenset((*again, *tied))


class Catalogue:
    """Finds the entry of an instance; `entries` come in the order of first use, the root first."""

    def __init__(self, program: Program) -> None:
        self._folder = Folder()
        for instance in program.instances():  # callees first, so that recursion is shallow
            self._folder.kind(instance)
        versions: dict[int, list[Instance]] = {}
        for instance in _breadth_first(program.root):
            versions.setdefault(self._folder.kind(instance), []).append(instance)
        root, *others = versions
        names = _names({k: versions[k][0].block for k in others})
        self._by_kind = {
            root: self._entry(program.name, versions[root], program.train_only),
            **{kind: self._entry(names[kind], versions[kind]) for kind in others},
        }

    @property
    def entries(self) -> list[Entry]:
        return list(self._by_kind.values())

    def __getitem__(self, instance: Instance) -> Entry:
        return self._by_kind[self._folder.kind(instance)]

    def _entry(
        self, name: str, versions: Sequence[Instance], late: frozenset[str] = frozenset()
    ) -> Entry:
        bodies = [self._folder.body(version) for version in versions]
        return Entry(name, versions, *arrange(overlay(bodies, side_by_side), versions), late)


def _breadth_first(root: Instance) -> Iterator[Instance]:
    """The root, then every block that is not shown where it is used."""
    seen, queue = {id(root)}, deque([root])
    while queue:
        instance = queue.popleft()
        yield instance
        for call in instance.calls:
            target = call.target
            if isinstance(target, Instance) and id(target) not in seen and not is_unit(target):
                seen.add(id(target))
                queue.append(target)


def _names(blocks: Mapping[int, str]) -> dict[int, str]:
    """The block's name, with a letter where blocks of that name have several structures."""
    alike: dict[str, list[int]] = {}
    for kind, block in blocks.items():
        alike.setdefault(block, []).append(kind)
    return {
        kind: block if len(kinds) == 1 else f"{block} {_letters(at)}"
        for block, kinds in alike.items()
        for at, kind in enumerate(kinds)
    }


def _letters(number: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    rest, last = divmod(number, 26)
    return (_letters(rest - 1) if rest else "") + ascii_uppercase[last]
