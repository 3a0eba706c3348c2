"""Times of actions that take turns."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

Action = Callable[[], object]
Times = dict[str, list[float]]
"""The seconds of each run, by the action's name."""

FEWEST, MOST, SECONDS = 3, 15, 3.0


def interleaved(actions: Mapping[str, Action]) -> Times:
    """Run every action once unmeasured, then in turns, so that a slow spell of the machine falls on
    all of them, until each has run `MOST` times, or `FEWEST` times and for `SECONDS`.
    """
    times: Times = {name: [] for name in actions}
    for action in actions.values():
        action()
    pending = dict(actions)
    while pending:
        for name, action in pending.items():
            start = time.perf_counter()
            action()
            times[name].append(time.perf_counter() - start)
        pending = {name: action for name, action in pending.items() if not _enough(times[name])}
    return times


def _enough(times: list[float]) -> bool:
    return len(times) >= MOST or (len(times) >= FEWEST and sum(times) >= SECONDS)


def process(*arguments: str) -> Action:
    """Run Python afresh, with byte code kept between runs as it is for an installed package."""
    command = [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    return lambda: subprocess.run(command, env=environment, check=True, capture_output=True)
