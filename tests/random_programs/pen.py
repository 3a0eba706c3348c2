"""What all drawing shares: choices, fresh names, and how much may still be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

Choice = TypeVar("Choice")
WORDS = ("stage", "path", "mid_", "skip", "tap_")


class Pen:
    """Draws, and shrinks towards the first of what it chooses from."""

    def __init__(self, draw: st.DrawFn, budget: int) -> None:
        self._draw, self._names, self._budget = draw, 0, budget

    def choose(self, options: Sequence[Choice]) -> Choice:
        return options[0] if len(options) == 1 else self._draw(st.sampled_from(options))

    def integer(self, low: int, high: int) -> int:
        return low if low == high else self._draw(st.integers(low, high))

    def chance(self, percent: int) -> bool:
        """True that often; False is the simpler outcome."""
        return self._draw(st.integers(0, 99)) >= 100 - percent

    def name(self, *words: str) -> str:
        """A name that nothing else has."""
        self._names += 1
        return f"{self.choose(words or WORDS)}{self._names}"

    def spend(self) -> bool:
        """Whether there may be one more step that holds others."""
        self._budget -= 1
        return self._budget >= 0
