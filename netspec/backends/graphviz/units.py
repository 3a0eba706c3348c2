"""Units: blocks so short that they are shown where they are used."""

from __future__ import annotations

from itertools import chain

from netspec.ops.base import Op
from netspec.ops.parameter import Parameter
from netspec.program import Call, Instance

MOST_OPS = 3


def is_unit(instance: Instance) -> bool:
    """Whether it is a chain of a few ops, as convolution, normalisation, activation."""
    calls = instance.calls
    if not 0 < len(calls) <= MOST_OPS or len(instance.inputs) != 1:
        return False
    values = [*instance.inputs, *(value for call in calls for value in call.outputs[:1])]
    taken = [*(call.inputs for call in calls), instance.outputs]
    return (
        taken == [(value,) for value in values]
        and all(call.count == 1 and _is_plain(call) for call in calls)
        and all(isinstance(call.target, Op) or is_unit(call.target) for call in calls)
        and len(ops_of(instance)) <= MOST_OPS
    )


def _is_plain(call: Call) -> bool:
    """Whether its op and its input say all of it."""
    weighting = call.weighting
    unusual = weighting.again or weighting.fixed or weighting.ties
    return not unusual and not isinstance(call.target, Parameter)


def ops_of(unit: Instance) -> list[Call]:
    """The unit's calls of ops, in order."""
    inner = ([call] if isinstance(call.target, Op) else ops_of(call.target) for call in unit.calls)
    return list(chain.from_iterable(inner))
