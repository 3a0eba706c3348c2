"""What is computed of a program against what its module has and does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from netspec.analysis.cost import Costs
from netspec.analysis.state import state_dict
from netspec.backends.torch import build_module, emit
from netspec.program import Init, Instance, Program
from tests.torch_backend.checks import samples, stir
from tests.torch_backend.interpreter import OPS, run


def assert_agreement(program: Program) -> None:
    """Shapes, types, parameters, buffers, MACs, the state dict and the numbers agree."""
    cost = Costs(program).total
    source = emit(program, cost)
    meta = build_module(program, source, device="meta")
    assert sum(p.numel() for p in meta.parameters()) == cost.params, source
    assert sum(b.numel() for b in meta.buffers()) == cost.buffers, source
    _assert_state(program, meta)
    _assert_work(program, meta, cost.macs)
    real = build_module(program, source, dtype=torch.float64)
    _assert_state(program, real)
    _assert_starts(program, real.state_dict())
    _assert_training(program, real)
    _assert_numbers(program, real.eval())


def _assert_state(program: Program, module: nn.Module) -> None:
    """Keys in their order, shapes, types, and which are trained."""
    computed = {
        key: (weight.shape, "int64" if weight.dtype == "int64" else "float", weight.trainable)
        for key, weight in state_dict(program).items()
    }
    trained = dict(module.named_parameters(remove_duplicate=False))
    found = {
        key: (
            tuple(tensor.shape),
            "float" if tensor.is_floating_point() else "int64",
            key in trained,
        )
        for key, tensor in module.state_dict().items()
    }
    assert list(computed.items()) == list(found.items())


def _assert_starts(program: Program, state: Mapping[str, Tensor]) -> None:
    """Weights start as `init` says, where that is no chance."""
    for key, init in _inits(program.root, "").items():
        wanted = _start(init, state[key])
        assert wanted is None or torch.equal(state[key], wanted), (key, init)


def _inits(instance: Instance, prefix: str) -> dict[str, Init]:
    """How weights start, by their keys; what is said farther out goes before."""
    found: dict[str, Init] = {}
    for call in instance.calls:
        for path in dict.fromkeys(call.paths):
            place = ".".join((prefix, *path)) if prefix else ".".join(path)
            if isinstance(call.target, Instance):
                found |= _inits(call.target, place)
            found |= {f"{place}.{key}": init for key, init in call.weighting.init.items()}
    return found


def _start(init: Init, weight: Tensor) -> Tensor | None:
    arguments = dict(init.arguments)
    if init.scheme == "values":
        return torch.tensor(arguments["values"]).to(weight)
    known: dict[str, float] = {"zeros": 0, "ones": 1, "constant": arguments.get("val", 0)}
    return torch.full_like(weight, known[init.scheme]) if init.scheme in known else None


def _assert_work(program: Program, module: nn.Module, macs: int) -> None:
    """Outputs and multiply-accumulates of one sample in eval mode, on the meta device."""
    module.eval()
    inputs = [
        torch.empty(1, *given.shape, dtype=getattr(torch, given.dtype), device="meta")
        for given in program.inputs
    ]
    with FlopCounterMode(display=False) as counter:
        outputs = module(*inputs)
    assert _types(outputs) == _expected(program, "float32", 1, training=False)
    assert counter.get_total_flops() == 2 * macs


def _assert_training(program: Program, module: nn.Module) -> None:
    """The outputs in training mode, those that only training has too, and a backward pass."""
    outputs = module.train()(*samples(program))
    assert _types(outputs) == _expected(program, "float64", 2, training=True)
    learned = [x for x in _tuple(outputs) if x.requires_grad]
    if learned:
        sum(x.sum() for x in learned).backward()  # type: ignore[union-attr]


def _assert_numbers(program: Program, module: nn.Module) -> None:
    """The outputs in eval mode are those of plain torch functions, as far as rounding lets them:
    normalised again and again, what is nearly constant magnifies it.
    """
    stir(module)
    inputs, state = samples(program), module.state_dict()
    with patch.dict(OPS, {name: _unsteady(function) for name, function in OPS.items()}):
        moved = _given(program, run(program, state, *inputs))
    outputs, wanted = module(*inputs), _given(program, run(program, state, *inputs))
    assert _types(outputs) == _expected(program, "float64", 2, training=False)
    for output, expected, other in zip(_tuple(outputs), wanted, moved, strict=True):
        slack = (other - expected).detach().abs().nan_to_num().max().item()
        torch.testing.assert_close(output, expected, rtol=1e-9, atol=1e-9 + slack, equal_nan=True)


def _unsteady(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with results that are off by some times what rounding loses of them."""

    def apply(*arguments: Any) -> Any:
        result = function(*arguments)
        return tuple(map(_nudged, result)) if isinstance(result, tuple) else _nudged(result)

    return apply


def _nudged(x: Tensor) -> Tensor:
    if not x.is_floating_point():
        return x
    generator = torch.Generator().manual_seed(2)
    return x * (1 + 1e-14 * torch.randn(x.shape, dtype=x.dtype, generator=generator))


def _given(program: Program, outputs: list[Tensor]) -> list[Tensor]:
    """Those that eval mode has."""
    names = program.root.output_names or (None,) * len(outputs)
    pairs = zip(names, outputs, strict=True)
    return [output for name, output in pairs if name not in program.train_only]


def _expected(
    program: Program, floating: str, batch: int, *, training: bool
) -> tuple[list[tuple[int, ...]], list[str]]:
    names = program.root.output_names or (None,) * len(program.outputs)
    given = [
        x
        for name, x in zip(names, program.outputs, strict=True)
        if training or name not in program.train_only
    ]
    types = [floating if "float" in x.dtype else x.dtype for x in given]
    return [(batch, *x.shape) for x in given], types


def _types(outputs: Tensor | tuple[Tensor | None, ...]) -> tuple[list[tuple[int, ...]], list[str]]:
    tensors = _tuple(outputs)
    dtypes = [str(x.dtype).removeprefix("torch.") for x in tensors]
    return [tuple(x.shape) for x in tensors], dtypes


def _tuple(outputs: Tensor | tuple[Tensor | None, ...]) -> tuple[Tensor, ...]:
    """The outputs that are there."""
    given = outputs if isinstance(outputs, tuple) else (outputs,)
    return tuple(x for x in given if x is not None)
