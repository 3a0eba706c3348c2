"""The weights of a program: which a call registers, under which keys, in which order."""

from __future__ import annotations

from collections.abc import Iterator

from netspec.ops.base import Op, Weight
from netspec.program.ir import Call, Instance, Path

Modules = dict[str, "Modules | Call"]


def own_weights(call: Call) -> Iterator[tuple[Path, Weight]]:
    """What one application of the call registers, by its path in the call's own module: that of a
    `parameter` is empty.
    """
    if not call.weighting.again:
        yield from _own(call, fixed=False)


def instance_weights(instance: Instance, *, fixed: bool = False) -> Iterator[tuple[Path, Weight]]:
    """Every weight of a body in the order of its module's state dict: of each module first what it
    holds itself, trained or not, then its children by first appearance.
    """
    modules: Modules = {}
    for call in instance.calls:
        if call.weighting.again:
            continue
        for *groups, name in call.paths:
            level = modules
            for group in groups:
                inner = level.setdefault(group, {})
                assert isinstance(inner, dict)
                level = inner
            level[name] = call
    yield from _walk(modules, (), fixed)


def _walk(modules: Modules, prefix: Path, fixed: bool) -> Iterator[tuple[Path, Weight]]:
    bare = {n: m for n, m in modules.items() if isinstance(m, Call) and _is_bare(m)}
    held = [((*prefix, name), w) for name, m in bare.items() for _, w in _own(m, fixed)]
    yield from sorted(held, key=lambda entry: not entry[1].trainable)
    for name, module in modules.items():
        path = (*prefix, name)
        if isinstance(module, dict):
            yield from _walk(module, path, fixed)
        elif name not in bare:
            for inner, weight in _own(module, fixed):
                yield (*path, *inner), weight


def _own(call: Call, fixed: bool) -> Iterator[tuple[Path, Weight]]:
    fixed = fixed or call.weighting.fixed
    if isinstance(call.target, Instance):
        yield from instance_weights(call.target, fixed=fixed)
        return
    weights = _of_op(call.target, call)
    if fixed:
        weights.sort(key=lambda entry: entry[1].trainable)
    for key, weight in weights:
        constant = weight._replace(trainable=False) if fixed else weight
        yield tuple(key.split(".")) if key else (), constant


def _of_op(op: Op, call: Call) -> list[tuple[str, Weight]]:
    weights = op.weights(tuple([value.type for value in call.inputs]))
    return [(key, weight) for key, weight in weights.items() if key not in call.weighting.ties]


def _is_bare(call: Call) -> bool:
    return isinstance(call.target, Op) and [path for path, _ in _own(call, False)] == [()]
