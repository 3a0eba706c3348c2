"""Units of one block and one skeleton share a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from netspec.backends.torch.code import REQUIRED, Argument, Node, Parameter, Slot, same
from netspec.backends.torch.source.body import applied, body_of
from netspec.backends.torch.source.classes import Class, ConstructorParameter, Made
from netspec.backends.torch.source.parameters import INPUT_SIZES, Parameters, annotation
from netspec.backends.torch.source.steps import Body, Step
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import rewrite, skeleton, walk
from netspec.program import Value


def classes_of(units: Sequence[Unit], file_params: Mapping[str, Any]) -> list[Class]:
    """The classes, callees first, as `units` has them; the root is the last.

    A class is settled when all of its members are known, so units are taken by their height.
    """
    made: dict[Unit, Made] = {}
    classes: list[Class] = []
    for level in _by_height(units):
        classes += _share(level, made, file_params)
    position = {unit: k for k, unit in enumerate(units)}
    return sorted(classes, key=lambda cls: position[cls.members[0]])


def _by_height(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    heights: dict[Unit, int] = {}
    for unit in units:
        heights[unit] = 1 + max((heights[callee] for callee in unit.units), default=-1)
    for height in range(max(heights.values()) + 1):
        yield [unit for unit in units if heights[unit] == height]


def _share(
    units: Iterable[Unit], made: dict[Unit, Made], file_params: Mapping[str, Any]
) -> list[Class]:
    groups: defaultdict[Hashable, list[tuple[Unit, Body, dict[int, Value]]]] = defaultdict(list)
    for unit in units:
        body, values = body_of(unit, made)
        groups[unit.block, skeleton(body)].append((unit, body, values))
    classes = []
    for group in groups.values():
        members = [unit for unit, _, _ in group]
        bodies = _with_modules_where_needed([body for _, body, _ in group])
        columns = list(zip(*(walk(body, Slot) for body in bodies), strict=True))
        parameters = Parameters(members, columns, file_params)
        body = _solved(bodies[0], columns, parameters)
        classes.append(_class(members, body, parameters, group[0][2]))
        made |= {unit: _made(classes[-1], parameters, k) for k, unit in enumerate(members)}
    return classes


def _solved(body: Body, columns: Sequence[tuple[Slot, ...]], parameters: Parameters) -> Body:
    """The body with an expression in each slot."""
    prefixes = _prefixes(body)
    pairs = zip(columns, prefixes, strict=True)
    solved = iter([parameters.solve(column, prefix) for column, prefix in pairs])
    return rewrite(body, lambda node: next(solved) if isinstance(node, Slot) else None)


def _class(
    members: list[Unit], body: Body, parameters: Parameters, values: dict[int, Value]
) -> Class:
    used = _used(parameters, body)
    variables = {name: node for name, node in parameters.locals.items() if name in used}
    signature = [
        ConstructorParameter(name, annotation(column), _default(name, body, variables))
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


def _made(cls: Class, parameters: Parameters, member: int) -> Made:
    return Made(cls, {p.name: parameters.columns[p.name][member] for p in cls.parameters})


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


def _default(name: str, body: Body, variables: Mapping[str, Node]) -> object:
    """Torch's default, if the parameter is nothing but arguments with that default."""
    parameter = Parameter(name)
    arguments = [a for a in walk_arguments(body) if a.value == parameter]
    uses = sum(p == parameter for p in walk((body, *variables.values()), Parameter))
    if uses != len(arguments) or any(not same(a.default, arguments[0].default) for a in arguments):
        return REQUIRED
    return arguments[0].default


def walk_arguments(tree: object) -> Iterator[Argument]:
    """Every argument of every call, inner ones too."""
    for argument in walk(tree, Argument):
        yield argument
        yield from walk_arguments(argument.value)
