"""Blocks: drawn for the arguments and inputs of each of their signatures, and used with these."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netspec.tensor import Tensor
from tests.random_programs.expressions import condition, exactly, literal, number
from tests.random_programs.fitting import fitted, fitted_all
from tests.random_programs.home import Home
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Flow, Scope, in_a_row, modified, small, wire_of
from tests.random_programs.steps import Kind, kind, sequence
from tests.random_programs.text import Node, flow

WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass
class Contract:
    """What a parameter that holds a block must make of what, by signature."""

    takes: dict[int, Tensor] = field(default_factory=dict)
    gives: dict[int, Tensor] = field(default_factory=dict)
    with_out: bool = False
    """Whether the block is applied with an argument, `out`: its channels."""


@dataclass
class Signature:
    """Arguments and inputs that a block was drawn for, and what it makes of them."""

    values: dict[str, Any]
    inputs: Flow
    outputs: Flow = ()


@dataclass
class Known:
    """A block that can be used: its head there, what it takes, its outputs' names."""

    head: str
    parameters: dict[str, Node]
    signatures: list[Signature]
    contracts: dict[str, Contract] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)


def tensor(pen: Pen, rank: int) -> Tensor:
    """A small tensor of that many axes."""
    most = {1: 12, 2: 9, 3: 8, 4: 4}[rank]
    return Tensor((pen.integer(1, 8), *(pen.integer(1, most) for _ in range(rank - 1))))


# --------------------------------------------------------------------------------------- drawn


def draw_block(pen: Pen, home: Home) -> None:
    """Write one more block into the file."""
    name = pen.name("unit", "cell", "part") + "x"
    rank = pen.choose([3, 3, 2, 1, 4])
    several = pen.chance(30)
    flows = [
        tuple(tensor(pen, rank) for _ in range(2 if several else 1))
        for _ in range(pen.integer(1, 2))
    ]
    signatures = [Signature({}, given) for given in flows]
    known = Known(home.prefix + name, {}, signatures)
    scope = Scope(home, [{**home.params, "_s": s} for s in range(len(flows))], flows, depth=2)
    _draw_parameters(pen, known, scope)
    if several or pen.chance(20):
        known.inputs = [pen.name("taken_") for _ in flows[0]]
        for k, given in enumerate(known.inputs):
            scope.names[given] = [made[k] for made in scope.flows]
    body = sequence(pen, scope, 4)
    text: dict[str, Node] = {"body": body}
    _draw_outputs(pen, known, scope, text)
    for signature, made in zip(signatures, scope.flows, strict=True):
        signature.outputs = made
    if all(map(small, scope.flows)):
        _enter(pen, home, name, known, text)


def _draw_parameters(pen: Pen, known: Known, scope: Scope) -> None:
    """Parameters of all kinds; the first tells the signatures apart."""
    if len(known.signatures) > 1:
        key = pen.name("width")
        _parameter(known, scope, key, "int", [2, 5])
        scope.keys = (key,)
    for _ in range(pen.integer(0, 3)):
        draw = pen.choose([_number, _flag, _list, _block, _word])
        draw(pen, known, scope)


def _parameter(known: Known, scope: Scope, name: str, means: Node, values: list[Any]) -> None:
    known.parameters[name] = means
    for signature, world, value in zip(known.signatures, scope.worlds, values, strict=True):
        signature.values[name] = value
        assert isinstance(world, dict)
        world[name] = value


def _number(pen: Pen, known: Known, scope: Scope) -> None:
    name = pen.name("size")
    if pen.chance(50):
        _parameter(known, scope, name, "int", [pen.integer(1, 6) for _ in scope.worlds])
        return
    default = number(pen, scope, 1, 8)
    _parameter(known, scope, name, default.node, default.values)
    for signature in known.signatures:
        if pen.chance(60):
            del signature.values[name]


def _flag(pen: Pen, known: Known, scope: Scope) -> None:
    name = pen.name("flag")
    if pen.chance(50):
        _parameter(known, scope, name, "bool", [pen.chance(50) for _ in scope.worlds])
        return
    default = condition(pen, scope)
    _parameter(known, scope, name, default.node, default.values)
    for signature in known.signatures:
        del signature.values[name]


def _list(pen: Pen, known: Known, scope: Scope) -> None:
    length = pen.integer(1, 3)
    lists = [tuple(pen.integer(1, 6) for _ in range(length)) for _ in scope.worlds]
    means: Node = "list" if pen.chance(60) else list(lists[0])
    name = pen.name("sizes")
    _parameter(known, scope, name, means, lists if means == "list" else [lists[0]] * len(lists))
    if means != "list":
        for signature in known.signatures:
            del signature.values[name]


def _block(pen: Pen, known: Known, scope: Scope) -> None:
    name = pen.name("layer") + "x"
    contract = known.contracts[name] = scope.blocks[name] = Contract(with_out=pen.chance(40))
    known.parameters[name] = "block"
    if pen.chance(25):
        known.parameters[name] = "conv" if contract.with_out else pen.choose(["relu", "identity"])


def _word(pen: Pen, known: Known, scope: Scope) -> None:
    name = pen.name("mode")
    words = [pen.choose(["replicate", "zeros"]) for _ in scope.worlds]
    _parameter(known, scope, name, "str", words)


def _draw_outputs(pen: Pen, known: Known, scope: Scope, text: dict[str, Node]) -> None:
    """Outputs by their names, or what flows at the end."""
    body = text["body"]
    if not known.inputs or not pen.chance(60):
        return
    end, new = pen.name("last_"), pen.name("new_")
    if not scope.single or not scope.floating:
        body += fitted(pen, scope, [tensors[0] for tensors in scope.flows])
    wanted = [signature.inputs[-1] for signature in known.signatures]
    body += fitted(pen, scope, wanted)
    body.append(modified(pen.choose(["tanh", "bn"]), name=end))
    outputs = [*known.inputs[1:], end]
    flows = [(*signature.inputs[1:], signature.inputs[-1]) for signature in known.signatures]
    scope.flows = flows
    renamed = pen.chance(50)
    known.outputs = [*known.inputs[1:], new] if renamed else outputs
    text["outputs"] = dict(zip(known.outputs, outputs, strict=True)) if renamed else outputs


def _enter(pen: Pen, home: Home, name: str, known: Known, text: dict[str, Node]) -> None:
    """The block in its file, without the parameters that nothing in it uses."""
    used = set(WORD.findall(flow(text)))
    for parameter in reversed(list(known.parameters)):
        if parameter not in used:
            del known.parameters[parameter]
            known.contracts.pop(parameter, None)
            for signature in known.signatures:
                signature.values.pop(parameter, None)
        else:
            used |= set(WORD.findall(flow(known.parameters[parameter])))
    made: dict[str, Node] = {}
    if pen.chance(30):
        made["about"] = "A part of the network."
    if not {"name", "branch_"} & used and pen.chance(20) and "_" not in flow(text):
        made["inline"] = True
    elif pen.chance(20):
        made["children"] = "numbered"
    if pen.chance(10):
        made["asserts"] = [{"that": "in_channels >= 1", "else": "no channels: {in_channels}"}]
    made |= {"params": dict(known.parameters)} if known.parameters else {}
    made |= {"inputs": known.inputs} if known.inputs else {}
    home.blocks[name] = made | text
    home.known.append(known)


def draw_recursive(pen: Pen, home: Home) -> None:
    """A block that uses itself, a level less each time."""
    name = pen.name("nest", "tree") + "x"
    x = tensor(pen, pen.choose([3, 2, 1]))
    worlds: list[Mapping[str, Any]] = [{**home.params, "levels": n, "_s": n} for n in range(3)]
    scope = Scope(home, worlds, [(x,)] * 3, ("levels",), depth=1)
    base = scope.where([True, False, False])
    leaf = [*sequence(pen, base, 2), *fitted(pen, base, [x])]
    more = scope.where([False, True, True])
    steps = [*sequence(pen, more, 2), *fitted(pen, more, [x, x])]
    deeper: Node = {name: {"levels": "levels - 1"}}
    deeper = modified(deeper, repeat=2) if pen.chance(40) else deeper
    inner: Node = [*steps, deeper] if pen.chance(50) else [deeper, *steps]
    step: Node = {"do": inner, "when": "levels > 0"}
    if pen.chance(50):
        step = {"branches": [inner, "identity"], "merge": "sum", "when": "levels > 0"}
    body = [modified(in_a_row(leaf), when="levels == 0"), step]
    home.blocks[name] = {"params": {"levels": "int"}, "body": body}
    signatures = [Signature({"levels": n}, (x,), (x,)) for n in range(3)]
    home.known.append(Known(home.prefix + name, {"levels": "int"}, signatures))


# --------------------------------------------------------------------------------------- applied


@kind(3)
def parameter(pen: Pen, scope: Scope) -> Node | None:
    """A step that applies a block parameter."""
    if not scope.blocks or not scope.single or not scope.floating:
        return None
    name = pen.choose(list(scope.blocks))
    contract: Contract = scope.blocks[name]
    ids = [world["_s"] for world in scope.worlds]
    if contract.with_out and (scope.rank < 2 or not contract.takes.keys() >= set(ids)):
        return _first_with_out(pen, scope, name, contract, ids)
    steps = _agree(pen, scope, contract, ids)
    if steps is None:
        return None
    given = [contract.gives[s] for s in ids]
    head: Node = name
    if contract.with_out:
        head = {name: {"out": exactly(pen, scope, [x.shape[0] for x in given]).node}}
    scope.flows = [(x,) for x in given]
    return in_a_row([*steps, head])


def _first_with_out(
    pen: Pen, scope: Scope, name: str, contract: Contract, ids: list[int]
) -> Node | None:
    """The first application settles what the block takes, and the channels that it gives."""
    if scope.rank < 3 or contract.takes:
        return None
    if _agree(pen, scope, contract, ids) is None:
        return None
    for s, x in list(contract.takes.items()):
        contract.gives[s] = x._replace(shape=(pen.integer(1, 6), *x.shape[1:]))
    return parameter(pen, scope)


def _agree(pen: Pen, scope: Scope, contract: Contract, ids: list[int]) -> list[Node] | None:
    """Steps after which what flows is what the contract takes, which the first use settles."""
    wanted = {**dict(zip(ids, scope.tensors, strict=True)), **contract.takes}
    steps = fitted(pen, scope, [wanted[s] for s in ids])
    for s in ids:
        contract.takes.setdefault(s, wanted[s])
        contract.gives.setdefault(s, wanted[s])
    return steps


# ------------------------------------------------------------------------------------------ used


@kind(6)
def block(pen: Pen, scope: Scope) -> Node | None:
    """A use of a block of the file, on inputs and with arguments that it was drawn for."""
    if not scope.home.known:
        return None
    known: Known = pen.choose(scope.home.known)
    signature = pen.choose(known.signatures)
    s = known.signatures.index(signature)
    steps = fitted_all(pen, scope, [signature.inputs] * len(scope.worlds))
    given = {
        name: exactly(pen, scope, [value] * len(scope.worlds)).node
        if not isinstance(value, str)
        else f"'{value}'"
        for name, value in signature.values.items()
    }
    for name, contract in known.contracts.items():
        if known.parameters[name] == "block" or s in contract.takes:
            given[name] = block_value(pen, scope, contract, s)
    made = _use(pen, known, given)
    scope.flows = [signature.outputs] * len(scope.worlds)
    if known.outputs and pen.chance(70):
        made = _with_outputs(pen, scope, known, made)
    return in_a_row([*steps, made])


def _use(pen: Pen, known: Known, given: dict[str, Node]) -> Node:
    if not given:
        return known.head
    order = list(known.parameters)
    in_front = order[: len(given)] == list(given)
    first = given.get(order[0])
    plain = not isinstance(first, dict | list) and known.parameters[order[0]] not in ("list", "block")
    if in_front and plain and order[0] not in known.contracts and pen.chance(50):
        values = list(given.values())
        return {known.head: values[0] if len(values) == 1 else values}
    return {known.head: given}


def _with_outputs(pen: Pen, scope: Scope, known: Known, made: Node) -> Node:
    """With a name, by which its outputs are reached."""
    name = pen.name()
    scope.names[name] = [wire_of(flow) for flow in scope.flows]
    for k, output in enumerate(known.outputs):
        scope.names[f"{name}.{output}"] = [flow[k] for flow in scope.flows]
    return modified(made, name=name)


def block_value(pen: Pen, scope: Scope, contract: Contract, s: int) -> Node:
    """A block that keeps the contract: a name, one with arguments, an inline body."""
    if contract.with_out:
        return pen.choose(WITH_OUT)
    takes, gives = contract.takes.get(s), contract.gives.get(s)
    if takes is None or gives is None:
        return "relu"
    if pen.chance(40):
        return pen.choose(["relu", "bn", {"leaky_relu": 0.1}, {"leaky_relu": {"slope": 0.3}}])
    inner = scope.closed()
    inner.flows, inner.depth = [(takes,)] * len(scope.worlds), min(scope.depth, 1)
    steps = sequence(pen, inner, 2)
    steps += fitted(pen, inner, [gives] * len(scope.worlds))
    if takes == gives and pen.chance(20):
        return {"do": steps, "repeat": 2}
    return steps


WITH_OUT: tuple[Node, ...] = (
    *("conv", "projection", "conv_bn_act", {"conv": {"kernel": 1, "bias": False}}),
    *({"conv_bn_act": {"act": "tanh"}}, {"projection": {"norm": "affine"}}),
)


__all__ = ["Kind", "literal"]
