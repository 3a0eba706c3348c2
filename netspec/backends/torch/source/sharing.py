"""Units of one block and one skeleton share a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace

from netspec.backends.torch.code import (
    REQUIRED,
    Argument,
    Parameter,
    Slot,
    rewrite,
    same,
    skeleton,
    walk,
)
from netspec.backends.torch.source.body import applied, body_of
from netspec.backends.torch.source.classes import Class, ConstructorParameter, Made
from netspec.backends.torch.source.parameters import Parameters, annotation
from netspec.backends.torch.source.steps import Body, Step
from netspec.backends.torch.source.units import Unit
from netspec.program import Value


def classes_of(units: Sequence[Unit]) -> list[Class]:
    """The classes, callees first, as `units` has them; the root is the last.

    A class is settled when all of its members are known, so units are taken by their height.
    """
    made: dict[Unit, Made] = {}
    classes: list[Class] = []
    for level in _by_height(units):
        classes += _share(level, made)
    position = {unit: k for k, unit in enumerate(units)}
    return sorted(classes, key=lambda cls: position[cls.members[0]])


def _by_height(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    heights: dict[Unit, int] = {}
    for unit in units:
        heights[unit] = 1 + max((heights[callee] for callee in unit.units), default=-1)
    for height in range(max(heights.values()) + 1):
        yield [unit for unit in units if heights[unit] == height]


def _share(units: Iterable[Unit], made: dict[Unit, Made]) -> list[Class]:
    groups: defaultdict[Hashable, list[tuple[Unit, Body, dict[int, Value]]]] = defaultdict(list)
    for unit in units:
        body, values = body_of(unit, made)
        groups[unit.block, skeleton(body)].append((unit, body, values))
    classes = []
    for group in groups.values():
        members = [unit for unit, _, _ in group]
        bodies = _with_modules_where_needed([body for _, body, _ in group])
        classes.append(_class(members, bodies, group[0][2], made))
    return classes


def _class(
    members: list[Unit], bodies: list[Body], values: dict[int, Value], made: dict[Unit, Made]
) -> Class:
    columns = list(zip(*(walk(body, Slot) for body in bodies), strict=True))
    parameters = Parameters(members, columns)
    solved = iter(
        [
            parameters.solve(column, prefix)
            for column, prefix in zip(columns, _prefixes(bodies[0]), strict=True)
        ]
    )
    body = rewrite(bodies[0], lambda node: next(solved) if isinstance(node, Slot) else None)
    signature = [
        ConstructorParameter(name, annotation(parameters.columns[name]), _default(name, body))
        for name in _ordered(parameters, body)
    ]
    signature.sort(key=lambda parameter: parameter.has_default)
    cls = Class(members, signature, body, values)
    for k, unit in enumerate(members):
        made[unit] = Made(cls, {p.name: parameters.columns[p.name][k] for p in signature})
    return cls


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


def _ordered(parameters: Parameters, body: Body) -> list[str]:
    """The parameters that the body needs: input channels, the block's own, then new ones."""
    used = {parameter.name for parameter in walk(body, Parameter)}
    names = [name for name in parameters.columns if name in used]
    return sorted(names, key=lambda name: name not in ("in_channels", "in_features"))


def _default(name: str, body: Body) -> object:
    """Torch's default, if the parameter is nothing but arguments with that default."""
    parameter = Parameter(name)
    arguments = [a for a in walk_arguments(body) if a.value == parameter]
    uses = sum(node == parameter for node in walk(body, Parameter))
    defaults = [argument.default for argument in arguments]
    if uses != len(arguments) or any(not same(default, defaults[0]) for default in defaults):
        return REQUIRED
    return defaults[0]


def walk_arguments(tree: object) -> Iterator[Argument]:
    """Every argument of every call, inner ones too."""
    for argument in walk(tree, Argument):
        yield argument
        yield from walk_arguments(argument.value)
