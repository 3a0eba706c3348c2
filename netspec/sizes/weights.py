"""Weights whose shapes depend on the input's size."""

from __future__ import annotations

from collections.abc import Iterator

from netspec.ops.base import Op
from netspec.program import Call, Instance, Path, Program
from netspec.sizes.size import followed


def sized_weights(program: Program) -> Iterator[str]:
    """The modules with weights of another shape at other sizes, by their paths."""
    sized: dict[int, bool] = {}
    for instance in program.instances():
        sized[id(instance)] = any(_is_sized(call, sized) for call in instance.calls)
    return (".".join(path) for path in _paths(program.root, sized))


def first_weights_are_sized(program: Program) -> bool:
    """Whether the shapes of the first weights of all depend on the size."""
    call = _first(program.root)
    return call is not None and _is_sized(call, {})


def _paths(instance: Instance, sized: dict[int, bool]) -> Iterator[Path]:
    for call in instance.calls:
        if call.weighting.again or not _is_sized(call, sized):
            continue
        for path in call.paths:
            if isinstance(call.target, Op):
                yield path
            else:
                yield from ((*path, *inner) for inner in _paths(call.target, sized))


def _is_sized(call: Call, sized: dict[int, bool]) -> bool:
    if isinstance(call.target, Instance):
        return sized[id(call.target)]
    weights = call.target.weights(tuple([value.type for value in call.inputs]))
    return any(followed(length) for weight in weights.values() for length in weight.shape)


def _first(instance: Instance) -> Call | None:
    """The first call of an op that has weights."""
    for call in instance.calls:
        if isinstance(call.target, Instance):
            found = _first(call.target)
        else:
            inputs = tuple([value.type for value in call.inputs])
            found = call if call.target.weights(inputs) else None
        if found is not None:
            return found
    return None
