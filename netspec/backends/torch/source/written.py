"""What an emitted file was made of, as far as the file says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from netspec.program import Program

Number = int | float
Numbers = Mapping[str, Number]


@dataclass(frozen=True)
class Written:
    """A spec by its name (`resnet.yaml@resnet50`), and a hash of all that it says.

    `numbers` are the params that are given by a number; `program_with` is the program with other
    ones, and raises `SpecError` where the spec does not take them.
    """

    name: str
    digest: str
    numbers: Numbers
    program_with: Callable[[Numbers], Program]
