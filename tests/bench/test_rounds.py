"""Rounds on a clock of their own: who takes steps when, for how long, and what counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat

import pytest
import torch

from netspec.backends.torch.bench import Limit, inference_step, measure, speed_ratio
from netspec.backends.torch.bench.rounds import (
    FEWEST_ROUNDS,
    MOST_WARM_UP_STEPS,
    WINDOW,
    warm_up,
)
from tests.bench.nets import Sleeping

STEADY = 2 * WINDOW
"""So many steps of one length are enough to see that they are steady."""


class Time:
    """A clock that steps move on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.steps: list[str] = []

    def __call__(self) -> float:
        return self.now

    def step(self, name: str, durations: Iterable[float]) -> Callable[[], None]:
        """A step that takes the next of these durations."""
        left: Iterator[float] = iter(durations)

        def run() -> None:
            self.steps.append(name)
            self.now += next(left)

        return run


@pytest.fixture
def time() -> Time:
    return Time()


def test_each_round_has_a_step_of_each(time: Time) -> None:
    steps = {name: time.step(name, repeat(1.0)) for name in "abc"}
    times = measure(steps, Limit(rounds=4), clock=time)
    assert times == {name: [1.0] * 4 for name in "abc"}
    measured = "".join(time.steps[3 * STEADY :])
    assert measured == "abc" + "cba" + "abc" + "cba"


@pytest.mark.parametrize(("duration", "rounds"), [(0.5, 20), (0.25, 40), (4.0, FEWEST_ROUNDS)])
def test_seconds_are_of_all_contestants_together(time: Time, duration: float, rounds: int) -> None:
    steps = {name: time.step(name, repeat(duration / 2)) for name in "ab"}
    times = measure(steps, Limit(seconds=10), clock=time)
    assert [len(each) for each in times.values()] == [rounds, rounds]


def test_warm_up_does_not_count(time: Time) -> None:
    slow_at_first = chain([60.0, 3.0, 2.0], repeat(1.0))
    assert measure({"a": time.step("a", slow_at_first)}, Limit(rounds=3), clock=time) == {
        "a": [1.0, 1.0, 1.0]
    }


def test_warm_up_goes_on_until_steps_are_steady(time: Time) -> None:
    getting_faster = [0.2 * 0.9**k for k in range(12)]
    taken = warm_up(time.step("a", chain(getting_faster, repeat(0.2 * 0.9**12))), time)
    assert len(getting_faster) < taken <= len(getting_faster) + STEADY


def test_warm_up_of_steps_that_never_are(time: Time) -> None:
    unsteady = chain.from_iterable(zip(repeat(1e-3, 300), range(300), strict=False))
    assert warm_up(time.step("a", (1e-4 * 1.1**k for k in range(400))), time) <= MOST_WARM_UP_STEPS
    assert warm_up(time.step("b", unsteady), time) <= MOST_WARM_UP_STEPS


def test_warm_up_of_slow_steps_is_short(time: Time) -> None:
    assert warm_up(time.step("a", repeat(30.0)), time) == 2


def test_progress_is_told(time: Time) -> None:
    told: list[tuple[str, float]] = []
    steps = {name: time.step(name, repeat(1.0)) for name in "ab"}
    measure(
        steps, Limit(rounds=4), clock=time, progress=lambda phase, done: told.append((phase, done))
    )
    assert told == [
        ("warming up", 0.0),
        ("warming up", 0.5),
        *(("measuring", share) for share in (0.25, 0.5, 0.75, 1.0)),
    ]


def test_a_machine_that_slows_down_does_not_shift_the_ratio(time: Time) -> None:
    """Both become three times as slow while they are measured."""

    def slower(seconds: float) -> Iterator[float]:
        while True:
            yield seconds * (1 + min(time.now, 200) / 100)

    steps = {"a": time.step("a", slower(0.01)), "b": time.step("b", slower(0.02))}
    times = measure(steps, Limit(rounds=1000), clock=time)
    assert times["a"][-1] > 1.2 * times["a"][0]
    assert speed_ratio(times["a"], times["b"]).median == pytest.approx(2, rel=0.01)


def test_a_module_that_sleeps_twice_as_long_has_half_the_speed() -> None:
    x = [torch.ones(2, 3)]
    steps = {
        "short": inference_step(Sleeping(0.1), x),
        "long": inference_step(Sleeping(0.2), x),
    }
    times = measure(steps, Limit(rounds=5))
    assert speed_ratio(times["short"], times["long"]).median == pytest.approx(2, abs=0.3)
