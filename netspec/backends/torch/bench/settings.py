"""How contestants are run: the same for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn

from netspec.backends.torch.bench.contestant import Contestant, failed
from netspec.backends.torch.bench.inputs import Sample
from netspec.backends.torch.bench.rounds import Step
from netspec.backends.torch.bench.steps import inference_step, training_step
from netspec.backends.torch.placement import Placement


@dataclass(frozen=True)
class Settings:
    """Where, with how many samples, in which mode; `threads` None is torch's own choice."""

    placement: Placement
    batch: int = 1
    training: bool = False
    compiled: bool = False
    threads: int | None = None

    @property
    def on_cuda(self) -> bool:
        return self.placement.device is not None and self.placement.device.type == "cuda"

    @contextmanager
    def threading(self) -> Iterator[None]:
        """Operators on the CPU share their work among so many threads."""
        before = torch.get_num_threads()
        torch.set_num_threads(self.threads or before)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def prepared(contestant: Contestant, settings: Settings, samples: list[Sample]) -> Step:
    """The contestant's step; raises `SpecError`, in its steps too (NS801, NS802)."""
    try:
        step = step_of(contestant.make(settings.placement), settings, samples)
    except Exception as error:
        raise failed(contestant.name, error) from error

    def guarded() -> None:
        try:
            step()
        except Exception as error:
            raise failed(contestant.name, error) from error

    return guarded


def step_of(module: nn.Module, settings: Settings, samples: list[Sample]) -> Step:
    """The step of a module that is where the settings have it, on random inputs."""
    inputs = [sample.batch(settings.batch, settings.placement) for sample in samples]
    if settings.compiled:
        module.compile()
    make = training_step if settings.training else inference_step
    return make(module, inputs)


def environment(settings: Settings) -> dict[str, str | int | bool | None]:
    """What times depend on, in words and numbers."""
    place = settings.placement
    device = place.device or torch.device("cpu")
    with settings.threading():
        return {
            "torch": torch.__version__,
            "device": str(device),
            "gpu": torch.cuda.get_device_name(device) if settings.on_cuda else None,
            "threads": torch.get_num_threads(),
            "dtype": _word(place.dtype or torch.get_default_dtype()),
            "memory_format": _word(place.memory_format or torch.contiguous_format),
            "compiled": settings.compiled,
            "mode": "training" if settings.training else "inference",
            "batch": settings.batch,
        }


def _word(given: torch.dtype | torch.memory_format) -> str:
    return str(given).removeprefix("torch.")
