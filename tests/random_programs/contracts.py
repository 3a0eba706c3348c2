"""Parameters that hold a block: what a block applies them to, and what its users may give."""

from __future__ import annotations

from dataclasses import dataclass, field

from netspec.tensor import Tensor
from tests.random_programs.expressions import exactly
from tests.random_programs.fitting import fitted
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Scope, in_a_row
from tests.random_programs.steps import kind, sequence
from tests.random_programs.text import Node


@dataclass
class Contract:
    """What a parameter that holds a block must make of what, by signature."""

    takes: dict[int, Tensor] = field(default_factory=dict)
    gives: dict[int, Tensor] = field(default_factory=dict)
    with_out: bool = False
    """Whether the block is applied with an argument, `out`: its channels."""
    keeps: bool = False
    """Whether it must give what it takes."""


@kind(14, needs=lambda scope: scope.blocks)
def applied(pen: Pen, scope: Scope) -> Node | None:
    """A step that applies a block parameter, to what the first such step settles."""
    held = [name for name, kind_ in scope.blocks.items() if isinstance(kind_, Contract)]
    if not held or not scope.single or not scope.floating:
        return None
    name = pen.choose(held)
    contract: Contract = scope.blocks[name]
    if contract.with_out and scope.rank < 3 and not contract.takes:
        return None
    ids = [world["_s"] for world in scope.worlds]
    takes = {**dict(zip(ids, scope.tensors, strict=True)), **contract.takes}
    steps = fitted(pen, scope, [takes[s] for s in ids])
    for s in {*ids} - contract.takes.keys():
        contract.takes[s] = takes[s]
        contract.gives[s] = _result(pen, contract, takes[s])
    made: Node = name
    if contract.with_out:
        out = exactly(pen, scope, [contract.gives[s].shape[0] for s in ids])
        made = {name: {"out": out.node}}
    scope.flows = [(contract.gives[s],) for s in ids]
    return in_a_row([*steps, made])


def _result(pen: Pen, contract: Contract, x: Tensor) -> Tensor:
    """The same, or another number of channels."""
    if contract.keeps or not (contract.with_out or pen.chance(30)):
        return x
    return x._replace(shape=(pen.integer(1, 6), *x.shape[1:]))


@dataclass
class Layers:
    """A parameter that holds a list of blocks, each of which keeps what it takes."""


@kind(3)
def listed(pen: Pen, scope: Scope) -> Node | None:
    """A loop over a list of blocks."""
    if not scope.single or not scope.floating:
        return None
    name = pen.name("kind") + "x"
    held = [known for known, kind_ in scope.blocks.items() if isinstance(kind_, Layers)]
    if held and pen.chance(80):
        return {name: None, "for": {name: pen.choose(held)}}
    if pen.chance(50) or scope.rank < 3 or len({*scope.tensors}) > 1:
        return {name: None, "for": {name: ["relu", "tanh if 2 > 1 else bn", {"leaky_relu": 0.2}]}}
    out = exactly(pen, scope, [x.shape[0] for x in scope.tensors]).node
    return {name: {"out": out}, "for": {name: ["conv", "projection"]}}


def block_value(pen: Pen, scope: Scope, contract: Contract, s: int) -> Node:
    """A block that keeps the contract: a name, one with arguments, an inline body."""
    if contract.with_out:
        return pen.choose(WITH_OUT)
    takes, gives = contract.takes.get(s), contract.gives.get(s)
    if takes is None or gives is None:
        return "relu"
    if takes == gives and pen.chance(40):
        return pen.choose(["relu", "bn", {"leaky_relu": 0.1}, {"leaky_relu": {"slope": 0.3}}])
    inner = scope.closed()
    inner.flows, inner.depth = [(takes,)] * len(scope.worlds), min(scope.depth, 1)
    steps = sequence(pen, inner, 2)
    steps += fitted(pen, inner, [gives] * len(scope.worlds))
    if takes == gives and pen.chance(20):
        return {"do": steps, "repeat": 2}
    return steps


LISTS: tuple[Node, ...] = (
    *(["relu", "tanh"], ["bn"], [{"leaky_relu": 0.2}, {"do": ["sigmoid", "bn"]}, "identity"]),
    ["tanh if 2 > 1 else relu", {"do": ["bn"], "repeat": 2}],
)
WITH_OUT: tuple[Node, ...] = (
    *("conv", "projection", "conv_bn_act", {"conv": {"kernel": 1, "bias": False}}),
    *({"conv_bn_act": {"act": "tanh"}}, {"projection": {"norm": "affine"}}),
)
