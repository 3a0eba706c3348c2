"""Unrolled loops of the text rolled up again, where iterations differ by growing numbers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from netspec.backends.torch.code import Affine, Node, Ordinal
from netspec.backends.torch.source.gathering import gathered
from netspec.backends.torch.source.lookups import laws_or_table
from netspec.backends.torch.source.progression import Run, generalised, runs
from netspec.backends.torch.source.sequential import folded
from netspec.backends.torch.source.steps import (
    Carry,
    Collected,
    Each,
    Repeat,
    Step,
    all_steps,
    definitions,
    height,
    references,
    renamed,
    repeats,
)
from netspec.backends.torch.tree import Tree, rewrite
from netspec.program import Loop, Value

Users = dict[int, set[int]]
"""The positions of the entries that use each value."""
SHORTEST_LIST = 3
"""Fewer values are merged one by one."""


@dataclass(frozen=True)
class Entry:
    """The steps of one call: its loop iterations, its position in the text."""

    loops: tuple[Loop, ...]
    nodes: list[Node]
    position: int

    def at(self, depth: int) -> Loop | None:
        """The iteration of the loop at that depth, if the entry is in one."""
        return self.loops[depth] if len(self.loops) > depth else None

    def key(self, depth: int) -> int | None:
        loop = self.at(depth)
        return loop.key if loop else None


class Iteration:
    """The steps of one iteration, and the range of entries that they come from."""

    def __init__(self, steps: list[Node], entries: list[Entry]) -> None:
        self.steps = tuple(steps)
        self.start, self.stop = entries[0].position, entries[-1].position + 1
        self.read = [number for step in steps for number in references(step)]
        self.made = [number for step in steps for number in definitions(step)]


class Roller:
    """Rolls up the loops of one unit; `fresh` numbers the values that loops carry and collect,
    `values` are those of the program by their numbers.
    """

    def __init__(
        self,
        fresh: Iterator[int],
        users: Users,
        entries: Sequence[Entry],
        values: Mapping[int, Value],
    ) -> None:
        self.fresh, self.users, self.entries, self.values = fresh, users, entries, values

    def rolled(self, entries: list[Entry], depth: int = 0) -> list[Node]:
        """The entries' steps, with the loops from that depth on rolled up."""
        result: list[Node] = []
        for key, group in groupby(entries, lambda entry: entry.key(depth)):
            if key is None:
                result += [node for entry in group for node in entry.nodes]
            else:
                pieces = [list(piece) for _, piece in groupby(group, lambda e: e.at(depth))]
                result += self.repeats(
                    [Iteration(self.rolled(piece, depth + 1), piece) for piece in pieces]
                )
        return result

    def repeats(self, iterations: list[Iteration]) -> Iterator[Node]:
        """The iterations as repeats where they can be, and step by step where not."""
        pieces = [tuple(_comparable(step) for step in iteration.steps) for iteration in iterations]
        befores = [None, *iterations[:-1]]
        sources = [_sources(*pair) for pair in zip(iterations, befores, strict=True)]

        def follows(start: int, k: int) -> bool:
            if k == start + 1:
                return _starts(sources[start], sources[k])
            return sources[k] == sources[start + 1]

        for run in runs(pieces, follows, laws_or_table):
            members = iterations[run.start : run.stop]
            repeat = self.repeat(members, run) if len(run) > 1 else None
            if repeat is not None:
                yield repeat
            else:
                yield from (step for member in members for step in member.steps)

    def repeat(self, iterations: list[Iteration], run: Run) -> Repeat | None:
        """The iterations of a run as one repeat; None if that would not do the same."""
        first, last = iterations[0], iterations[-1]
        sources = _sources(iterations[1], first)
        carried = sorted({at for kind, at in sources if kind == "carried"})
        level = height(first.steps)
        steps = generalised(_without_modules(first.steps), run.steps, level)
        steps = _with_modules(steps, iterations, level)
        if len(iterations) == 2 and any(map(_is_apart, all_steps(steps))):
            return None
        merges = self.merges(iterations, carried)
        if merges is None or not (_keeps_order(steps) and _agree(steps, iterations)):
            return None
        for merge in merges:
            merge.entry.nodes[:] = [merge.step]
            self.users[merge.collection] = {merge.entry.position}
        collected = tuple(Collected(first.made[merge.at], merge.collection) for merge in merges)
        before, inside = _initial(first, sources), {at: next(self.fresh) for at in carried}
        remaining = iter(sources)

        def reference(number: int) -> int:
            kind, at = next(remaining)
            return inside[at] if kind == "carried" else number

        carries = [Carry(before[at], inside[at], first.made[at], last.made[at]) for at in carried]
        steps = tuple(renamed(step, reference, lambda number: number) for step in steps)
        return Repeat(repeats(len(run)), steps, tuple(carries), level, collected)

    def merges(self, iterations: list[Iteration], carried: Sequence[int]) -> list[Merge] | None:
        """The merges of what is used outside the iterations, the last ones of what is `carried`
        excepted; None if it is used in other ways.
        """
        inside = range(iterations[0].start, iterations[-1].stop)
        merges: list[Merge] = []
        for at, numbers in enumerate(zip(*(each.made for each in iterations), strict=True)):
            outside = [self.users.get(number, set()).difference(inside) for number in numbers]
            if any(outside[:-1] if at in carried else outside):
                merge = self.merge(at, numbers, outside, at in carried)
                if merge is None or any(other.entry is merge.entry for other in merges):
                    return None
                merges.append(merge)
        return merges

    def merge(
        self, at: int, numbers: tuple[int, ...], outside: list[set[int]], result: bool
    ) -> Merge | None:
        """The one step that uses these values, if it may use a list of them; the last of them may
        have other uses if it is a `result` of the loop.
        """
        (*users, last), collection = outside, next(self.fresh)
        if len(numbers) < SHORTEST_LIST or len(set.union(*users)) != 1:
            return None
        (position,) = set.union(*users)
        if set() in users or position not in last or (len(last) > 1 and not result):
            return None
        nodes = self.entries[position].nodes if position < len(self.entries) else []
        if len(nodes) != 1 or not isinstance(nodes[0], Step):
            return None
        shapes = {self.values[n].type if n in self.values else None for n in numbers}
        alike = len(shapes) == 1 and None not in shapes
        step = gathered(nodes[0], numbers, collection, alike=alike)
        return None if step is None else Merge(at, collection, self.entries[position], step)


@dataclass(frozen=True)
class Merge:
    """A step of an entry on the list of the values that iterations make at one position."""

    at: int
    collection: int
    entry: Entry
    step: Step


Source = tuple[str, int]


def _sources(iteration: Iteration, previous: Iteration | None) -> list[Source]:
    """Where each value that an iteration reads comes from: itself, the one before, or outside."""
    inner = {number: at for at, number in enumerate(iteration.made)}
    carried = {number: at for at, number in enumerate(previous.made)} if previous else {}

    def source(number: int) -> Source:
        if number in inner:
            return ("inner", inner[number])
        return ("carried", carried[number]) if number in carried else ("outer", number)

    return [source(number) for number in iteration.read]


def _starts(first: list[Source], second: list[Source]) -> bool:
    """Whether the first iteration reads as the second does, with what is carried from outside."""
    initial: dict[Source, Source] = {}
    for a, b in zip(first, second, strict=True):
        if b[0] == "carried":
            if a[0] == "inner" or initial.setdefault(b, a) != a:
                return False
        elif a != b:
            return False
    return True


def _initial(first: Iteration, sources: list[Source]) -> dict[int, int]:
    """What the first iteration reads where later ones read what is carried."""
    pairs = zip(first.read, sources, strict=True)
    return {at: number for number, (kind, at) in pairs if kind == "carried"}


def _keeps_order(steps: tuple[Node, ...]) -> bool:
    """Whether the modules that a loop registers keep their order when they are made in front of it.

    A module that all iterations share, and a list with one for each of them, is made once; these
    come before those that a loop makes one by one.
    """
    registered = [step for step in all_steps(steps) if step.registers]
    one_by_one = [step.label.grows and not step.container for step in registered]
    lists = [step for step in registered if step.label.grows and step.container]
    names = Counter(step.container[0] for step in registered if step.container)
    return one_by_one == sorted(one_by_one) and all(
        step in steps and names[step.container[0]] == 1 and _counts_up(step) for step in lists
    )


def _is_apart(step: Step) -> bool:
    """Whether two iterations read better one by one: each makes a module with a name of its own, or
    modules in a list that differ.
    """
    named = step.registers and step.label.grows and not step.container
    return named or isinstance(step.module, Each)


def _counts_up(step: Step) -> bool:
    """Whether the steps of a loop are called 0, 1, 2, .., from any number on."""
    position = step.label.parts
    return len(position) == 1 and isinstance(position[0], Affine) and position[0].step == Ordinal(1)


def _agree(steps: tuple[Node, ...], iterations: list[Iteration]) -> bool:
    """Whether the iterations agree in which of their own modules are new."""
    columns = zip(*(all_steps(iteration.steps) for iteration in iterations), strict=True)
    return not any(
        step.label.grows and len({member.again for member in members}) > 1
        for step, members in zip(all_steps(steps), columns, strict=True)
    )


def _comparable(step: Node) -> Node:
    """The step less the names of its values, less what is made in a list, and less whether its
    module is new.
    """
    step = renamed(step, lambda number: 0, lambda number: 0)
    return rewrite(
        _without_modules(step),
        lambda node: replace(node, again=False) if isinstance(node, Step) else None,
    )


def _without_modules(tree: Tree) -> Tree:
    """The steps less the modules that stand in lists, where they need not be alike."""

    def bare(node: Node) -> Node | None:
        return replace(node, module=None) if isinstance(node, Step) and _is_listed(node) else None

    return rewrite(tree, bare)


def _is_listed(step: Step) -> bool:
    """Whether the step's module is called by a number alone, among others."""
    numbered = len(step.label.parts) == 1 and not isinstance(step.label.parts[0], str)
    return step.registers and bool(step.container) and numbered


def _with_modules(
    steps: tuple[Node, ...], iterations: list[Iteration], level: int
) -> tuple[Node, ...]:
    """The steps of a loop with the modules of all iterations where these stand in lists."""
    columns = zip(*(all_steps(iteration.steps) for iteration in iterations), strict=True)
    modules = iter([_module([step.module for step in column], level) for column in columns])

    def replaced(node: Node) -> Node | None:
        if not isinstance(node, Step):
            return None
        module = next(modules)
        return replace(node, module=module) if node.module is None else node

    return rewrite(steps, replaced)


def _module(modules: list[Node | None], level: int) -> Node | None:
    """One module with numbers that grow, or each of them."""
    if modules[0] is None:
        return None
    every = list(runs(modules, lambda start, k: True))
    if len(every) == 1:
        return generalised(modules[0], every[0].steps, level)
    return Each(tuple(folded([module for module in modules if module is not None], every)))
