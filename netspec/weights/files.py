"""Files of weights, loaded into a module or carried from one network to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from netspec.backends.torch.checkpoint import (
    copy_weights,
    float_type,
    initial_weights,
    read_checkpoint,
    state_of,
)
from netspec.program import Program
from netspec.syntax.checkpoints import Checkpoint, Rename
from netspec.weights.carry import Carried, carry
from netspec.weights.fit import fit, unwrapped, wanted
from netspec.weights.report import LoadReport, Stored

if TYPE_CHECKING:
    import torch
    from torch import nn


def load_weights(
    module: nn.Module, path: Path, checkpoints: Sequence[Checkpoint], strict: bool
) -> LoadReport:
    """Load what fits into the module's weights. With `strict`, raises `SpecError` (NS702) before
    anything is changed where not all does.
    """
    tensors, state = read_checkpoint(path), state_of(module)
    names = unwrapped(state, ())
    places = stored({name: state[key] for name, key in names.items()})
    report, sources = fit(stored(tensors), places, checkpoints)
    if strict:
        report.require()
    copy_weights(state, {names[key]: tensors[source] for key, source in sources.items()})
    return report


def fit_of(path: Path, program: Program, checkpoints: Sequence[Checkpoint]) -> LoadReport:
    """How a file fits a network."""
    return fit(stored(read_checkpoint(path)), wanted(program), checkpoints).report


def stored(tensors: Mapping[str, torch.Tensor]) -> dict[str, Stored]:
    """What is known of tensors without their values."""
    return {
        key: Stored(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        for key, tensor in tensors.items()
    }


class Transfer(NamedTuple):
    """What becomes of every weight, and the weights of the new network in its own order."""

    carried: Carried
    weights: dict[str, torch.Tensor]


def transfer(
    path: Path,
    old: Program,
    new: Program,
    *,
    checkpoints: Sequence[Checkpoint],
    renames: Sequence[Rename],
    build: Callable[[torch.dtype | None], nn.Module],
    seed: int,
) -> Transfer:
    """The weights of a file of the old network for the new one. Those that the old one has are as
    in the file, the others as `build` makes them start with that seed, in the file's type. Raises
    `SpecError` where the file is not one of the old network (NS702).
    """
    carried = carry(old, new, renames)
    tensors = read_checkpoint(path)
    report, sources = fit(stored(tensors), wanted(old), checkpoints)
    report.require()
    known = {key: sources[from_] for key, from_ in carried.sources.items() if from_ in sources}
    keys = list(wanted(new))
    fresh = [key for key in keys if key not in known]
    start = initial_weights(lambda: build(float_type(tensors)), fresh, seed) if fresh else {}
    weights = {key: tensors[known[key]] if key in known else start[key] for key in keys}
    return Transfer(carried, weights)
