"""Params of the file that the code can honour: they become arguments of the network's constructor.

A param is honoured if the programs with other values of it share every class with the network, as
the instances of a block do, and all that differs is an expression of the param.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from netspec.backends.torch.source.building import units
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.names import variable
from netspec.backends.torch.source.sharing import classes_of
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.source.written import Number, Numbers, Written
from netspec.diagnostics import SpecError
from netspec.program import Program

MOST_CALLS = 1500
"""A program with more calls keeps its params as they are: each is tried by elaborating and lowering
the spec a few times more.
"""


def with_params(program: Program, made: list[Unit], written: Written) -> list[Class]:
    """The classes of the program; that of the network takes the params that the code can honour,
    each with its value as the default.
    """
    classes = classes_of(made, program.params)
    if sum(len(instance.calls) for instance in program.instances()) > MOST_CALLS:
        return classes
    honoured: list[str] = []
    for name in written.numbers:
        wanted = [*honoured, name]
        found = _honouring(program, made, written, wanted)
        if found is not None:
            classes, honoured = found, wanted
    return classes


def _honouring(
    program: Program, made: list[Unit], written: Written, names: Sequence[str]
) -> list[Class] | None:
    """The classes that take these params; None where they are not enough to tell the programs."""
    others: list[list[Unit]] = []
    classes: list[Class] | None = None
    for values, required in _tried(written.numbers, names):
        try:
            others.append(units(written.program_with(values)))
        except SpecError:
            if required:
                return None
            continue
        classes = _shared(program, made, others, names)
        if classes is None:
            return None
    return classes


def _tried(numbers: Numbers, names: Sequence[str]) -> Iterator[tuple[Numbers, bool]]:
    """Other values, and whether the spec must take them: all params together at two points, then
    the last one at the ends of its range, where a spec is likeliest to take another way.
    """
    for row in range(2):
        yield {name: _point(numbers[name], row, k) for k, name in enumerate(names)}, True
    value = numbers[names[-1]]
    for end in (1, 0):
        if value != end:
            yield {names[-1]: type(value)(end)}, False


def _point(value: Number, row: int, position: int) -> Number:
    """Another value; those of two params have nothing in common."""
    if isinstance(value, int):
        return value + 13 + 2 * position if row == 0 else 10 * value + 7 + 2 * position
    share = (0.37, 0.61)[row] + 0.01 * position
    return share if 0 <= value <= 1 else value * (1 + share)


def _shared(
    program: Program, made: list[Unit], others: Sequence[list[Unit]], names: Sequence[str]
) -> list[Class] | None:
    """The classes that all programs share, if they are told apart by these params alone."""
    own = set(made)
    classes = classes_of([*made, *chain.from_iterable(others)], program.params)
    root, arguments = classes[-1], {variable(name): program.params[name] for name in names}
    if len(root.members) != 1 + len(others):
        return None
    if {parameter.name for parameter in root.parameters} != set(arguments):
        return None
    root.parameters = [replace(p, default=arguments[p.name]) for p in root.parameters]
    for cls in classes:
        cls.members = [member for member in cls.members if member in own]
    return classes
