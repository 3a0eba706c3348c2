"""From a unit to the body of its class: steps on numbered values, the text's loops rolled up again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count, groupby

from netspec.backends.torch.classes import Made
from netspec.backends.torch.code import (
    Affine,
    Argument,
    Call,
    ClassName,
    Label,
    Module,
    Node,
    Operand,
    Ordinal,
    Slot,
)
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.progression import Run, generalised, runs
from netspec.backends.torch.sequential import sequential
from netspec.backends.torch.steps import (
    Body,
    Carry,
    Repeat,
    Step,
    all_steps,
    definitions,
    height,
    references,
    renamed,
)
from netspec.backends.torch.units import Item, Unit, in_scope
from netspec.program import Loop, Value

Constructed = Mapping[Unit, Made]


def body_of(unit: Unit, made: Constructed) -> tuple[Body, dict[int, Value]]:
    """The unit's body, and the value behind each number in it."""
    builder = _Builder(unit, made)
    steps = builder.rolled(list(enumerate(unit.items)), 0)
    body = Body(builder.numbered(unit.inputs), tuple(steps), builder.numbered(unit.outputs))
    return _renumbered(body, {number: value for value, number in builder.numbers.items()})


def constructor(item: Item, made: Constructed) -> Node | None:
    """The expression that constructs the item's module; None where torch has no such module."""
    if isinstance(item.target, Lowering):
        return item.target.module
    if isinstance(item.target, Unit):
        return _construction(item, made[item.target])
    entries = [(entry, constructor(entry, made)) for entry in item.target.items]
    return sequential([(label(i), module, i.count) for i, module in entries if module])


def _construction(item: Item, made: Made) -> Node:
    arguments = []
    for parameter in made.by.parameters:
        slot = Slot(made.arguments[parameter.name], parameter.name, parameter.name)
        located = in_scope(slot, item.call, item.scope) if item.call else slot
        keyword = parameter.name if parameter.has_default else None
        arguments.append(Argument(located, keyword, parameter.default))
    return Call(ClassName(made.by), tuple(arguments))


def label(item: Item) -> Label:
    """The item's name, split into text and numbers."""
    parts = re.split(r"(0|[1-9][0-9]*)", item.name)
    return Label(tuple(Ordinal(int(p)) if p.isdecimal() else p for p in parts if p))


class _Builder:
    """Makes the steps of one unit."""

    def __init__(self, unit: Unit, made: Constructed) -> None:
        self.made = made
        self.numbers: dict[Value, int] = {}
        self.fresh = count()
        self.users: defaultdict[int, set[int]] = defaultdict(set)
        for position, item in enumerate(unit.items):
            for number in self.numbered(item.inputs):
                self.users[number].add(position)
        for number in self.numbered(unit.outputs):
            self.users[number].add(len(unit.items))

    def numbered(self, values: tuple[Value, ...]) -> tuple[int, ...]:
        for value in values:
            if value not in self.numbers:
                self.numbers[value] = next(self.fresh)
        return tuple(self.numbers[value] for value in values)

    # ------------------------------------------------------------------------------ single items

    def nodes(self, item: Item) -> list[Node]:
        step = self.step(item)
        if item.count == 1:
            return [step]
        return self.twice(step) if item.count == 2 and not item.container else [
            self.counted(step, item.count)
        ]

    def step(self, item: Item) -> Step:
        step = Step(
            applied(len(item.inputs)),
            constructor(item, self.made),
            True,
            label(item),
            item.container,
            item.group,
            self.numbered(item.inputs),
            self.numbered(item.outputs),
            item.call.note if item.call else None,
        )
        if not isinstance(item.target, Lowering):
            return step
        in_list = bool(item.container) and item.name.isdecimal()
        if item.target.registered or not in_list or step.module is None:
            step = replace(step, form=item.target.form, registered=item.target.registered)
        return step

    def twice(self, step: Step) -> list[Node]:
        """Two applications in a row, which read better one by one."""
        between = (next(self.fresh),)
        *stem, number = step.label.parts
        assert isinstance(number, Ordinal)
        second = Label((*stem, Ordinal(number.value + 1)))
        return [replace(step, outputs=between), replace(step, label=second, inputs=between)]

    def counted(self, step: Step, count: int) -> Repeat:
        """One step done several times, each on the result of the one before."""
        inside, after = next(self.fresh), next(self.fresh)
        level = height(step)
        *stem, number = step.label.parts
        name = Label((*stem, Affine(number, Ordinal(1), level)))
        once = replace(step, label=name, inputs=(inside,), outputs=(after,))
        carry = Carry(step.inputs[0], inside, after, step.outputs[0])
        return Repeat(Slot(count, "repeats"), (once,), (carry,), level)

    # ------------------------------------------------------------------------------------- loops

    def rolled(self, items: list[tuple[int, Item]], depth: int) -> list[Node]:
        """The items, at that depth of loops, with iterations that differ by numbers only rolled up."""

        def iteration(entry: tuple[int, Item]) -> Loop | None:
            loops = entry[1].loops
            return loops[depth] if len(loops) > depth else None

        result: list[Node] = []
        for key, of_loop in groupby(items, lambda e: loop.key if (loop := iteration(e)) else None):
            if key is None:
                result += [node for _, item in of_loop for node in self.nodes(item)]
                continue
            pieces = [list(group) for _, group in groupby(of_loop, iteration)]
            result += self.repeats([self.iteration(piece, depth + 1) for piece in pieces])
        return result

    def iteration(self, items: list[tuple[int, Item]], depth: int) -> _Iteration:
        steps = tuple(self.rolled(items, depth))
        return _Iteration(steps, items[0][0], items[-1][0] + 1)

    def repeats(self, iterations: list[_Iteration]) -> Iterator[Node]:
        """The iterations as repeats where they can be, and step by step where not."""
        pieces = [
            tuple(renamed(step, _nameless, _nameless) for step in iteration.steps)
            for iteration in iterations
        ]
        sources = [
            _sources(iteration, iterations[k - 1] if k else None)
            for k, iteration in enumerate(iterations)
        ]

        def follows(start: int, k: int) -> bool:
            if k == start + 1:
                return _starts(sources[start], sources[k])
            return sources[k] == sources[start + 1]

        for run in runs(pieces, follows):
            repeat = self.repeat(iterations[run.start : run.stop], run) if len(run) > 1 else None
            if repeat is not None:
                yield repeat
            else:
                for iteration in iterations[run.start : run.stop]:
                    yield from iteration.steps

    def repeat(self, iterations: list[_Iteration], run: Run) -> Repeat | None:
        """Iterations that differ by the run's steps as one repeat; None if values escape from it."""
        first, second, last = iterations[0], iterations[1], iterations[-1]
        carried = sorted({at for kind, at in _sources(second, first) if kind == "carried"})
        kept = {last.made[at] for at in carried}
        if self.escapes(iterations, kept):
            return None
        level = height(first.steps)
        steps = generalised(first.steps, run.steps, level)
        if not _keeps_order(steps):
            return None
        inside = {at: next(self.fresh) for at in carried}
        before: dict[int, int] = {}
        sources = iter(_sources(second, first))

        def reference(number: int) -> int:
            kind, at = next(sources)
            if kind != "carried":
                return number
            before[at] = number
            return inside[at]

        steps = tuple(renamed(step, reference, lambda number: number) for step in steps)
        carries = tuple(
            Carry(before[at], inside[at], first.made[at], last.made[at]) for at in carried
        )
        return Repeat(Slot(len(run), "repeats"), steps, carries, level)

    def escapes(self, iterations: list[_Iteration], kept: set[int]) -> bool:
        """Whether a value other than the kept ones is used outside the iterations."""
        inside = range(iterations[0].start, iterations[-1].stop)
        made = {number for iteration in iterations for number in iteration.made}
        return any(user not in inside for number in made - kept for user in self.users[number])


class _Iteration:
    """The steps of one iteration, and the range of the unit's items that they come from."""

    def __init__(self, steps: tuple[Node, ...], start: int, stop: int) -> None:
        self.steps, self.start, self.stop = steps, start, stop
        self.read = [number for step in steps for number in references(step)]
        self.made = [number for step in steps for number in definitions(step)]


Source = tuple[str, int]


def _sources(iteration: _Iteration, previous: _Iteration | None) -> list[Source]:
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


def _keeps_order(steps: tuple[Node, ...]) -> bool:
    """Whether the modules that a loop registers keep their order when a loop constructs them.

    They do if all are the unit's own, and if there is one for each iteration, in a list.
    """
    registered = [step for step in all_steps(steps) if step.registered]
    if not any(step.container for step in registered):
        return True
    if len(registered) > 1 or registered[0] not in steps:
        return False
    position = registered[0].label.parts
    return len(position) == 1 and isinstance(position[0], Affine) and position[0].step == Ordinal(1)


def _nameless(number: int) -> int:
    return 0


def applied(inputs: int) -> Node:
    """The registered module, applied to that many inputs."""
    return Call(Module(), tuple(Operand(k) for k in range(inputs)))


def _renumbered(body: Body, values: dict[int, Value]) -> tuple[Body, dict[int, Value]]:
    """The body with its values numbered in the order of the code."""
    order: dict[int, int] = {}

    def number(old: int) -> int:
        return order.setdefault(old, len(order))

    inputs = tuple(map(number, body.inputs))
    steps = tuple(renamed(step, number, number) for step in body.steps)
    outputs = tuple(map(number, body.outputs))
    known = {new: values[old] for old, new in order.items() if old in values}
    return Body(inputs, steps, outputs), known
