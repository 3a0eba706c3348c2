"""A place in the text of a body, with all that is known there in every world.

The text of a loop or block is written once and elaborated several times: each time is a world, with
values of its own for the variables, and tensors of its own that flow. What is drawn must be valid
in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from netspec.tensor import Tensor
from tests.random_programs.home import Home
from tests.random_programs.text import Node

Flow = tuple[Tensor, ...]
Wire = Any
"""What a name stands for: a tensor, or a list of wires."""
Variables = Mapping[str, Any]
Old = TypeVar("Old")

MOST_WORLDS = 10
MOST_ELEMENTS = 600
LONGEST_AXIS = 24


@dataclass(frozen=True)
class Played:
    """A step that `again` may name: what it took and what it gave, per world."""

    inputs: list[Flow]
    outputs: list[Flow]


@dataclass
class Scope:
    """The state of the text so far; `flows` is the value so far, per world.

    `keys` are variables whose values tell the worlds apart. `names` are the steps that `from`
    reaches, `loop` the variables of the nearest loop, `weights` the shapes of weights by the path
    that `tie` takes, `path` the named levels around (None where they are not one path).
    """

    home: Home
    worlds: list[Variables]
    flows: list[Flow]
    depth: int = 3
    """How many levels of steps may still be inside each other."""
    keys: tuple[str, ...] = ()
    names: dict[str, list[Wire]] = field(default_factory=dict)
    played: dict[str, Played] = field(default_factory=dict)
    weights: dict[str, list[tuple[int, ...]]] = field(default_factory=dict)
    path: tuple[str, ...] | None = ()
    loop: frozenset[str] = frozenset()
    blocks: dict[str, Any] = field(default_factory=dict)
    """The parameters that hold a block: what is known of each (`blocks.Contract`)."""

    @property
    def single(self) -> bool:
        """Whether one tensor flows in every world."""
        return all(len(flow) == 1 for flow in self.flows)

    @property
    def tensors(self) -> list[Tensor]:
        """The first tensor that flows, per world."""
        return [flow[0] for flow in self.flows]

    @property
    def rank(self) -> int:
        """The number of axes of the first tensor, or 0 where it is not the same in all worlds."""
        ranks = {len(flow[0].shape) if flow else 0 for flow in self.flows}
        return ranks.pop() if len(ranks) == 1 else 0

    @property
    def floating(self) -> bool:
        return all("float" in x.dtype for flow in self.flows for x in flow)

    def beside(self) -> Scope:
        """The same place for another branch: names are shared, the flow is its own."""
        return replace(self, flows=list(self.flows), depth=self.depth - 1)

    def where(self, chosen: list[bool]) -> Scope:
        """The worlds that are chosen, for a step that is done in them alone."""
        return replace(
            self,
            depth=self.depth - 1,
            worlds=_kept(self.worlds, chosen),
            flows=_kept(self.flows, chosen),
            names={name: _kept(wires, chosen) for name, wires in self.names.items()},
            played={},
            weights={},
            path=None,
        )

    def iterated(self, origins: list[int], worlds: list[Variables], keys: tuple[str, ...]) -> Scope:
        """Inside a loop: world k is an iteration of the outer world `origins[k]`."""

        def inner(values: list[Old]) -> list[Old]:
            return [values[k] for k in origins]

        return replace(
            self,
            depth=self.depth - 1,
            worlds=worlds,
            flows=inner(self.flows),
            keys=keys,
            names={name: inner(wires) for name, wires in self.names.items()},
            played={
                name: Played(inner(step.inputs), inner(step.outputs))
                for name, step in self.played.items()
            },
            weights={name: inner(shapes) for name, shapes in self.weights.items()},
            path=None,
        )

    def snapshot(self) -> Scope:
        """The scope as it is now."""
        return replace(
            self,
            flows=list(self.flows),
            names=dict(self.names),
            played=dict(self.played),
            weights=dict(self.weights),
        )

    def restore(self, before: Scope) -> None:
        """Forget what was drawn since the snapshot."""
        self.flows = before.flows
        _forget(self.names, before.names)
        _forget(self.played, before.played)
        _forget(self.weights, before.weights)

    def closed(self) -> Scope:
        """For an inline body that is written here and applied elsewhere."""
        return replace(
            self,
            names=dict(self.names),
            played={},
            weights={},
            path=(),
            loop=frozenset(),
            blocks={},
        )


def _forget(known: dict[str, Old], before: dict[str, Old]) -> None:
    known.clear()
    known.update(before)


def _kept(values: list[Old], chosen: list[bool]) -> list[Old]:
    return [value for value, kept in zip(values, chosen, strict=True) if kept]


def tensors_of(wire: Wire) -> Iterator[Tensor]:
    """All tensors of a wire, in order."""
    if isinstance(wire, Tensor):
        yield wire
    else:
        for each in wire:
            yield from tensors_of(each)


def wire_of(flow: Flow) -> Wire:
    """What the name of a step stands for."""
    return flow[0] if len(flow) == 1 else list(flow)


def small(flow: Flow) -> bool:
    """Whether the tensors are of a size that tests can pay for."""
    return len(flow) <= 6 and all(
        x.elements <= MOST_ELEMENTS and max(x.shape) <= LONGEST_AXIS and len(x.shape) <= 4
        for x in flow
    )


OFTEN = {"repeat", "for", "when"}
ONCE = {"from", "name", "share", "tie", "init", "fixed", "repeat", "for"}
"""Modifiers that would mean something else beside those."""


def modified(step: Node, **modifiers: Node) -> dict[str, Node]:
    """The step with modifiers beside it."""
    given = {key.rstrip("_"): value for key, value in modifiers.items()}
    if isinstance(step, str):
        return {step: None, **given}
    if isinstance(step, list):
        return {"do": step, **given}
    if step.keys() & given.keys() or (step.keys() & ONCE and given.keys() & OFTEN):
        return {"do": [step], **given}
    return {**step, **given}


def in_a_row(steps: list[Node]) -> Node:
    """Steps as one step."""
    return steps[0] if len(steps) == 1 and not isinstance(steps[0], list) else steps
