"""Uses of blocks of the file, on inputs and with arguments that they were drawn for."""

from __future__ import annotations

from tests.random_programs.blocks import Known, Signature
from tests.random_programs.contracts import LISTS, block_value
from tests.random_programs.expressions import exactly
from tests.random_programs.fitting import fitted_all
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Played, Scope, Wire, in_a_row, modified, wire_of
from tests.random_programs.steps import kind
from tests.random_programs.text import Node


@kind(12, needs=lambda scope: scope.home.known)
def block(pen: Pen, scope: Scope) -> Node:
    """A block of the file."""
    return use_of(pen, scope, pen.choose(scope.home.known))


def use_of(pen: Pen, scope: Scope, known: Known) -> Node:
    """A use of this block, perhaps several times, perhaps with a name."""
    signature = pen.choose(known.signatures)
    s = known.signatures.index(signature)
    times = pen.integer(1, 3) if signature.inputs == signature.outputs and pen.chance(60) else None
    steps = _given(pen, scope, known, signature)
    head = known.name if known.home is scope.home else known.home.prefix + known.name
    made = _with_arguments(pen, known, head, _arguments(pen, scope, known, signature))
    before, scope.flows = scope.flows, [signature.outputs] * len(scope.worlds)
    if times is not None:
        made = modified(made, repeat=times)
    elif _only_branches(steps):
        return steps[0] | {"merge": made}
    elif known.weights and pen.chance(30):
        made = modified(made, init={pen.choose(list(known.weights)): 0.5})
    if pen.chance(70 if known.outputs else 40):
        made = _with_name(pen, scope, known, made, times)
        scope.played[made["name"]] = Played(before, list(scope.flows))
        _enter_weights(scope, known, s, made["name"], times)
    return in_a_row([*steps[:-1], _joined(steps, made)])


def _only_branches(steps: list[Node]) -> bool:
    return len(steps) == 2 and isinstance(steps[0], dict) and "branches" in steps[0]


def _enter_weights(scope: Scope, known: Known, s: int, name: str, times: int | None) -> None:
    """What `tie` may name of the block."""
    if times is not None or scope.path is None:
        return
    for key, shapes in known.weights.items():
        path = ".".join((*scope.path, name, key))
        scope.weights[path] = [shapes[s]] * len(scope.worlds)


def _given(pen: Pen, scope: Scope, known: Known, signature: Signature) -> list[Node]:
    """Steps after which the block's inputs flow; the last may be the `from` that names them."""
    steps = fitted_all(pen, scope, [signature.inputs] * len(scope.worlds))
    if not (known.inputs and pen.chance(40)):
        return [*steps, {}]
    name = pen.name()
    scope.names[name] = [wire_of(flow) for flow in scope.flows]
    several = len(known.inputs) > 1
    wires = {given: f"{name}[{k}]" if several else name for k, given in enumerate(known.inputs)}
    if pen.chance(50):
        wires = dict(reversed(wires.items()))
    return [*steps, modified("identity", name=name), {"from": wires}]


def _joined(steps: list[Node], made: Node) -> Node:
    return modified(made, from_=steps[-1]["from"]) if steps[-1] else made


def _arguments(pen: Pen, scope: Scope, known: Known, signature: Signature) -> dict[str, Node]:
    given: dict[str, Node] = {}
    s = known.signatures.index(signature)
    for name in known.parameters:
        if name in signature.values:
            value = signature.values[name]
            text = f"'{value}'" if isinstance(value, str) else None
            given[name] = text or exactly(pen, scope, [value] * len(scope.worlds)).node
        elif name in known.contracts and (known.parameters[name] == "block" or pen.chance(60)):
            given[name] = block_value(pen, scope, known.contracts[name], s)
        elif name in known.layers and (known.parameters[name] == "list" or pen.chance(60)):
            given[name] = pen.choose(LISTS)
    return given


def _with_arguments(pen: Pen, known: Known, head: str, given: dict[str, Node]) -> Node:
    """By name, by position, or a single one by itself."""
    if not given:
        return head
    order = list(known.parameters)
    first = given.get(order[0])
    in_front = order[: len(given)] == list(given)
    of_blocks = order[0] in known.contracts or order[0] in known.layers
    plain = known.parameters[order[0]] != "list" and not isinstance(first, dict | list)
    if in_front and plain and not of_blocks and pen.chance(50):
        values = list(given.values())
        return {head: values[0] if len(values) == 1 else values}
    return {head: given}


def _with_name(pen: Pen, scope: Scope, known: Known, made: Node, times: int | None) -> Node:
    """With a name, by which its outputs are reached; after a loop these are lists."""

    def named(wire: Wire) -> Wire:
        return wire if times is None else [wire] * times

    name = pen.name()
    scope.names[name] = [named(wire_of(flow)) for flow in scope.flows]
    for k, output in enumerate(known.outputs):
        scope.names[f"{name}.{output}"] = [named(flow[k]) for flow in scope.flows]
    return modified(made, name=name)
