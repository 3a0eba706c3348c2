"""The emitted module against what was computed without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from netspec.analysis.cost import Cost
from netspec.analysis.state import state_dict
from netspec.backends.torch.module import meta_module, outputs_and_macs
from netspec.diagnostics import SpecError
from netspec.program import Program

if TYPE_CHECKING:
    from torch import nn


def compare(program: Program, source: str, cost: Cost) -> list[str]:
    """Every difference of params, buffers, state dict, output shape and MACs, in words.

    The module is built on the meta device. Raises `SpecError` (NS004) without torch.
    """
    try:
        module = meta_module(program, source)
    except SpecError:
        raise
    except Exception as error:
        return [f"the emitted module cannot be built: {error}"]
    return [
        *_differences("params", cost.params, sum(p.numel() for p in module.parameters())),
        *_differences("buffers", cost.buffers, sum(b.numel() for b in module.buffers())),
        *_state_differences(program, module),
        *_run_differences(program, module, cost),
    ]


def _differences(what: str, computed: object, emitted: object) -> Iterator[str]:
    if computed != emitted:
        yield f"{what}: computed {computed}, the emitted module has {emitted}"


def _state_differences(program: Program, module: nn.Module) -> Iterator[str]:
    """Keys, their order, shapes and types."""
    computed = {key: (weight.shape, weight.dtype) for key, weight in state_dict(program).items()}
    emitted = {
        key: (tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        for key, tensor in module.state_dict().items()
    }
    for key in computed | emitted:
        yield from _differences(key, computed.get(key, "nothing"), emitted.get(key, "nothing"))
    if computed.keys() == emitted.keys() and list(computed) != list(emitted):
        first = next(a for a, b in zip(computed, emitted, strict=True) if a != b)
        yield f"the order of the state dict differs from {first} on"


def _run_differences(program: Program, module: nn.Module, cost: Cost) -> Iterator[str]:
    try:
        outputs, macs = outputs_and_macs(module, program)
    except Exception as error:
        yield f"the emitted module fails on its input: {error}"
        return
    yield from _differences("output", _shapes_in_eval_mode(program), outputs)
    yield from _differences("macs", cost.macs, macs)


def _shapes_in_eval_mode(program: Program) -> list[tuple[int, ...]]:
    names = program.root.output_names or [""] * len(program.outputs)
    outputs = zip(names, program.outputs, strict=True)
    return [output.shape for name, output in outputs if name not in program.train_only]
