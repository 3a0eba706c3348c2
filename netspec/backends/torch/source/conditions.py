"""What the spec says of the conditions that the members of a class differ by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from netspec.backends.torch.code import ABSENT, Condition, Node, Not, Option
from netspec.backends.torch.source.options import Different
from netspec.backends.torch.source.parameters import Parameters
from netspec.backends.torch.source.steps import Body, Join, When
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import rewrite, walk

MOST_CONDITIONS = 3
"""So many different ones may be in a class."""


class Saying(NamedTuple):
    """A condition of the spec, or its opposite."""

    text: str
    opposite: bool

    @property
    def expression(self) -> str:
        return f"not ({self.text})" if self.opposite else self.text


class Told:
    """The conditions that all members of a block were made by: those of its text, and its
    parameters that are true or false.
    """

    def __init__(self, members: Sequence[Unit]) -> None:
        self.known = [_known(member) for member in members]
        self.texts = [text for text in self.known[0] if all(text in k for k in self.known)]

    def of(self, column: Sequence[Any]) -> Saying | None:
        """The condition, or the opposite of one, that holds for just these members."""
        there = [k for k, value in enumerate(column) if value is not ABSENT]
        for opposite in (False, True):
            for text in self.texts:
                if all(self.known[k][text][0] is not (column[k] is opposite) for k in there):
                    return Saying(text, opposite)
        return None


def _known(member: Unit) -> Mapping[str, tuple[bool, Mapping[str, Any]]]:
    given = {name: argument.value for name, argument in member.arguments.items()}
    flags = {n: (v, given) for n, v in given.items() if isinstance(v, bool)}
    told = {c.text: (c.holds, {**given, **c.names}) for c in member.instance.conditions}
    return told | flags


def with_expressions(members: Sequence[Unit], bodies: Sequence[Body]) -> list[Body]:
    """The bodies, the conditions in them with the expressions that the spec has for them."""
    told = Told(members)
    columns = list(zip(*(walk(body, Condition) for body in bodies), strict=True))
    sayings = [told.of([slot.value for slot in column]) for column in columns]
    return [
        _located(body, [(s, s and known[s.text][1]) for s in sayings])
        for body, known in zip(bodies, told.known, strict=True)
    ]


def _located(body: Body, sayings: Sequence[tuple[Saying | None, Any]]) -> Body:
    remaining = iter(sayings)

    def located(node: Node) -> Node | None:
        if not isinstance(node, Condition):
            return None
        saying, scope = next(remaining)
        return replace(node, expression=saying.expression, scope=scope) if saying else node

    return rewrite(body, located)


def straightened(body: Body) -> Body:
    """The body with no `if not .. else`: what is done where the condition holds stands first."""

    def turned(node: Node) -> Node | None:
        match node:
            case When(condition=Not(value=value), otherwise=(_, *_)):
                joins = tuple(Join(join.otherwise, join.then, join.result) for join in node.joins)
                node = When(value, node.otherwise, node.then, joins, node.name)
            case Option(condition=Not(value=value), otherwise=(_, *_)):
                node = Option(value, node.otherwise, node.then)
            case _:
                return None
        return rewrite(node, turned)

    return rewrite(body, turned)


def require_readable(body: Body, parameters: Parameters) -> None:
    """Raise `Different` where there are more conditions than a reader keeps in mind, or more than
    one that the spec does not speak of.
    """
    conditions = [node.condition for node in walk(body, When)]
    conditions += [node.condition for node in walk(body, Option)]
    if len(set(conditions)) > MOST_CONDITIONS or len(parameters.flags) > 1:
        raise Different
