"""Uses: an op, a block or a block value applied to the value so far."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from netspec.diagnostics import SpecError, fault
from netspec.elaborate import naming
from netspec.elaborate.arguments import Supplied
from netspec.elaborate.binding import bind_block
from netspec.elaborate.context import Context, Flow, Frame, Site
from netspec.elaborate.environment import Environment, resolve
from netspec.elaborate.flatten import flattened
from netspec.elaborate.unknown import unknown_use
from netspec.elaborate.values import BlockValue, Closure, Partial, Reference, tensors
from netspec.elaborate.wires import require_inputs
from netspec.ops.base import Op, ShapeError
from netspec.ops.checks import NO_AXIS
from netspec.program import Argument, Instance, Loop, Path, Value
from netspec.syntax.spec import Block
from netspec.syntax.steps import Use
from netspec.tensor import MAX_ELEMENTS, Tensor

if TYPE_CHECKING:
    from netspec.elaborate.body import Body


def apply(body: Body, site: Site, flow: Flow) -> Flow:
    """Make the call that a use means; returns its outputs."""
    target, supplied = _unfold(body, site.use, site.context)
    if isinstance(target, Closure):
        return _inline_body(body, target, site, flow)
    if isinstance(target, Block):
        if target.inline and site.address is None:
            return _inline_block(body, target, supplied, site, flow)
        return _block(body, target, supplied, site, flow)
    if target.name in naming.PASSING:
        return _pass_on(target, site, flow)
    return _op(body, target, supplied, site, flow)


def _unfold(
    body: Body, use: Use, context: Context
) -> tuple[Block | type[Op] | Closure, list[Supplied]]:
    """What a use means in the end, and the arguments given on the way, the nearest last."""
    environment = context.environment
    if use.head not in environment:
        target = resolve(use.head, environment.home)
        if target is None:
            raise unknown_use(use, environment.home, environment)
        prepared = body.elaborator.files.prepared(use, target)
        given = Supplied(prepared, environment, body.names)
        home, inputs = environment.home, environment.inputs
        return target, [*body.elaborator.files.defaults(use.head, target, home, inputs), given]
    return _unfold_variable(body, use, environment)


def _unfold_variable(
    body: Body, use: Use, environment: Environment
) -> tuple[Block | type[Op] | Closure, list[Supplied]]:
    pending: list[tuple[Use, Environment, Mapping[str, Any]]] = [(use, environment, body.names)]
    value: BlockValue | Block | type[Op] | None = naming.target_of(use, environment)
    while isinstance(value, Partial):
        pending.append((value.use, value.environment, value.wires))
        value = naming.target_of(value.use, value.environment)
    if value is None:
        raise unknown_use(pending[-1][0], environment.home, environment)
    if isinstance(value, Closure):
        if use.arguments is not None:
            message = f"`{use.head}` is an inline body here and takes no arguments"
            raise fault("NS202", message, use.span)
        return value, []
    assert not isinstance(value, Reference)
    deepest, around, _ = pending[-1]
    held = around.get(deepest.head)
    name = held.name if isinstance(held, Reference) else deepest.head
    supplied = body.elaborator.files.defaults(name, value, around.home, environment.inputs)
    for given, names, wires in reversed(pending):
        prepared = body.elaborator.files.prepared(given, value)
        here = names if names is environment else names.at(environment.inputs)
        supplied.append(Supplied(prepared, here, wires))
    return value, supplied


def _without_module(site: Site) -> None:
    """Raise `SpecError` (NS308) where weights are spoken of and no module is made."""
    said = (*site.weights.init, *site.weights.ties)
    if said:
        message = f"`{site.use.head}` makes no module here, so it has no weights"
        hint = "speak of the steps inside it, or give it a `name`"
        raise fault("NS308", message, said[0][0].span, hint=hint)


def _pass_on(target: type[Op], site: Site, flow: Flow) -> Flow:
    """`identity` and `nothing` make no call; in a numbered group they hold a position."""
    _without_module(site)
    if site.address is None and site.context.level.numbered:
        site.context.level.unnamed(target.name, merge=False)
    return flow if target.name == "identity" else ()


def _op(body: Body, target: type[Op], supplied: list[Supplied], site: Site, flow: Flow) -> Flow:
    try:
        op, arguments = body.elaborator.files.op(target, site.use, supplied, site.operands)
    except SpecError as error:
        raise body.elaborator.about_input(body, error, flow) from None
    flow = flattened(body, op, flow)
    outputs = _infer(body, op, arguments, site, flow)
    if op.merges and len(flow) == 1 and outputs == (flow[0].type,):
        _without_module(site)
        return flow  # a sum, mean or concatenation of one
    path = site.path(merge=op.merges)
    made = body.call(op, flow, outputs, path, site, arguments)
    return made[: len(made) - len(op.extras)]


def _infer(
    body: Body, op: Op, arguments: Mapping[str, Argument], site: Site, flow: Flow
) -> tuple[Tensor, ...]:
    inputs = tuple([value.type for value in flow])
    try:
        require_operands(op, flow)
        outputs = op.infer(inputs)
    except ShapeError as error:
        site = replace(site, arguments=arguments)
        return body.elaborator.refused(body, op, error, flow, site)
    sizes = [*map(prod, (weight.shape for weight in op.weights(inputs).values()))]
    if any(size > MAX_ELEMENTS for size in [*sizes, *(output.elements for output in outputs)]):
        message = f"a tensor of more than {MAX_ELEMENTS} elements"
        raise fault("NS402", message, site.use.span)
    return outputs


def require_operands(op: Op, flow: Flow) -> None:
    """Raise `ShapeError` (NS301, NS306) for tensors of another kind or number than an op takes."""
    for k, value in enumerate(() if op.integers else flow):
        if "float" not in value.type.dtype:
            message = f"`{op.name}` takes floating-point tensors, not {value.type.dtype}"
            hint = "an `embedding` makes vectors of indices"
            if _is_extra(value):
                hint = "only `max_unpool` takes the indices of a pool; its maps go by its own name"
            raise ShapeError("NS301", message, hint, about=[(k, NO_AXIS)])
    fewest, most = op.arity
    if len(flow) < fewest or (most is not None and len(flow) > most):
        takes = f"{fewest}" if fewest == most else f"{fewest} or more"
        plural = "" if takes == "1" else "s"
        raise ShapeError("NS306", f"`{op.name}` takes {takes} tensor{plural}, not {len(flow)}")


def _is_extra(value: Value) -> bool:
    """Whether a tensor is one that goes by a name of its own, as the indices of a pool."""
    target = value.producer.target if value.producer is not None else None
    return isinstance(target, Op) and value.index > 0 and bool(target.extras)


def _block(body: Body, block: Block, supplied: list[Supplied], site: Site, flow: Flow) -> Flow:
    """A call of the instance of `block` for these arguments and input shapes."""
    require_inputs(block, flow, site.use.span)
    environment = _callee(body, block, site)
    try:
        arguments = bind_block(block, site.use.span, supplied, environment)
    except SpecError as error:
        raise body.elaborator.about_input(body, error, flow) from None
    carried = tuple(dict.fromkeys(tensors(tuple([a.value for a in arguments.values()]))))
    frame = Frame(block.name, site.use.span, body.frame, None, arguments, site.origin)
    path = site.path(merge=False)
    instance = body.elaborator.block_instance(block, arguments, flow, carried, frame)
    return _call(body, instance, flow + carried, path, site, arguments)


def _inline_body(body: Body, closure: Closure, site: Site, flow: Flow) -> Flow:
    """A call of the instance of an inline body for these input shapes."""
    carried = tuple(dict.fromkeys(tensors(closure)))
    name = site.use.head
    frame = Frame(name, site.use.span, body.frame, origin=site.origin)
    path = site.path(merge=False)
    instance = body.elaborator.closure_instance(name, closure, flow, carried, frame)
    return _call(body, instance, flow + carried, path, site, {})


def _call(
    body: Body,
    instance: Instance,
    inputs: Flow,
    path: Path,
    site: Site,
    arguments: Mapping[str, Argument],
) -> Flow:
    """A call of the instance; one that does nothing only hands its inputs on."""
    if not instance.calls:
        _without_module(site)
        handed = dict(zip(instance.inputs, inputs, strict=True))
        return tuple([handed[value] for value in instance.outputs])
    outputs = tuple([value.type for value in instance.outputs])
    return body.call(instance, inputs, outputs, path, site, arguments)


def _inline_block(
    body: Body, block: Block, supplied: list[Supplied], site: Site, flow: Flow
) -> Flow:
    """The steps of an inline block, in place: its children are children of this level."""
    span = site.use.span
    _reject_cycle(block, site, body.frame)
    _without_module(site)
    require_inputs(block, flow, span)
    environment = _callee(body, block, site)
    arguments = bind_block(block, span, supplied, environment)
    names, played, frame = body.names, body.played, body.frame
    own = dict(zip([name.text for name in block.inputs], flow, strict=False))
    body.names, body.played = ChainMap({}, own), ChainMap({})
    body.frame = Frame(block.name, span, frame, block, arguments, site.origin)
    try:
        loops = _with_variables(site.context.loops, arguments)
        inner = replace(site.context, environment=environment, loops=loops)
        return body.outputs(block.outputs, body.run(block.body, flow, inner), inner)
    except SpecError as error:
        raise body.frame.added_to(error) from None
    finally:
        body.names, body.played, body.frame = names, played, frame


def _with_variables(loops: tuple[Loop, ...], arguments: Mapping[str, Argument]) -> tuple[Loop, ...]:
    """The loops around an inline block, of whose parameters its expressions speak besides."""
    if not loops:
        return ()
    *outer, inner = loops
    given = {name: argument.value for name, argument in arguments.items()}
    return (*outer, replace(inner, variables={**inner.variables, **given}))


def _callee(body: Body, block: Block, site: Site) -> Environment:
    environment = body.elaborator.files.environment(block.home)
    environment.inputs = site.context.environment.inputs
    return environment


def _reject_cycle(block: Block, site: Site, frame: Frame | None) -> None:
    for link in frame or ():
        if link.inline is block:
            raise fault("NS403", f"the inline block `{block.name}` calls itself", site.use.span)
        if link.block and link.inline is None:
            return
