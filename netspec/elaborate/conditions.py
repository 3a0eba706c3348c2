"""The conditions of a body: whether each `when` holds, and what a backend may know of it."""

from __future__ import annotations

from typing import Any

from netspec.diagnostics import fault
from netspec.elaborate.context import kind_of
from netspec.elaborate.environment import Environment
from netspec.program import Condition
from netspec.syntax.decisions import noted
from netspec.syntax.expression import Expression


class Conditions:
    """The `when`s of one body, as they came out."""

    def __init__(self) -> None:
        self._known: dict[str, Condition | None] = {}

    def hold(self, when: Expression, environment: Environment) -> bool:
        """Whether it holds here; raises `SpecError` (NS204) if it is neither true nor false."""
        value = when.evaluate(environment)
        if not isinstance(value, int | float):
            raise fault("NS204", f"`when` is true or false, not {kind_of(value)}", when.span)
        if noted.by is not None:
            noted.by.decide(when.text, when.names, environment)
        holds = bool(value)
        if when.text not in self._known:
            spoken = _spoken_of(when, environment)
            self._known[when.text] = Condition(when.text, holds, spoken, when.span)
        before = self._known[when.text]
        if before is not None and before.holds != holds:
            self._known[when.text] = None
        return holds

    def settled(self) -> tuple[Condition, ...]:
        """Those that came out the same each time, in the order of the text."""
        return tuple([condition for condition in self._known.values() if condition is not None])


def _spoken_of(when: Expression, environment: Environment) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in sorted(when.names):
        try:
            value = environment[name]
        except (KeyError, ValueError):
            continue
        if isinstance(value, int | float | str):
            values[name] = value
    return values
