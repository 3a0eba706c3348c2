"""Steps timed in rounds: in each round every contestant takes one step, so that a slow spell of the
machine falls on all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from netspec.backends.torch.bench.figures import quantile

Step = Callable[[], object]
"""One forward or one training step, finished on its device when it returns."""
Clock = Callable[[], float]
Progress = Callable[[str, float], None]
"""Told what goes on and how much of it is done, from 0 to 1."""

WINDOW, TOLERANCE = 5, 0.05
"""Warm are steps whose median over the last window is within the tolerance of the one before."""
MOST_WARM_UP_STEPS, MOST_WARM_UP_SECONDS = 100, 10.0
FEWEST_ROUNDS = 5


@dataclass(frozen=True)
class Limit:
    """How long to measure: a number of rounds, or else for so many seconds."""

    seconds: float = 5.0
    rounds: int | None = None

    def share(self, rounds: int, elapsed: float) -> float:
        """How much is done, from 0 to 1."""
        if self.rounds is not None:
            return rounds / self.rounds
        return min(rounds / FEWEST_ROUNDS, elapsed / self.seconds, 1.0)


def measure(
    steps: Mapping[str, Step],
    limit: Limit | None = None,
    *,
    clock: Clock = time.perf_counter,
    progress: Progress = lambda phase, done: None,
) -> dict[str, list[float]]:
    """The seconds of each step of each contestant, after warm-up, round by round."""
    limit = limit or Limit()
    for number, step in enumerate(steps.values()):
        progress("warming up", number / len(steps))
        warm_up(step, clock)
    times: dict[str, list[float]] = {name: [] for name in steps}
    start, done = clock(), 0.0
    while done < 1:
        for name in _turns(steps, len(times[next(iter(steps))])):
            times[name].append(_timed(steps[name], clock))
        done = limit.share(len(times[name]), clock() - start)
        progress("measuring", done)
    return times


def warm_up(step: Step, clock: Clock = time.perf_counter) -> int:
    """Take steps until they have become steady, or long enough; returns how many."""
    times: list[float] = []
    while not _warm(times):
        times.append(_timed(step, clock))
    return len(times)


def _warm(times: list[float]) -> bool:
    if len(times) >= MOST_WARM_UP_STEPS:
        return True
    if sum(times[1:]) >= MOST_WARM_UP_SECONDS:  # the first may compile the module
        return True
    if len(times) < 2 * WINDOW:
        return False
    now, before = quantile(times[-WINDOW:], 0.5), quantile(times[-2 * WINDOW : -WINDOW], 0.5)
    return abs(now - before) <= TOLERANCE * before


def _turns(steps: Mapping[str, Step], rounds: int) -> Iterator[str]:
    """Who goes first changes from round to round."""
    return iter(steps) if rounds % 2 == 0 else reversed(list(steps))


def _timed(step: Step, clock: Clock) -> float:
    start = clock()
    step()
    return clock() - start
