"""Params of the file that the code can honour: they become arguments of the network's constructor.

A param is honoured if nothing is decided by it, the programs with other values of it share every
class with the network, as the instances of a block do, and all that differs is an expression of the
param.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from netspec.backends.torch.code import Option
from netspec.backends.torch.source.building import ordered, unit_of_each
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.names import variable
from netspec.backends.torch.source.sharing import classes_of
from netspec.backends.torch.source.steps import When
from netspec.backends.torch.source.twins import twins
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.source.written import Number, Numbers, Written
from netspec.backends.torch.tree import walk
from netspec.diagnostics import SpecError
from netspec.program import Instance, Program
from netspec.syntax.decisions import Decisions, hide_a_step

Units = Mapping[Instance, Unit]

FEW = 12
"""A value that changes more instances than these is not looked at: what the code can honour stands
in few places, and trying takes as long as emitting all that is new.
"""


def with_params(program: Program, made: Units, written: Written) -> list[Class]:
    """The classes of the program; that of the network takes the params that the code can honour,
    each with its value as the default.
    """
    alone = classes_of(ordered(made), program.params)
    if not written.numbers:
        return alone
    start = _Start(program, made, written, _conditions(alone), written.program_with({})[1])
    trials = [trial for name in written.numbers if (trial := start.alone(name)).taken]
    together = start.together(trials).classes if trials else None
    return together or start.most(trials) or alone


@dataclass(frozen=True)
class _Start:
    """What trials start from: the program as it is."""

    program: Program
    made: Units
    written: Written
    conditions: list[int]
    decisions: Decisions

    def alone(self, name: str) -> _Trial:
        """A trial of one param."""
        value = self.written.numbers[name]
        return _Trial(self, [name], [{name: other} for other in _others(value)], _ends(name, value))

    def together(self, trials: Sequence[_Trial]) -> _Trial:
        """A trial of the params of others; no two have the same values."""
        if len(trials) == 1:
            return trials[0]
        names = [name for trial in trials for name in trial.names]
        rows: list[dict[str, Number]] = [{}, {}]
        for k, trial in enumerate(trials):
            (name,) = trial.names
            values = [taken[name] for taken in trial.taken]
            others = [[row[n] for row in rows] for n in names[:k]]
            for row, value in zip(rows, values[::-1] if values in others else values, strict=True):
                row[name] = value
        return _Trial(self, names, rows, [end for trial in trials for end in trial.ends])

    def most(self, trials: Sequence[_Trial]) -> list[Class] | None:
        """The classes that take params which are honoured one by one, as many as can be."""
        found = sorted((each for each in trials if each.classes), key=lambda each: len(each.units))
        parts: list[_Trial] = []
        classes = None
        for trial in found:
            if more := self.together([*parts, trial]).classes:
                parts, classes = [*parts, trial], more
        return classes


class _Another(Exception):
    """Something is decided by the params, or much of the network becomes another one."""


class _Trial:
    """Whether the code can honour some params. Of `points` the first two are `taken` that the spec
    takes, beside them each end that it takes.
    """

    def __init__(
        self,
        start: _Start,
        names: Sequence[str],
        points: Sequence[dict[str, Number]],
        ends: Sequence[Numbers],
    ) -> None:
        self.start, self.names, self.ends = start, names, ends
        self.units, self.decisions = ordered(start.made), [start.decisions]
        self.taken: list[dict[str, Number]] = []
        """Two values of each param; none where these, or the ends, make another network."""
        try:
            for values in points:
                if len(self.taken) < 2 and self.add(values):
                    self.taken.append(values)
            for end in ends if len(self.taken) == 2 else ():
                self.add(end)
        except _Another:
            self.taken = []
        if len(self.taken) < 2:
            self.taken = []

    def add(self, values: Numbers) -> bool:
        """Add the program with these values, if the spec takes them."""
        try:
            other, decisions = self.start.written.program_with(values)
        except SpecError:
            return False
        if decisions.made != self.start.decisions.made:
            raise _Another
        same = twins(other, self.start.program)
        if len(other.instances()) - len(same) > FEW:
            raise _Another
        known = {instance: self.start.made[twin] for instance, twin in same.items()}
        own = set(self.units)
        self.units += [unit for unit in ordered(unit_of_each(other, known)) if unit not in own]
        self.decisions.append(decisions)
        return True

    @cached_property
    def classes(self) -> list[Class] | None:
        """The classes that all programs share, if they are told apart by these params alone; that
        of the network takes them.
        """
        if not self.taken or hide_a_step(self.decisions):
            return None
        params = self.start.program.params
        classes = classes_of(self.units, params)
        root, own = classes[-1], set(ordered(self.start.made))
        arguments = {variable(name): params[name] for name in params if name in self.names}
        if len(root.members) != len(self.decisions):
            return None
        if _conditions(classes) != self.start.conditions:
            return None
        if {parameter.name for parameter in root.parameters} != set(arguments):
            return None
        own_parameters = {parameter.name: parameter for parameter in root.parameters}
        root.parameters = [
            replace(own_parameters[name], default=default) for name, default in arguments.items()
        ]
        for cls in classes:
            cls.members = [member for member in cls.members if member in own]
        return classes


def _conditions(classes: Sequence[Class]) -> list[int]:
    """How many parts of each class depend on a condition."""
    return [sum(1 for _ in walk(cls.body, When, Option)) for cls in classes]


def _others(value: Number) -> list[Number]:
    """Other values, two of which the spec must take: at first any, then even or near ones."""
    if isinstance(value, int):
        return [value + 13, 2 * value + 7, 2 * value, 3 * value, value + 1, max(value - 1, 1)]
    return [0.37, 0.61] if 0 <= value <= 1 else [1.37 * value, 1.61 * value]


def _ends(name: str, value: Number) -> list[Numbers]:
    """The ends of a param's range, where a loop over it is likeliest to take another way."""
    return [{name: type(value)(end)} for end in (1, 0) if end != value]
