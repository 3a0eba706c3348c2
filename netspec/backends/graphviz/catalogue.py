"""The distinct block structures of a program, each under the name that the figure gives it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_uppercase
from typing import Any

from netspec.backends.graphviz.fold import Folder, overlay, side_by_side
from netspec.backends.graphviz.strips import Picture, is_unit, picture
from netspec.backends.graphviz.symbols import Symbols
from netspec.program import Instance, Program


@dataclass(frozen=True, eq=False)
class Entry:
    """A block structure: `versions` are the instances that differ from each other in numbers only."""

    name: str
    versions: Sequence[Instance]
    picture: Picture

    @cached_property
    def varied(self) -> Mapping[str, tuple[Any, ...]]:
        """Numbers and words among the arguments that are not the same in all versions."""
        first, *others = (version.arguments for version in self.versions)
        listed = {
            key: (argument.value, *(other[key].value for other in others))
            for key, argument in first.items()
            if isinstance(argument.value, int | float | str)
        }
        return {
            key: values
            for key, values in listed.items()
            if any(value != values[0] for value in values)
        }

    @cached_property
    def symbols(self) -> Symbols:
        shapes = [v.inputs[0].type.shape if v.inputs else () for v in self.versions]
        return Symbols(shapes, self.varied)


class Catalogue:
    """Looks up the entry of an instance; `entries` are in the order of first use."""

    def __init__(self, program: Program) -> None:
        self._folder = Folder()
        versions: dict[int, list[Instance]] = {}
        for instance in _breadth_first(program.root):
            versions.setdefault(self._folder.kind(instance), []).append(instance)
        blocks = [(kind, alike[0].block) for kind, alike in versions.items()]
        names = dict(blocks[:1]) | _names(blocks[1:])
        self._by_kind = {
            kind: Entry(names[kind], alike, self._picture(alike))
            for kind, alike in versions.items()
        }

    @property
    def entries(self) -> list[Entry]:
        return list(self._by_kind.values())

    def __getitem__(self, instance: Instance) -> Entry:
        return self._by_kind[self._folder.kind(instance)]

    def _picture(self, versions: Sequence[Instance]) -> Picture:
        bodies = [self._folder.body(version) for version in versions]
        return picture(overlay(bodies, side_by_side), versions)


def _breadth_first(root: Instance) -> Iterator[Instance]:
    """The root, then every other block that is not shown where it is used."""
    seen, queue = {id(root)}, deque([root])
    while queue:
        instance = queue.popleft()
        yield instance
        for call in instance.calls:
            target = call.target
            if isinstance(target, Instance) and not is_unit(target) and id(target) not in seen:
                seen.add(id(target))
                queue.append(target)


def _names(blocks: Sequence[tuple[int, str]]) -> dict[int, str]:
    """The block's name, with a letter where blocks of that name come in several structures."""
    alike: dict[str, list[int]] = {}
    for kind, block in blocks:
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
