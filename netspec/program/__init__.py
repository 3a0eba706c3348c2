"""The intermediate representation: typed instances of blocks, made of calls on values."""

from netspec.program.ir import (
    PLAIN,
    Argument,
    Call,
    Condition,
    Init,
    Instance,
    Loop,
    Path,
    Place,
    Program,
    Tie,
    Value,
    Weighting,
)

__all__ = [
    "PLAIN",
    "Argument",
    "Call",
    "Condition",
    "Init",
    "Instance",
    "Loop",
    "Path",
    "Place",
    "Program",
    "Tie",
    "Value",
    "Weighting",
]
