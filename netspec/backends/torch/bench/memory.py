"""Peak memory of a contestant, in a process of its own: nothing of another one is counted, and the
system may end it without ending the measurement.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import torch

from netspec.backends.torch.bench.contestant import Contestant, out_of_memory
from netspec.backends.torch.bench.inputs import Sample
from netspec.backends.torch.bench.settings import Settings, prepared

STEPS = 3
"""The second training step has what the first one makes."""
PROCESS = Path("/proc/self")


def peak_memory(contestant: Contestant, settings: Settings, samples: list[Sample]) -> int | None:
    """Bytes: on CUDA of the tensors, by torch's allocator; on the CPU how much the process grew,
    from before the module was made. None where the system does not tell.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        try:
            return pool.submit(_peak, contestant, settings, samples).result()
        except BrokenProcessPool:
            reason = "the system ended its process"
            raise out_of_memory(contestant.name, reason) from None


def _peak(contestant: Contestant, settings: Settings, samples: list[Sample]) -> int | None:
    peak = _peak_on_cuda(settings) if settings.on_cuda else _peak_of_process()
    with settings.threading():
        step = prepared(contestant, settings, samples)
        for _ in range(STEPS):
            step()
    return peak()


def _peak_on_cuda(settings: Settings) -> Callable[[], int]:
    device = settings.placement.device
    torch.cuda.reset_peak_memory_stats(device)
    return lambda: torch.cuda.max_memory_allocated(device)


def _peak_of_process() -> Callable[[], int | None]:
    before = _most_resident()
    if before is None:
        return lambda: None
    if sys.platform == "linux":
        (PROCESS / "clear_refs").write_text("5")  # the peak starts anew from what is resident now
        before = _most_resident() or before
    return lambda: (_most_resident() or before) - before


def _most_resident() -> int | None:
    """The most bytes that this process has had in memory at once."""
    if sys.platform == "linux":
        status = dict(line.split(":", 1) for line in (PROCESS / "status").read_text().splitlines())
        return int(status["VmHWM"].split()[0]) * 1024
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
