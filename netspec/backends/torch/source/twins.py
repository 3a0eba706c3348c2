"""Instances that two programs of one spec have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
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
    return instance.block, tuple(value.type for value in instance.inputs), len(instance.calls)


def _are_alike(a: Instance, b: Instance, found: Mapping[Instance, Instance]) -> bool:
    """Whether two instances with inputs of the same types make the same of them."""
    if _plain(a.arguments) != _plain(b.arguments):
        return False
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


def _plain(arguments: Mapping[str, Argument]) -> dict[str, Any]:
    """Blocks among them are new in each program: what they do shows in the calls."""
    return {
        name: (argument.expression, argument.value if _is_plain(argument.value) else None)
        for name, argument in arguments.items()
    }


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, int | float | str)
