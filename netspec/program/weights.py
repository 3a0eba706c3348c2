"""The weights of a program: which a call registers, under which keys, in which order."""

from __future__ import annotations

from collections.abc import Iterator

from netspec.ops.base import Op, Weight
from netspec.program.ir import Call, Instance, Path

Modules = dict[str, "Modules | Call"]


def find_weight(target: Op | Instance, call: Call, path: Path) -> Weight | None:
    """The weight at a path in the module of a call's target, whatever the step says of it."""
    if isinstance(target, Op):
        return dict(_split(target, call)).get(path)
    for depth in range(1, len(path) + 1):
        for inner in target.calls:
            if inner.registers(path[:depth]) and ".".join(path[depth:]) not in inner.weighting.ties:
                weight = find_weight(inner.target, inner, path[depth:])
                if weight is not None:
                    return weight
    return None


def weight_keys(call: Call, empty: set[Instance] | None = None) -> Iterator[Path]:
    """The paths of the weights in the module of a call, one application of each call in there.
    `empty` are instances that are known to have none.
    """
    if isinstance(call.target, Op):
        yield from (path for path, _ in _split(call.target, call))
        return
    empty = set() if empty is None else empty
    if call.target in empty:
        return
    found = False
    for path in _inner_keys(call.target, empty):
        found = True
        yield path
    if not found:
        empty.add(call.target)


def _inner_keys(instance: Instance, empty: set[Instance]) -> Iterator[Path]:
    for inner in instance.calls:
        if not inner.weighting.again:
            yield from ((*inner.place.path(), *path) for path in weight_keys(inner, empty))


def _split(op: Op, call: Call) -> list[tuple[Path, Weight]]:
    weights = op.weights(tuple([value.type for value in call.inputs]))
    return [(tuple(key.split(".")) if key else (), weight) for key, weight in weights.items()]


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
    for name, call in sorted(bare.items(), key=lambda held: held[1].weighting.fixed != fixed):
        yield from (((*prefix, name), weight) for _, weight in own_weights(call, fixed))
    for name, module in modules.items():
        path = (*prefix, name)
        if isinstance(module, dict):
            yield from _walk(module, path, fixed)
        elif name not in bare:
            for inner, weight in own_weights(module, fixed):
                yield (*path, *inner), weight


def own_weights(call: Call, fixed: bool = False) -> Iterator[tuple[Path, Weight]]:
    """The weights that a call registers in its module, in their order; tied ones are elsewhere."""
    fixed = fixed or call.weighting.fixed
    if isinstance(call.target, Instance):
        yield from instance_weights(call.target, fixed=fixed)
        return
    weights = [entry for entry in _split(call.target, call) if not _is_tied(call, entry[0])]
    if fixed:
        weights.sort(key=lambda entry: entry[1].trainable)
    for path, weight in weights:
        yield path, weight._replace(trainable=False) if fixed else weight


def _is_tied(call: Call, path: Path) -> bool:
    return ".".join(path) in call.weighting.ties


def _is_bare(call: Call) -> bool:
    return isinstance(call.target, Op) and [path for path, _ in own_weights(call, False)] == [()]
