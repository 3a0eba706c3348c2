"""Merges that meet become one, as FractalNet's join layers do (Larsson et al. 2017, Fig. 1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from netspec.elaborate.context import Flow
from netspec.elaborate.naming import place
from netspec.ops.base import Op
from netspec.program import Call, Instance, Value

if TYPE_CHECKING:
    from netspec.elaborate.body import Body


def flattened(body: Body, op: Op, flow: Flow) -> Flow:
    """The operands of a merge with `flatten: true`. An operand that is the unnamed result of the
    same merge, used here only, gives its own operands instead; also as the output of a block.
    """
    if not op.flattens or not getattr(op, "flatten", False):
        return flow
    operands: list[Value] = []
    for value in flow:
        operands += _opened(body, op, value, flow)
    return tuple(operands)


def _opened(body: Body, op: Op, value: Value, flow: Flow) -> Flow:
    call = value.producer
    if call is None or _is_read(body, value, flow):
        return (value,)
    if isinstance(call.target, Op):
        if call.target != op:
            return (value,)
        del body.calls[_position(body, call)]
        body.reads.subtract(call.inputs)
        return call.inputs
    cache = body.elaborator.opened
    if call.target not in cache:
        cache[call.target] = _without_merge(call.target, op, body.elaborator.named)
    inner = cache[call.target]
    if inner is None or not _may_open(body, call):
        return (value,)
    return _call_opened(body, call, inner)


def _may_open(body: Body, call: Call) -> bool:
    """Uses of one module are opened as the first of them is; what loops share is not opened."""
    if call.weighting.again:
        return body.registered.get(call.place.path()) in body.opened
    return call not in body.reused


def _is_read(body: Body, value: Value, flow: Flow) -> bool:
    """Whether anything but this merge can see the value."""
    used = body.reads[value] > 0
    return used or value in body.elaborator.named or flow.count(value) > 1


def _position(body: Body, call: Call) -> int:
    """Where a call stands, which is near the end."""
    return next(k for k in reversed(range(len(body.calls))) if body.calls[k] is call)


def _without_merge(instance: Instance, op: Op, named: Iterable[Value]) -> Instance | None:
    """The instance without the merge that it ends in, its operands the outputs; None if it does not
    end in that merge, or shows its result to others.
    """
    if len(instance.outputs) != 1 or instance.outputs[0] in named:
        return None
    (result,) = instance.outputs
    call = result.producer
    if call is None or call.target != op or any(result in c.inputs for c in instance.calls):
        return None
    calls = [c for c in instance.calls if c is not call]
    return replace(instance, calls=calls, outputs=call.inputs)


def _call_opened(body: Body, call: Call, inner: Instance) -> Flow:
    """The last application of the call is made one of `inner`; returns its outputs."""
    if call.count > 1:
        application = 0 if call.weighting.again else call.count - 1
        path = call.place.path(application)
        last = replace(call, inputs=call.outputs, place=place(path), count=1)
        call.count -= 1
        body.calls.insert(_position(body, call) + 1, last)
        call = last
    body.opened.add(call)
    call.target = inner
    call.outputs = tuple([Value(v.type, call, k) for k, v in enumerate(inner.outputs)])
    return call.outputs
