"""Instances that two programs of one spec have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import Any

from netspec.program import Argument, Call, Instance, Program, Value


def twins(program: Program, other: Program) -> dict[Instance, Instance]:
    """The instances of `program` that are the same in the other one, each with that one."""
    known: defaultdict[Any, list[Instance]] = defaultdict(list)
    for instance in other.instances():
        known[_outline(instance)].append(instance)
    found: dict[Instance, Instance] = {}
    for instance in program.instances():
        for candidate in known[_outline(instance)]:
            if _are_alike(instance, candidate, found):
                found[instance] = candidate
    return found


def _outline(instance: Instance) -> Any:
    inputs = tuple(value.type for value in instance.inputs)
    return instance.block, inputs, len(instance.calls), _plain(instance.arguments)


def _are_alike(a: Instance, b: Instance, found: Mapping[Instance, Instance]) -> bool:
    """Whether two instances of one outline make the same of their inputs."""
    same: dict[Value, Value] = dict(zip(a.inputs, b.inputs, strict=True))
    for x, y in zip(a.calls, b.calls, strict=True):
        target = found.get(x.target) if isinstance(x.target, Instance) else x.target
        if target != y.target or _form(x) != _form(y):
            return False
        if [same.get(value) for value in x.inputs] != list(y.inputs):
            return False
        same.update(zip(x.outputs, y.outputs, strict=True))
    return [same.get(value) for value in a.outputs] == list(b.outputs)


def _form(call: Call) -> Any:
    """What a call is beside its target and its inputs."""
    outputs = [value.type for value in call.outputs]
    how = call.place, call.count, call.loops, call.weighting, call.train_only
    return call.span, outputs, how, call.note, _plain(call.arguments)


def _plain(arguments: Mapping[str, Argument]) -> Hashable:
    """Blocks among them are new in each program: what they do shows in the calls."""
    return tuple(
        (name, argument.expression, _hashable(argument.value))
        for name, argument in arguments.items()
    )


def _hashable(value: Any) -> Hashable:
    """A number, a word or a list of them beside its type, for True is no 1."""
    if isinstance(value, tuple | list):
        return tuple(map(_hashable, value))
    return (type(value), value) if isinstance(value, int | float | str) else None
