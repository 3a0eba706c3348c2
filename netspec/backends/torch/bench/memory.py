"""Peak memory of a contestant, in a process of its own: nothing of another one is counted, and the
system may end it without ending the measurement.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from netspec.backends.torch.bench.contestant import Contestant, out_of_memory
from netspec.backends.torch.bench.inputs import Sample
from netspec.backends.torch.bench.settings import Settings, prepared, step_of

STEPS = 3
"""The second training step has what the first one makes."""
PROCESS = Path("/proc/self")


def peak_memory(contestant: Contestant, settings: Settings, samples: list[Sample]) -> int | None:
    """Bytes: on CUDA of the tensors, by torch's allocator; on the CPU how much the process grew,
    from before the module was made, files that it maps left out. None where the system
    does not tell, as Linux does.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        try:
            return pool.submit(_peak, contestant, settings, samples).result()
        except BrokenProcessPool:
            reason = "the system ended its process"
            raise out_of_memory(contestant.name, reason) from None


def _peak(contestant: Contestant, settings: Settings, samples: list[Sample]) -> int | None:
    with settings.threading():
        _load(settings)
        peak = _peak_on_cuda(settings) if settings.on_cuda else _peak_of_process()
        step = prepared(contestant, settings, samples)
        for _ in range(STEPS):
            step()
        return peak()


def _load(settings: Settings) -> None:
    """Have torch import what such steps need, whatever the module."""
    module = nn.Linear(1, 1)
    settings.placement.settle(module)
    step_of(module, replace(settings, batch=1), [Sample((1,))])()


def _peak_on_cuda(settings: Settings) -> Callable[[], int]:
    device = settings.placement.device
    torch.cuda.reset_peak_memory_stats(device)
    return lambda: torch.cuda.max_memory_allocated(device)


def _peak_of_process() -> Callable[[], int | None]:
    try:
        (PROCESS / "clear_refs").write_text("5")  # the high-water mark starts anew
        before = _status()["RssAnon"]
        _peak_without_files()
    except (OSError, KeyError):
        return lambda: None
    return lambda: _peak_without_files() - before


def _peak_without_files() -> int:
    """Code that torch loads as it is used is resident too, and no part of the module."""
    now = _status()
    return now["VmHWM"] - now["RssFile"]


def _status() -> dict[str, int]:
    """What the system says of this process's memory, in bytes."""
    lines = [line.split() for line in (PROCESS / "status").read_text().splitlines()]
    return {words[0][:-1]: int(words[1]) * 1024 for words in lines if words[-1] == "kB"}
