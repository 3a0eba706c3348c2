"""The state dict of a program's module: keys, shapes and order, without a weight being made."""

from __future__ import annotations

from collections.abc import Iterator

from netspec.ops.base import Weight
from netspec.program import Call, Instance, Program

Modules = dict[str, "Modules | Call"]


def state_dict(program: Program) -> dict[str, Weight]:
    """Every weight by its key (`layer1.0.conv1.weight`), in the order in which the emitted module
    registers them: modules by first appearance in the text, children within their module.
    """
    return {".".join(path): weight for path, weight in _weights(program.root)}


def _weights(instance: Instance) -> Iterator[tuple[tuple[str, ...], Weight]]:
    modules: Modules = {}
    for call in instance.calls:
        for *groups, name in call.paths:
            level = modules
            for group in groups:
                inner = level.setdefault(group, {})
                assert isinstance(inner, dict)
                level = inner
            level[name] = call
    yield from _walk(modules, ())


def _walk(modules: Modules, prefix: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Weight]]:
    for name, module in modules.items():
        path = (*prefix, name)
        if isinstance(module, dict):
            yield from _walk(module, path)
        elif isinstance(module.target, Instance):
            for inner, weight in _weights(module.target):
                yield (*path, *inner), weight
        else:
            inputs = tuple(value.type for value in module.inputs)
            for weight_name, weight in module.target.weights(inputs).items():
                yield (*path, weight_name), weight
