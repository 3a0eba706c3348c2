"""Blocks that contain themselves, as classes that do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from netspec.backends.torch.code import Argument, Call, ClassName, Literal, Node, Parameter
from netspec.backends.torch.source.body import body_of, renumbered
from netspec.backends.torch.source.classes import Class, ConstructorParameter, Made
from netspec.backends.torch.source.columns import offered
from netspec.backends.torch.source.draft import Draft, Member, finished
from netspec.backends.torch.source.listing import listed
from netspec.backends.torch.source.options import Different
from netspec.backends.torch.source.steps import Body
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import rewrite, skeleton, walk
from netspec.program import Value

MOST_ROUNDS = 4
"""So often a parameter is found that the class must hand on to itself."""


def recursive(
    units: Sequence[Unit],
    made: Mapping[Unit, Made],
    file_params: Mapping[str, Any],
    chained: Set[Unit],
) -> Draft:
    """One class for units of a block that contain each other; raises `Different` or `Unsolved`.
    Those that are `chained` stand in an `nn.Sequential`, and cannot give a list.

    What it hands on to itself is what it may take: the parameters of the block, the sizes of its
    input, and then whatever else turns out to be a parameter.
    """
    handed: dict[str, dict[Unit, Any]] = {}
    for name, column in offered(units).items():
        handed[name] = dict(zip(units, column, strict=True))
    for _ in range(MOST_ROUNDS):
        cls = _shell(handed)
        own = {
            unit: Made(cls, {name: column[unit] for name, column in handed.items()})
            for unit in units
        }
        draft = Draft(_forms(units, {**made, **own}, cls), file_params)
        if cls.gives_list and not chained.isdisjoint(units):
            raise Different
        needed = _needed(draft, cls)
        new = needed - handed.keys()
        if not new:
            return _closed(draft, cls, needed)
        for name in sorted(new):
            column = draft.parameters.columns[name]
            handed[name] = dict(zip(draft.members, column, strict=True))
    raise Different


def _shell(handed: Mapping[str, Any]) -> Class:
    """The class before it is known."""
    parameters = [ConstructorParameter(name, "") for name in handed]
    return Class([], parameters, {}, Body((), (), ()), {})


def _forms(units: Sequence[Unit], made: Mapping[Unit, Made], cls: Class) -> list[list[Member]]:
    """The members by their structure; if they give now one tensor, now several, they give lists."""
    if len({(unit.block, unit.instance.span) for unit in units}) > 1:
        raise Different
    bodies: dict[Unit, Body] = {}
    values: dict[Unit, dict[int, Value]] = {}
    for unit in units:
        bodies[unit], values[unit] = body_of(unit, made)
    if len({len(body.outputs) for body in bodies.values()}) > 1:
        cls.gives_list = True
        for unit, body in listed(bodies, cls).items():
            bodies[unit], values[unit] = renumbered(body, values[unit])
    forms: defaultdict[Hashable, list[Member]] = defaultdict(list)
    for unit, body in bodies.items():
        forms[skeleton(body)].append(Member(unit, body, values[unit]))
    return list(forms.values())


def _needed(draft: Draft, cls: Class) -> set[str]:
    """The parameters that the class does something with, other than to hand them on, and those
    that it makes these of.
    """
    body, locals_ = draft.body, draft.parameters.locals
    handed = {name: _handed(body, cls, k) for k, name in enumerate(p.name for p in cls.parameters)}
    silent = rewrite(body, lambda node: Literal(None) if _is_of(node, cls) else None)
    needed: set[str] = set()
    pending = [parameter.name for parameter in walk(silent, Parameter)]
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            sources: list[Node] = [locals_[name]] if name in locals_ else handed.get(name, [])
            pending += [parameter.name for parameter in walk(tuple(sources), Parameter)]
    return needed - locals_.keys()


def _is_of(node: Node, cls: Class) -> bool:
    return isinstance(node, Call) and node.function == ClassName(cls)


def _handed(body: Body, cls: Class, k: int) -> list[Node]:
    """What the class hands on to itself as its k-th parameter."""
    calls: list[Call] = []

    def found(node: Node) -> Node | None:
        if isinstance(node, Call) and _is_of(node, cls):
            calls.append(node)
        return None

    rewrite(body, found)
    return [call.arguments[k] for call in calls]


def _closed(draft: Draft, cls: Class, needed: set[str]) -> Draft:
    """The draft with its class complete: it hands on what it takes."""
    order = [parameter.name for parameter in cls.parameters]
    draft.cls = finished(draft, needed, cls)

    def handed(node: Node) -> Node | None:
        if not isinstance(node, Call) or not _is_of(node, cls):
            return None
        given = dict(zip(order, node.arguments, strict=True))
        arguments = []
        for parameter in cls.parameters:
            argument = given[parameter.name]
            assert isinstance(argument, Argument)
            keyword = parameter.name if parameter.has_default else None
            arguments.append(replace(argument, keyword=keyword, default=parameter.default))
        return Call(node.function, tuple(arguments))

    cls.body = rewrite(cls.body, handed)
    return draft
