"""Units of one block and one skeleton share a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from netspec.backends.torch.code import ABSENT, Condition, Node, Parameter, Slot, same
from netspec.backends.torch.source.body import applied, body_of
from netspec.backends.torch.source.classes import Class, ConstructorParameter, Made
from netspec.backends.torch.source.conditions import require_readable, with_expressions
from netspec.backends.torch.source.merging import Union
from netspec.backends.torch.source.options import Different
from netspec.backends.torch.source.parameters import INPUT_SIZES, Parameters, Unsolved, annotation
from netspec.backends.torch.source.rounds import in_order, rounds
from netspec.backends.torch.source.signature import default_of
from netspec.backends.torch.source.steps import Body, Step
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import rewrite, skeleton, walk
from netspec.program import Value


def classes_of(units: Sequence[Unit], file_params: Mapping[str, Any]) -> list[Class]:
    """The classes, callees before callers; the root is the last.

    A class is settled when those of all units that its members contain are.
    """
    made: dict[Unit, Made] = {}
    for some in rounds(units):
        for draft in _drafts(some, made, file_params):
            made |= draft.made()
    return in_order(made[units[-1]].by)


class Member(NamedTuple):
    """A unit, its body, and the value behind each number in it."""

    unit: Unit
    body: Body
    values: dict[int, Value]


def _drafts(
    units: Iterable[Unit], made: Mapping[Unit, Made], file_params: Mapping[str, Any]
) -> Iterator[Draft]:
    """One class for each block; more where bodies of a block have no union."""
    forms: defaultdict[Hashable, list[Member]] = defaultdict(list)
    for unit in units:
        body, values = body_of(unit, made)
        forms[unit.block, skeleton(body)].append(Member(unit, body, values))
    of_block: defaultdict[Hashable, list[list[Member]]] = defaultdict(list)
    for form in forms.values():
        of_block[form[0].unit.block, form[0].unit.instance.span].append(form)
    for alike in of_block.values():
        yield from grouped(alike, lambda some: Draft(some, file_params))


def grouped(
    forms: Sequence[list[Member]], draft: Callable[[list[list[Member]]], Draft]
) -> list[Draft]:
    """The forms in as few drafts as can be: each joins the first one that it fits."""
    groups: list[list[list[Member]]] = []
    drafts: list[Draft] = []
    for form in forms:
        for k, group in enumerate(groups):
            try:
                drafts[k] = draft([*group, form])
            except (Different, Unsolved):
                continue
            group.append(form)
            break
        else:
            groups.append([form])
            drafts.append(draft([form]))
    return drafts


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
        bodies, values = _united(forms)
        bodies = _with_modules_where_needed(with_expressions(self.members, bodies))
        columns = list(zip(*(walk(body, Slot) for body in bodies), strict=True))
        self.parameters = Parameters(self.members, columns, file_params)
        body = _solved(bodies[0], columns, self.parameters)
        require_readable(body, self.parameters)
        self.cls = _class(self.members, body, self.parameters, values)

    def made(self) -> dict[Unit, Made]:
        """The arguments that construct each member."""
        columns = {p.name: self.parameters.columns[p.name] for p in self.cls.parameters}
        return {
            unit: Made(self.cls, {name: column[k] for name, column in columns.items()})
            for k, unit in enumerate(self.members)
        }


def _united(forms: Sequence[list[Member]]) -> tuple[list[Body], dict[int, Value]]:
    """The bodies of all members with one skeleton, and the value behind each number."""
    if len(forms) == 1:
        return [member.body for member in forms[0]], forms[0][0].values
    union = Union([form[0].body for form in forms])
    bodies = [union.seen_by(k, member.body) for k, form in enumerate(forms) for member in form]
    found = {n: forms[k][0].values.get(own) for n, (k, own) in union.origins.items()}
    return bodies, {number: value for number, value in found.items() if value is not None}


def _solved(body: Body, columns: Sequence[tuple[Slot, ...]], parameters: Parameters) -> Body:
    """The body with an expression in each slot: first the numbers that all members have, then the
    conditions, then what some members do not have.
    """
    prefixes = list(_prefixes(body))

    def rank(k: int) -> tuple[bool, bool]:
        absent = any(slot.value is ABSENT for slot in columns[k])
        return absent, isinstance(columns[k][0], Condition)

    solved: dict[int, Node] = {}
    for k in sorted(range(len(columns)), key=rank):
        solved[k] = parameters.solve(columns[k], prefixes[k])
    remaining = (solved[k] for k in range(len(columns)))
    return rewrite(body, lambda node: next(remaining) if isinstance(node, Slot) else None)


def _class(
    members: list[Unit], body: Body, parameters: Parameters, values: dict[int, Value]
) -> Class:
    used = _used(parameters, body)
    variables = {name: node for name, node in parameters.locals.items() if name in used}
    signature = [
        ConstructorParameter(
            name, annotation(column), default_of(name, members, parameters, body, variables)
        )
        for name, column in parameters.columns.items()
        if name in used and name not in variables
    ]
    signature.sort(key=lambda p: (p.has_default, p.name not in INPUT_SIZES))
    return Class(members, signature, variables, body, values)


def _used(parameters: Parameters, body: Body) -> set[str]:
    """The names that the body needs, and those that its local variables need."""
    used = {parameter.name for parameter in walk(body, Parameter)}
    for name, node in reversed(parameters.locals.items()):
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
