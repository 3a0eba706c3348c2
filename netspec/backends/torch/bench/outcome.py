"""One measurement: how fast each contestant is, what memory it needs, and how they compare."""

from __future__ import annotations

from dataclasses import dataclass

from netspec.backends.torch.bench.contestant import Contestant
from netspec.backends.torch.bench.figures import Latency, Ratio, speed_ratio
from netspec.backends.torch.bench.inputs import Sample
from netspec.backends.torch.bench.memory import peak_memory
from netspec.backends.torch.bench.rounds import Limit, Progress, measure
from netspec.backends.torch.bench.settings import Settings, prepared


@dataclass(frozen=True)
class Result:
    """The figures of one contestant; memory in bytes, None where the system does not tell."""

    name: str
    latency: Latency
    peak_memory: int | None


@dataclass(frozen=True)
class Outcome:
    """The results in the order of the contestants; the ratio of the first two's speeds."""

    results: list[Result]
    ratio: Ratio | None


def bench(
    contestants: list[Contestant],
    settings: Settings,
    samples: list[Sample],
    limit: Limit,
    progress: Progress,
) -> Outcome:
    """Measure one contestant or several, of different names, on inputs of the same kind. Raises
    `SpecError` (NS009, NS801, NS802) where one cannot be made or run.
    """
    peaks = []
    for number, contestant in enumerate(contestants):
        progress("peak memory", number / len(contestants))
        peaks.append(peak_memory(contestant, settings, samples))
    with settings.threading():
        steps = {each.name: prepared(each, settings, samples) for each in contestants}
        times = measure(steps, limit, progress=progress)
    results = [
        Result(name, Latency.of(seconds, settings.batch), peak)
        for (name, seconds), peak in zip(times.items(), peaks, strict=True)
    ]
    seconds, *others = times.values()
    return Outcome(results, speed_ratio(seconds, others[0]) if others else None)
