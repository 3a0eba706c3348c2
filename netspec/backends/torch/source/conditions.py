"""What the spec says of the conditions that the members of a class differ by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from netspec.backends.torch.code import ABSENT, Call, Condition, Node, Not, Option
from netspec.backends.torch.source.options import Different
from netspec.backends.torch.source.parameters import Parameters
from netspec.backends.torch.source.reasons import whens_of
from netspec.backends.torch.source.steps import Body, Join, Step, When
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import rewrite, walk

MOST_CONDITIONS = 5
"""So many different ones may be in a class."""


class Saying(NamedTuple):
    """A condition of the spec, or its opposite."""

    texts: tuple[str, ...]
    opposite: bool

    @property
    def expression(self) -> str:
        whole = " and ".join(f"({text})" for text in self.texts)
        return f"not {whole}" if self.opposite else whole


class Told:
    """The conditions that all members of a block were made by."""

    def __init__(self, members: Sequence[Unit]) -> None:
        self.known = [_known(member) for member in members]
        self.texts = [text for text in self.known[0] if all(text in k for k in self.known)]
        calls = [call for member in members for call in member.instance.calls]
        under = {text for call in calls for text in call.conditions}
        self.silent = [text for text in self.texts if text not in under]
        """Those that no call stands under: what they decide on leaves no call."""

    def of(self, column: Sequence[Any], whens: Sequence[str]) -> Saying | None:
        """The condition of a part that stands under these `when`s and that just these members have,
        or the opposite of one that left none.
        """
        there = [k for k, value in enumerate(column) if value is not ABSENT]
        if whens:
            known = all(text in self.texts for text in whens)
            own = Saying(tuple(whens), opposite=False)
            if known and self.holds(own, column, there):
                return own
            if known and all(self.known[k][text][0] for k in there for text in whens):
                raise Different
            return None
        sayings = [Saying((text,), way) for text in self.silent for way in (False, True)]
        return next((saying for saying in sayings if self.holds(saying, column, there)), None)

    def holds(self, saying: Saying, column: Sequence[Any], there: Sequence[int]) -> bool:
        """Whether it holds for the members that have the part, and for no others."""
        return all(
            (all(self.known[k][text][0] for text in saying.texts) is not saying.opposite)
            is column[k]
            for k in there
        )


def _known(member: Unit) -> Mapping[str, tuple[bool, Mapping[str, Any]]]:
    given = {name: argument.value for name, argument in member.arguments.items()}
    return {c.text: (c.holds, {**given, **c.names}) for c in member.instance.conditions}


def with_expressions(members: Sequence[Unit], bodies: Sequence[Body]) -> list[Body]:
    """The bodies, the conditions in them with the expressions that the spec has for them."""
    told = Told(members)
    columns = list(zip(*(walk(body, Condition) for body in bodies), strict=True))
    sayings = [told.of([slot.value for slot in column], column[0].whens) for column in columns]
    return [
        _located(body, [(s, s and _scope(s, known)) for s in sayings])
        for body, known in zip(bodies, told.known, strict=True)
    ]


def _scope(saying: Saying, known: Mapping[str, tuple[bool, Mapping[str, Any]]]) -> dict[str, Any]:
    """The names that the conditions see."""
    return {name: value for text in saying.texts for name, value in known[text][1].items()}


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


def require_open(members: Sequence[Unit], bodies: Sequence[Body]) -> None:
    """Raise `Different` where layers of a sequence stand under `when`s that hold for all members
    that have the sequence, but might not for another.
    """
    for step in walk(bodies[0], Step):
        layers = step.module.arguments if isinstance(step.module, Call) else ()
        inner = {text for layer in layers for text in whens_of(layer)} - set(step.whens)
        for member in members:
            holding = {c.text for c in member.instance.conditions if c.holds}
            if inner - holding:
                raise Different


def require_readable(body: Body, parameters: Parameters) -> None:
    """Raise `Different` where there are more conditions than a reader keeps in mind, or more than
    one that the spec does not speak of.
    """
    conditions = [node.condition for node in walk(body, When)]
    conditions += [node.condition for node in walk(body, Option)]
    if len(set(conditions)) > MOST_CONDITIONS or len(parameters.flags) > 1:
        raise Different
