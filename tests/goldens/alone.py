"""What a module is, by torch alone: `python tests/goldens/alone.py FOLDER` tells it of the emitted
files in a folder, where netspec cannot be imported.

`FOLDER/asked.pt` has the class and the inputs (or None) by the name of the file; the answers go to
`FOLDER/told.pt`.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

Make = Callable[[str], nn.Module]
"""Builds the module on a device."""


class Told(NamedTuple):
    name: str
    entries: list[tuple[str, tuple[int, ...], str, bool]]
    """Key, shape and type of every entry of the state dict, and whether it is trained."""
    weights: str | None = None
    """The digest of the first weights, seeded."""
    outputs: tuple[Tensor, ...] = ()
    """In training, seeded, then in evaluation."""


def told(make: Make, inputs: Sequence[Tensor] | None) -> Told:
    module = make("meta")
    trained = {key for key, weight in module.named_parameters() if weight.requires_grad}
    entries = [
        (key, tuple(entry.shape), str(entry.dtype), key in trained)
        for key, entry in module.state_dict().items()
    ]
    known = Told(type(module).__name__, entries)
    return known if inputs is None else run(known, make, inputs)


def run(known: Told, make: Make, inputs: Sequence[Tensor]) -> Told:
    torch.manual_seed(0)
    module = make("cpu")
    digest = hashlib.sha256()
    for entry in module.state_dict().values():
        digest.update(entry.numpy().tobytes())
    torch.manual_seed(1)
    with torch.no_grad():
        training = tensors(module.train()(*inputs))
        outputs = (*training, *tensors(module.eval()(*inputs)))
    return known._replace(weights=digest.hexdigest(), outputs=outputs)


def tensors(given: Tensor | tuple[Tensor | None, ...]) -> list[Tensor]:
    """The outputs, but for those that only training has."""
    outputs = (given,) if isinstance(given, Tensor) else given
    return [output for output in outputs if output is not None]


class NoNetspec:
    """Finds no module itself, and lets nobody find netspec."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name.split(".")[0] == "netspec":
            raise ImportError("emitted files must not import netspec")


def maker(network: type[nn.Module]) -> Make:
    def make(device: str) -> nn.Module:
        with torch.device(device):
            return network()

    return make


def main(folder: Path) -> None:
    sys.meta_path.insert(0, NoNetspec)
    sys.path.insert(0, str(folder))
    answers = {}
    for name, (cls, inputs) in torch.load(folder / "asked.pt").items():
        make = maker(getattr(importlib.import_module(name), cls))
        answers[name] = tuple(told(make, inputs))
    torch.save(answers, folder / "told.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
