"""What every emitted file must satisfy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from netspec.analysis.cost import Costs
from netspec.backends.torch import build_module, compare, emit
from netspec.program import Program
from tests.torch_backend.interpreter import run

TYPES = Path(__file__).parents[2] / ".mypy_cache" / "emitted"
"""What mypy knows of torch."""


def checked_source(program: Program) -> str:
    """The program's source, once its module has the computed figures and the right outputs."""
    cost = Costs(program).total
    source = emit(program, cost)
    assert compare(program, source, cost) == [], source
    module = build_module(program, source, dtype=torch.float64).eval()
    stir(module)
    inputs = samples(program)
    outputs = module(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    expected = in_eval_mode(program, run(program, module.state_dict(), *inputs))
    for output, wanted in zip(outputs, expected, strict=True):
        if wanted is None:
            assert output is None
        else:
            torch.testing.assert_close(output, wanted, rtol=1e-9, atol=1e-9, equal_nan=True)
    return source


def in_eval_mode(program: Program, outputs: Sequence[torch.Tensor]) -> list[torch.Tensor | None]:
    """The outputs as the module returns them: those for training only are None, or left out."""
    names = program.root.output_names or [""] * len(outputs)
    given = [None if n in program.train_only else y for n, y in zip(names, outputs, strict=True)]
    left = [y for y in given if y is not None]
    return list(left) if len(left) == 1 else given


def assert_same_gradients(program: Program) -> None:
    """The module's gradients to its inputs and weights are those of plain torch functions."""
    module = build_module(program, emit(program, Costs(program).total), dtype=torch.float64).eval()
    stir(module)
    inputs = samples(program)
    sources = [x.requires_grad_() for x in inputs if x.is_floating_point()]
    sources += module.parameters()
    outputs = module(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    expected = run(program, module.state_dict(keep_vars=True), *inputs)
    toward = [torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator()) for y in outputs]
    found, wanted = (
        torch.autograd.grad(ys, sources, toward, materialize_grads=True)
        for ys in (outputs, expected)
    )
    torch.testing.assert_close(found, wanted, rtol=1e-7, atol=1e-9, equal_nan=True)


def stir(module: nn.Module) -> None:
    """Running statistics and scales and shifts as after training, so that none is neutral."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for tensor in module.state_dict().values():
            constant = tensor.dim() < 2 or bool((tensor == tensor.flatten()[0]).all())
            if tensor.is_floating_point() and constant:
                tensor.uniform_(0.5, 1.5, generator=generator)


def samples(program: Program, batch: int = 2) -> list[torch.Tensor]:
    """Random inputs of the program; whole numbers are less than 4."""
    generator = torch.Generator().manual_seed(1)
    return [
        torch.randint(4, (batch, *given.shape), generator=generator)
        if given.dtype == "int64"
        else torch.randn(batch, *given.shape, dtype=torch.float64, generator=generator)
        for given in program.inputs
    ]


def assert_clean(folder: Path) -> None:
    """Ruff, as it is without any configuration but for a longer line, finds nothing to do."""
    rules = ["check", "--select", "E4,E7,E9,F,I,UP,E501", "--line-length", "100"]
    for command in (["check"], rules):
        _ruff([*command, "--isolated", "--no-cache", str(folder)])
    assert_formatted(folder)


def assert_formatted(folder: Path) -> None:
    """`ruff format`, with its default line length of 88, would change nothing."""
    _ruff(["format", "--check", "--diff", "--isolated", "--no-cache", str(folder)])


def assert_typed(folder: Path) -> None:
    """Mypy in strict mode, with no configuration, finds nothing; calls of modules are untyped."""
    options = ["--config-file=", "--strict", "--no-warn-return-any", f"--cache-dir={TYPES}"]
    _run("mypy", [*options, *map(str, sorted(folder.glob("*.py")))])


def _ruff(arguments: Sequence[str]) -> None:
    _run("ruff", arguments)


def _run(tool: str, arguments: Sequence[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", tool, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
