"""What an elaboration runs in, and how much it may ask for."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from netspec.diagnostics import SpecError, fault
from netspec.elaborate.context import Frame
from netspec.elaborate.interface import start
from netspec.syntax.arithmetic import meter
from netspec.syntax.spec import SpecFile

MAX_STEPS = 750_000
"""Calls and iterations, and `INSTANCE_STEPS` for each distinct instance, in one elaboration; for
one inside an instance of the same block `RECURSION_STEPS`, since recursions grow by mistake.
"""
INSTANCE_STEPS, RECURSION_STEPS = 3, 30
MAX_DEPTH = 150
ENDS = "a recursion needs a `when` that ends it"
MOST_EXPLAINED = 30
"""Shape faults of one spec with notes and a hint; the others have their message alone."""
TRIAL_STEPS = 30_000
"""Steps of elaborations that try mends out."""


@contextmanager
def within_limits(file: SpecFile) -> Iterator[None]:
    """What an elaboration runs in; raises `SpecError` (NS402) where a spec is nested too deep."""
    meter.work = meter.total = 0
    with _deep_recursion(), _no_collection():
        try:
            yield
        except RecursionError:
            message = "blocks, lists or files are nested too deep to be elaborated"
            raise fault("NS402", message, start(file)) from None


def calls_itself(frame: Frame) -> SpecError:
    """NS401 of a block that meets itself while it is elaborated."""
    message = f"`{frame.block}` calls itself with the same arguments on the same input shape"
    hint = f"{ENDS}, and an argument that changes: `depth: depth - 1`"
    return fault("NS401", message, frame.span, hint=hint)


def nested_too_deep(frame: Frame) -> SpecError:
    """NS401 of a block inside `MAX_DEPTH` others."""
    message = f"blocks nested deeper than {MAX_DEPTH}, `{frame.block}` the last"
    return fault("NS401", message, frame.span, hint=ENDS)


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Room for `MAX_DEPTH` nested blocks: a block takes about ten Python frames, none in C."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 40 * MAX_DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


@contextmanager
def _no_collection() -> Iterator[None]:
    """No garbage collection meanwhile: hardly anything that elaboration makes is garbage, and
    looking for it takes 40 % of the time of a large spec.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
