"""Params of the file that the code can honour: they become arguments of the network's constructor.

A param is honoured if the programs with other values of it share every class with the network, as
the instances of a block do, and all that differs is an expression of the param.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

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

Units = Mapping[Instance, Unit]

MOST_CALLS = 1500
"""A program with more calls keeps its params as they are: each is tried by elaborating and lowering
the spec a few times more.
"""


MOST_TIMES = 2
"""A program with so many times as many classes to be is another network, and more work."""


def with_params(program: Program, made: Units, written: Written) -> list[Class]:
    """The classes of the program; that of the network takes the params that the code can honour,
    each with its value as the default.
    """
    classes = alone = classes_of(ordered(made), program.params)
    if sum(len(instance.calls) for instance in program.instances()) > MOST_CALLS:
        return classes
    trials = [_Trial(program, made, alone, written, [name]) for name in written.numbers]
    found = {trial: shared for trial in trials if (shared := trial.classes()) is not None}
    honoured: list[str] = []
    for trial in sorted(found, key=lambda trial: len(trial.units)):
        wanted = [*honoured, *trial.names]
        together = (
            _Trial(program, made, alone, written, wanted).classes() if honoured else found[trial]
        )
        if together is not None:
            classes, honoured = together, wanted
    return classes


class _Trial:
    """Whether the code can honour these params; `alone` are the classes of the program as it is."""

    def __init__(
        self,
        program: Program,
        made: Units,
        alone: Sequence[Class],
        written: Written,
        names: Sequence[str],
    ) -> None:
        self.program, self.made, self.written, self.names = program, made, written, names
        self.conditions = _conditions(alone)
        self.units, self.programs = ordered(made), 1

    def classes(self) -> list[Class] | None:
        """The classes that take the params; None where they are not enough to tell the programs."""
        first, *points = _points(self.written.numbers, self.names)
        if not self.add(first) or self.shared() is None:
            return None
        if not all(map(self.add, points)):
            return None
        for end in _ends(self.written.numbers, self.names[-1]):
            self.add(end)
        return self.shared()

    def add(self, values: Numbers) -> bool:
        """Add the program with these values, if the spec takes them and it is no larger."""
        try:
            other = self.written.program_with(values)
        except SpecError:
            return False
        known = {instance: self.made[twin] for instance, twin in twins(other, self.program).items()}
        own = set(self.units)
        new = [unit for unit in ordered(unit_of_each(other, known)) if unit not in own]
        if len(new) > MOST_TIMES * len(self.made):
            return False
        self.units += new
        self.programs += 1
        return True

    def shared(self) -> list[Class] | None:
        """The classes that all programs share, if they are told apart by these params alone."""
        classes = classes_of(self.units, self.program.params)
        root, own = classes[-1], set(ordered(self.made))
        arguments = {variable(name): self.program.params[name] for name in self.names}
        if len(root.members) != self.programs or _conditions(classes) != self.conditions:
            return None
        if {parameter.name for parameter in root.parameters} != set(arguments):
            return None
        root.parameters = [replace(p, default=arguments[p.name]) for p in root.parameters]
        for cls in classes:
            cls.members = [member for member in cls.members if member in own]
        return classes


def _conditions(classes: Sequence[Class]) -> list[int]:
    """How many parts of each class depend on a condition."""
    return [sum(1 for _ in walk(cls.body, When, Option)) for cls in classes]


def _points(numbers: Numbers, names: Sequence[str]) -> list[Numbers]:
    """Other values of all params together, which the spec must take."""
    return [
        {name: _other(numbers[name], row, k) for k, name in enumerate(names)} for row in range(2)
    ]


def _ends(numbers: Numbers, name: str) -> list[Numbers]:
    """The ends of a param's range, where a spec is likeliest to take another way."""
    value = numbers[name]
    return [{name: type(value)(end)} for end in (1, 0) if end != value]


def _other(value: Number, row: int, position: int) -> Number:
    """Another value; those of two params have nothing in common."""
    if isinstance(value, int):
        return (value + 13 if row == 0 else 10 * value + 7) + 2 * position
    share = (0.37, 0.61)[row] + 0.01 * position
    return share if 0 <= value <= 1 else value * (1 + share)
