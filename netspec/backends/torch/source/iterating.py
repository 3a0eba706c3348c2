"""Loops that make layers, the same for all members of a block: `for width in widths:`.

Iterations are to a loop what members are to a class: its variables and the parameters of the block
are what it is given, and their layers share one body.
"""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from netspec.backends.torch.code import (
    ABSENT,
    Call,
    Infix,
    Label,
    Literal,
    Name,
    Node,
    Not,
    Parameter,
    Slot,
    Started,
)
from netspec.backends.torch.source.annotations import annotation
from netspec.backends.torch.source.body import applied, body_of
from netspec.backends.torch.source.classes import Made
from netspec.backends.torch.source.columns import INPUT_SIZES
from netspec.backends.torch.source.draft import Draft, Member
from netspec.backends.torch.source.expressions import translated
from netspec.backends.torch.source.iterations import Iterated, Iteration, Iterations, looped
from netspec.backends.torch.source.names import distinct, variable
from netspec.backends.torch.source.options import SEQUENTIAL, Different
from netspec.backends.torch.source.reasons import whens_of
from netspec.backends.torch.source.signature import walk_arguments
from netspec.backends.torch.source.steps import Body, Step, repeats
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import rewrite, skeleton, walk
from netspec.diagnostics import Span
from netspec.program import Argument, Condition, Instance

CARRIED = "channels"
LAYERS = "layers"
INDEX = "i"


def iterated(
    units: Sequence[Unit], made: Mapping[Unit, Made], file_params: Mapping[str, Any]
) -> Draft:
    """One class for the units, in which loops that make layers are loops; raises `Different` or
    `Unsolved`.
    """
    found = [body_of(unit, made, looped) for unit in units]
    columns = [list(walk(body, Iterations)) for body, _ in found]
    if not columns[0] or len({len(column) for column in columns}) > 1:
        raise Different
    loops: list[_Loop] = []
    for column in zip(*columns, strict=True):
        loops.append(_Loop(units, column, file_params, loops))
    forms: defaultdict[Hashable, list[Member]] = defaultdict(list)
    for k, (unit, (body, values)) in enumerate(zip(units, found, strict=True)):
        body = _with(body, iter([loop.of(k) for loop in loops]))
        forms[skeleton(body)].append(Member(unit, body, values))
    return Draft(list(forms.values()), file_params).complete()


def _with(body: Body, loops: Iterator[Iterated]) -> Body:
    return rewrite(body, lambda node: next(loops) if isinstance(node, Iterations) else None)


@dataclass(frozen=True)
class _Round:
    """One iteration of one member."""

    member: int
    iteration: Iteration

    @property
    def place(self) -> tuple[int, int]:
        return self.member, self.iteration.loop.iteration


class _Loop:
    """A loop of all members; raises `Different` or `Unsolved` if they have no one in common."""

    def __init__(
        self,
        units: Sequence[Unit],
        column: Sequence[Iterations],
        file_params: Mapping[str, Any],
        before: Sequence[_Loop],
    ) -> None:
        self.units, self.column = units, column
        every = [_Round(k, each) for k in range(len(units)) for each in self.rounds_of(k)]
        layers = [layer for each in every for layer in each.iteration.layers]
        self.texts = list(dict.fromkeys(text for layer in layers for text in whens_of(layer)))
        self.rounds = {self.unit(each): each for each in every}
        forms: defaultdict[Hashable, list[Member]] = defaultdict(list)
        for unit, each in self.rounds.items():
            body = _body(each.iteration)
            forms[skeleton(body)].append(Member(unit, body, {}))
        self.draft = Draft(list(forms.values()), file_params)
        (step,) = walk(self.draft.body, Step)
        if not isinstance(step.module, Call):
            raise Different
        self.layers = step.module.arguments
        self.loop = every[0].iteration.loop
        self.lists = [name for name in self.loop.variables if name in self.loop.over]
        self.indices = [name for name in self.loop.variables if name not in self.loop.over]
        """The variables that count the iterations, or say which one it is."""
        self.require_given()
        self.after = self.handed_on()
        self.in_after = {parameter.name for parameter in walk(self.after, Parameter)}
        taken = {*INPUT_SIZES, LAYERS, *map(variable, units[0].arguments)}
        self.names: dict[str, str] = {}
        """What the variables are called that go over lists: like no parameter of the block, and no
        variable of another type.
        """
        self.types = {name: annotation(self.values_of(name)) for name in self.lists}
        for name in self.lists:
            others = {own for loop in before for own in loop.of_other_types(self.types[name])}
            self.names[name] = distinct(variable(name), {*taken, *others, *self.names.values()})
        used = {*taken, *self.names.values()}
        hands_on = self.used & {*INPUT_SIZES} and self.after not in [*map(Parameter, INPUT_SIZES)]
        self.carried = distinct(CARRIED, used) if hands_on else ""

    def unit(self, each: _Round) -> Unit:
        """An iteration as a member of the loop: the block's parameters and the loop's variables are
        what it is given.
        """
        block = self.units[each.member]
        instance, loop = block.instance, each.iteration.loop
        given = {name: Argument(a.value) for name, a in block.arguments.items()}
        given |= {name: Argument(value) for name, value in loop.variables.items()}
        scope = ChainMap({n: a.value for n, a in given.items()}, dict(block.params))
        conditions = tuple(_condition(text, scope, instance.span) for text in self.texts)
        inputs = (each.iteration.input,)
        own = Instance(block.block, given, inputs, [], (), instance.span, conditions=conditions)
        return Unit(block.block, own, inputs, [], (), params=block.params)

    def values_of(self, name: str) -> list[Any]:
        """What a variable is in all iterations of all members."""
        return [each.iteration.loop.variables[name] for each in self.rounds.values()]

    def of_other_types(self, kind: str) -> list[str]:
        return [own for name, own in self.names.items() if self.types[name] != kind]

    @property
    def called(self) -> dict[str, str]:
        """The names of the variables that go over lists, by the parameters that stand for them."""
        return {variable(name): own for name, own in self.names.items()}

    @property
    def used(self) -> set[str]:
        return {parameter.name for parameter in walk(self.layers, Parameter)}

    def require_given(self) -> None:
        """Raise `Different` where the layers need what neither the block nor the loop gives."""
        if not self.loop.variables.keys().isdisjoint(INPUT_SIZES):
            raise Different
        given = {*self.units[0].arguments, *self.loop.variables, *INPUT_SIZES} - {"last"}
        given = {variable(name) for name in given}
        parameters = self.draft.parameters
        starts = tuple(started.arguments for started in walk(self.layers, Started))
        if next(walk(starts, Parameter), None):  # weights are filled after the loop
            raise Different
        if self.used & (parameters.flags | parameters.locals.keys()) or not self.used <= given:
            raise Different

    def handed_on(self) -> Node:
        """What the next iteration takes, in terms of this one: the last size that is just that."""
        sizes = self.used & {*INPUT_SIZES}
        if not sizes:
            return Literal(None)
        (size,) = sizes
        parameters = self.draft.parameters
        places = [self.rounds[unit].place for unit in self.draft.members]
        sizes_at = dict(zip(places, parameters.columns[size], strict=True))
        taken = tuple(sizes_at.get((member, k + 1), ABSENT) for member, k in places)
        found = [a.value for a in walk_arguments(self.layers) if not isinstance(a.value, Literal)]
        found = [node for node in found if parameters.gives(node, taken)]
        if not found or all(value is ABSENT for value in taken):
            raise Different
        return found[-1]

    def of(self, member: int) -> Iterated:
        """The loop of one member, with its own values for what the block is given."""
        spoken_of = self.used | self.in_after
        names = [name for name in self.lists if variable(name) in spoken_of]
        indices = [name for name in self.indices if variable(name) in spoken_of]
        layers, after = rewrite((self.layers, self.after), lambda node: self.own(node, member))
        return Iterated(
            tuple(self.names[name] for name in names),
            tuple(self.list_of(name, member) for name in names),
            Literal(None) if names else self.count(member),
            INDEX if indices else "",
            layers,
            self.carried,
            self.start(member) if self.carried else Literal(None),
            after if self.carried else Literal(None),
        )

    def own(self, node: Node, member: int) -> Node | None:
        """What a parameter of the loop is called in the constructor of the class."""
        match node:
            case Not(value=Parameter("first")):
                return Infix(">", (Name(INDEX), Literal(0)))
            case Parameter("first"):
                return Infix("==", (Name(INDEX), Literal(0)))
            case Parameter(name) if name in map(variable, self.indices):
                return Name(INDEX)
            case Parameter(name) if name in self.called:
                return Name(self.called[name])
            case Parameter(name) if name in INPUT_SIZES:
                return Name(self.carried) if self.carried else self.start(member)
            case Parameter(name):
                return self.given(name, member)
        return None

    def given(self, name: str, member: int) -> Slot:
        """A parameter of the block."""
        arguments = self.units[member].arguments
        (own,) = (own for own in arguments if variable(own) == name)
        return Slot(arguments[own].value, own, own, own, {own: arguments[own].value})

    def start(self, member: int) -> Node:
        """What the first iteration takes."""
        (size,) = self.used & {*INPUT_SIZES}
        shape = self.rounds_of(member)[0].input.type.shape
        return Slot(shape[0] if size == "in_channels" else shape[-1], size)

    def count(self, member: int) -> Slot:
        times = repeats(len(self.rounds_of(member)))
        text = self.loop.over.get("")
        return self.stated(times, text, member) if text else times

    def list_of(self, name: str, member: int) -> Slot:
        """The list that the loop's variable goes over."""
        values = tuple(each.loop.variables[name] for each in self.rounds_of(member))
        return self.stated(Slot(values, f"{name}s"), self.loop.over[name], member)

    def stated(self, slot: Slot, text: str, member: int) -> Slot:
        """The number with the spec's expression for it."""
        unit = self.units[member]
        scope = ChainMap({n: a.value for n, a in unit.arguments.items()}, dict(unit.params))
        return replace(slot, given=slot.name, expression=text, scope=scope)

    def rounds_of(self, member: int) -> tuple[Iteration, ...]:
        value: Any = self.column[member].value
        return tuple(value)


def _body(iteration: Iteration) -> Body:
    """The layers as a body, their numbers with the variables of the loop."""
    variables = dict(iteration.loop.variables)

    def seeing(node: Node) -> Node | None:
        if isinstance(node, Slot):
            return replace(node, scope=ChainMap(variables, dict(node.scope or {})))
        return None

    module = Call(SEQUENTIAL, rewrite(iteration.layers, seeing))
    step = Step(applied(1), module, True, Label(("layers",)), (), "block", (0,), (1,))
    return Body((0,), (step,), (1,))


def _condition(text: str, scope: Mapping[str, Any], span: Span) -> Condition:
    """A `when` of an iteration, which is but arithmetic; raises `Different` for any other."""
    names: dict[str, Any] = {}

    def lookup(name: str) -> Node | None:
        if not isinstance(scope.get(name), int | float | str):
            return None
        names[name] = scope[name]
        return Literal(scope[name])

    found = translated(text, lookup)
    if not isinstance(found, Literal):
        raise Different
    return Condition(text, bool(found.value), names, span)
