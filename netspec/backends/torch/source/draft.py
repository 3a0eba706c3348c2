"""A class in the making: the members, the parameters, the body that has no slots any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from netspec.backends.torch.code import ABSENT, Condition, Node, Parameter, Slot, same
from netspec.backends.torch.source.annotations import annotation
from netspec.backends.torch.source.body import applied
from netspec.backends.torch.source.classes import Class, ConstructorParameter, Made
from netspec.backends.torch.source.columns import INPUT_SIZES, Column
from netspec.backends.torch.source.conditions import (
    require_open,
    require_readable,
    straightened,
    with_expressions,
)
from netspec.backends.torch.source.merging import Union
from netspec.backends.torch.source.options import Different
from netspec.backends.torch.source.parameters import Parameters
from netspec.backends.torch.source.partial import is_size, partly
from netspec.backends.torch.source.reasons import settled
from netspec.backends.torch.source.signature import default_of
from netspec.backends.torch.source.size_flow import Widths, as_it_flows, entering, size_of
from netspec.backends.torch.source.steps import Body, Step
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import rewrite, walk
from netspec.program import Value


class Member(NamedTuple):
    """A unit, its body, and the value behind each number in it."""

    unit: Unit
    body: Body
    values: dict[int, Value]


MOST_FORMS = 4
"""So many structures may be one class."""


class Draft:
    """The class of all members of some forms of a block; raises `Different` or `Unsolved` if they
    are better off apart.
    """

    def __init__(self, forms: Sequence[list[Member]], file_params: Mapping[str, Any]) -> None:
        if len(forms) > MOST_FORMS:
            raise Different
        self.members = [member.unit for form in forms for member in form]
        bodies, self.values = _united(forms)
        if len(forms) > 1:
            require_open(self.members, bodies)
        bodies = [settled(body) for body in with_expressions(self.members, bodies)]
        bodies = _with_modules_where_needed(bodies)
        columns = list(zip(*(walk(body, Slot) for body in bodies), strict=True))
        self.parameters = Parameters(self.members, columns, file_params)
        widths = entering(bodies[0]) if len(forms) > 1 else {}
        self.body = straightened(_solved(bodies[0], columns, self.parameters, widths))
        require_readable(self.body, self.parameters)

    def complete(self) -> Draft:
        """The draft with its class."""
        used = {parameter.name for parameter in walk(self.body, Parameter)}
        self.cls = finished(self, used, Class([], [], {}, self.body, {}))
        return self

    def made(self) -> dict[Unit, Made]:
        """The arguments that construct each member."""
        columns = {p.name: self._given(p) for p in self.cls.parameters}
        return {
            unit: Made(self.cls, {name: column[k] for name, column in columns.items()})
            for k, unit in enumerate(self.members)
        }

    def _given(self, parameter: ConstructorParameter) -> Column:
        """The values of a parameter; where it does not matter, its default."""
        column = self.parameters.columns[parameter.name]
        fallback = self.parameters.fallbacks.get(parameter.name)
        return tuple(
            parameter.default if value is ABSENT or self._follows(fallback, k, value) else value
            for k, value in enumerate(column)
        )

    def _follows(self, fallback: Node | None, member: int, value: Any) -> bool:
        return fallback is not None and same(self.parameters.value(fallback, member), value)


def _united(forms: Sequence[list[Member]]) -> tuple[list[Body], dict[int, Value]]:
    """The bodies of all members with one skeleton, and the value behind each number."""
    if len(forms) == 1:
        return [member.body for member in forms[0]], forms[0][0].values
    union = Union([form[0].body for form in forms])
    bodies = [union.seen_by(k, member.body) for k, form in enumerate(forms) for member in form]
    found = {n: forms[k][0].values.get(own) for n, (k, own) in union.origins.items()}
    return bodies, {number: value for number, value in found.items() if value is not None}


def _solved(
    body: Body,
    columns: Sequence[tuple[Slot, ...]],
    parameters: Parameters,
    widths: Mapping[int, Widths],
) -> Body:
    """The body with an expression in each slot: first the numbers that all members have, then the
    conditions, the sizes that may follow from these, and what some members do not have.
    """
    prefixes = list(_prefixes(body))
    absent = [k for k, column in enumerate(columns) if any(s.value is ABSENT for s in column)]
    there = [k for k in range(len(columns)) if k not in absent]
    conditions = [k for k in there if isinstance(columns[k][0], Condition)]
    sizes = [k for k in there if conditions and parameters.is_open_size(columns[k])]
    others = [k for k in there if k not in conditions and k not in sizes]
    solved: dict[int, Node] = {}
    made: dict[str, int] = {}
    for k in (*others, *conditions, *sizes):
        known = {*parameters.columns, *parameters.offered}
        solved[k] = parameters.solve(columns[k], prefixes[k])
        made |= {name: k for name in parameters.columns if name not in known}
    parameters.reorder(made)
    for k in absent:
        before = [(columns[j][0], solved[j]) for j in reversed(range(k)) if j in solved]
        size = size_of(widths.get(k, ()), solved, parameters)
        solved[k] = partly(parameters, columns[k], before, size)
    for k in widths:
        if is_size(columns[k][0]):
            size = size_of(widths[k], solved, parameters)
            solved[k] = as_it_flows(size, solved[k], columns[k], prefixes[k], parameters)
    remaining = (solved[k] for k in range(len(columns)))
    return rewrite(body, lambda node: next(remaining) if isinstance(node, Slot) else None)


def finished(draft: Draft, used: set[str], cls: Class) -> Class:
    """The class with all that is known of the draft, which uses these parameters."""
    parameters, members = draft.parameters, draft.members
    cls.members, cls.body, cls.values = members, draft.body, draft.values
    cls.parameters, names = [], _used(parameters, used)
    cls.locals = {name: node for name, node in parameters.locals.items() if name in names}
    cls.fallbacks = {n: node for n, node in parameters.fallbacks.items() if n in names}
    for name, column in parameters.columns.items():
        if name in names and name not in cls.locals:
            kinds = annotation([value for value in column if value is not ABSENT])
            default = default_of(name, members, parameters, draft.body, cls.locals)
            if name in cls.fallbacks:
                kinds, default = f"{kinds} | None", None
            expression = parameters.expressions.get(name)
            cls.parameters.append(ConstructorParameter(name, kinds, default, expression))
    cls.parameters.sort(key=lambda p: (p.has_default, p.name not in INPUT_SIZES))
    return cls


def _used(parameters: Parameters, names: set[str]) -> set[str]:
    """The names, and those that the local variables among them need."""
    used = set(names)
    for name, node in reversed((parameters.locals | parameters.fallbacks).items()):
        if name in used:
            used |= {parameter.name for parameter in walk(node, Parameter)}
    return used


def _with_modules_where_needed(bodies: list[Body]) -> list[Body]:
    """Steps whose numbers differ between the members keep them in a module; others need none."""
    steps = [list(walk(body, Step)) for body in bodies]
    settled = [_settled(members) for members in zip(*steps, strict=True)]
    result = []
    for k, body in enumerate(bodies):
        result.append(_with_steps(body, iter([members[k] for members in settled])))
    return result


def _with_steps(body: Body, steps: Iterator[Step]) -> Body:
    return rewrite(body, lambda node: next(steps) if isinstance(node, Step) else None)


def _settled(members: tuple[Step, ...]) -> list[Step]:
    if members[0].again:
        return [replace(step, module=None) for step in members]
    if members[0].registered:
        return list(members)
    forms = [[slot.value for slot in walk(step.form, Slot)] for step in members]
    forms = [form for form in forms if ABSENT not in form]
    differ = any(not same(a, b) for form in forms for a, b in zip(form, forms[0], strict=True))
    if differ and members[0].module is not None:
        return [replace(step, form=applied(1), registered=True) for step in members]
    return [replace(step, module=None) for step in members]


def _prefixes(body: Body) -> Iterator[str]:
    """For each slot, the name of the child that it belongs to."""
    for node in walk(body, Step, Slot):
        if isinstance(node, Step):
            named = [name for name in (*node.container, node.label.text) if name[:1].isalpha()]
            yield from (f"{named[-1]}_" if named else "" for _ in walk(node, Slot))
        else:
            yield ""
