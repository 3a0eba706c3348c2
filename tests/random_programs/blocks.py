"""Blocks: drawn for the arguments and inputs of each of their signatures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netspec.tensor import Tensor
from tests.random_programs.contracts import LISTS, Contract, Layers
from tests.random_programs.expressions import condition, number
from tests.random_programs.fitting import fitted
from tests.random_programs.home import Home
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Flow, Scope, in_a_row, modified, small
from tests.random_programs.steps import sequence
from tests.random_programs.text import Node, flow

DEFAULTS: tuple[Node, ...] = (
    *("relu", "identity", {"leaky_relu": {"slope": 0.1}}, {"do": ["tanh", "bn"]}),
)
WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass
class Signature:
    """Arguments and inputs that a block was drawn for, and what it makes of them."""

    values: dict[str, Any]
    inputs: Flow
    outputs: Flow = ()


@dataclass
class Known:
    """A block that can be used: where it stands, what it takes, its outputs' names."""

    home: Home
    name: str
    parameters: dict[str, Node]
    signatures: list[Signature]
    contracts: dict[str, Contract] = field(default_factory=dict)
    layers: dict[str, Contract | Layers] = field(default_factory=dict)
    weights: dict[str, list[tuple[int, ...]]] = field(default_factory=dict)
    """Shapes of weights of its steps that have names, by path, for each signature."""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)


def tensor(pen: Pen, rank: int) -> Tensor:
    """A small tensor of that many axes."""
    most = {1: 12, 2: 9, 3: 8, 4: 4}[rank]
    return Tensor((pen.integer(1, 8), *(pen.integer(1, most) for _ in range(rank - 1))))


def draw_block(pen: Pen, home: Home) -> None:
    """Write one more block into the file."""
    name = pen.name("unit", "cell", "part") + "x"
    rank = pen.choose([3, 3, 2, 1, 4])
    several = pen.chance(30)
    flows = [_inputs(pen, rank, several) for _ in range(pen.integer(1, 2))]
    signatures = [Signature({}, given) for given in flows]
    known = Known(home, name, {}, signatures)
    scope = Scope(home, [{**home.params, "_s": s} for s in range(len(flows))], flows, depth=2)
    _draw_parameters(pen, known, scope)
    if several or pen.chance(20):
        known.inputs = [pen.name("taken_") for _ in flows[0]]
        for k, given in enumerate(known.inputs):
            scope.names[given] = [made[k] for made in scope.flows]
    body = sequence(pen, scope, 4)
    text: dict[str, Node] = {"body": body}
    _draw_outputs(pen, known, scope, text)
    known.weights = dict(scope.weights)
    for signature, made in zip(signatures, scope.flows, strict=True):
        signature.outputs = made
    if all(map(small, scope.flows)):
        _enter(pen, home, name, known, text)


def _inputs(pen: Pen, rank: int, several: bool) -> Flow:
    """One tensor; or two, often of one type, so that a loop can thread them."""
    first = tensor(pen, rank)
    if not several:
        return (first,)
    return (first, first if pen.chance(60) else tensor(pen, rank))


def _draw_parameters(pen: Pen, known: Known, scope: Scope) -> None:
    """Parameters of all kinds; the first tells the signatures apart."""
    if len(known.signatures) > 1:
        key = pen.name("width")
        _parameter(known, scope, key, "int", [2, 5])
        scope.keys = (key,)
    for _ in range(pen.integer(0, 3)):
        draw = pen.choose([_number, _flag, _list, _block, _word, _layers])
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
        contract.keeps = not contract.with_out
        known.parameters[name] = "conv" if contract.with_out else pen.choose(DEFAULTS)


def _layers(pen: Pen, known: Known, scope: Scope) -> None:
    name = pen.name("layers") + "x"
    scope.blocks[name] = known.layers[name] = Layers()
    known.parameters[name] = "list" if pen.chance(60) else pen.choose(LISTS)


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
    scope = Scope(home, worlds, [(x,)] * 3, depth=1, keys=("levels",))
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
    home.known.append(Known(home, name, {"levels": "int"}, signatures))
