"""What became of the keys of a file and of a network when the one was loaded into the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from netspec.diagnostics import Diagnostic, SpecError
from netspec.diagnostics.formats.characters import printable
from netspec.syntax.checkpoints import Checkpoint
from netspec.weights.moves import moves_in_words

COUNTER = "num_batches_tracked"
KINDS = {"float": re.compile(r"b?float(?!4)"), "int": re.compile(r"u?int(8|16|32|64)$")}
SHOWN = 12
"""Keys of a kind that are printed."""
OTHER_NAMES = "if only the names differ, `rename` in the spec's `checkpoints` says what is what"
CARRY = (
    "`strict=False` loads what fits; `netspec weights OLD NEW FILE -o FILE` carries a file of OLD"
)


class Stored(NamedTuple):
    """What a key of a file or of a network holds; `dtype` as torch names it: `float32`."""

    shape: tuple[int, ...]
    dtype: str

    @property
    def elements(self) -> int:
        return prod(self.shape)

    @property
    def kind(self) -> str:
        """Types of one kind are converted, others are not."""
        return next((kind for kind, each in KINDS.items() if each.match(self.dtype)), self.dtype)

    def takes(self, other: Stored) -> bool:
        """Whether the values of the other can be put here."""
        return self.shape == other.shape and self.kind == other.kind

    def __str__(self) -> str:
        return f"{self.dtype} {list(self.shape)}"


class Reshaped(NamedTuple):
    """A weight of another shape, or of another kind of type, in the file."""

    key: str
    held: Stored
    wanted: Stored

    def __str__(self) -> str:
        return f"{self.key}: {self.held} in the file, {self.wanted} in the network"


@dataclass(frozen=True)
class LoadReport:
    """What became of every key of a file and of a network. Keys are the network's, but those that
    are `unexpected` and the first of each pair in `renamed`.
    """

    loaded: tuple[str, ...]
    """The keys that the file has, renamed or not."""
    renamed: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    reshaped: tuple[Reshaped, ...]
    uncounted: tuple[str, ...]
    """Counters of batches that the file lacks, as files from before PyTorch 0.4.1 do."""
    checkpoints: tuple[Checkpoint, ...]
    """Those of the spec that the file may be."""

    @property
    def fits(self) -> bool:
        return not (self.missing or self.unexpected or self.reshaped)

    def require(self, most: int | None = SHOWN) -> None:
        """Raise `SpecError` (NS702), a fault for each kind of difference, where the file does not
        fit.
        """
        found = [f"{what}: {listed(entries, most)}" for what, entries in self._differences()]
        if found:
            hints = [*[None] * (len(found) - 1), self._hint]
            both = zip(found, hints, strict=True)
            raise SpecError(Diagnostic("NS702", text, hint=hint) for text, hint in both)

    @property
    def _hint(self) -> str:
        """What to do about a file that does not fit."""
        if not (self.loaded or self.reshaped):
            return f"no key in common: a file of another network? {OTHER_NAMES}"
        if self.missing and self.unexpected:
            return OTHER_NAMES
        return CARRY

    def _differences(self) -> Iterator[tuple[str, Sequence[object]]]:
        if self.missing:
            yield f"the file lacks {keys(self.missing)}", self.missing
        if self.unexpected:
            yield f"the network has no place for {keys(self.unexpected)}", self.unexpected
        if self.reshaped:
            yield f"{keys(self.reshaped)} of another shape or type", self.reshaped

    def __str__(self) -> str:
        return self.in_words(SHOWN)

    def in_words(self, most: int | None) -> str:
        """What is there of each kind; at `most` so many keys."""
        return "\n".join(self._lines(most))

    def _lines(self, most: int | None) -> Iterator[str]:
        renamed = f", {len(self.renamed):,} of them renamed" if self.renamed else ""
        yield f"loaded {keys(self.loaded)}{renamed}"
        yield from (f"{what}: {listed(entries, most)}" for what, entries in self._differences())
        if self.uncounted:
            yield f"not in the file, and left as they are: {len(self.uncounted):,} {COUNTER}"
        moves = moves_in_words(self.renamed, "keys")
        yield from (f"renamed {printable(move)}" for move in moves[:most])
        if most is not None and len(moves) > most:
            yield f"renamed ... and {len(moves) - most:,} more"
        for each in self.checkpoints:
            if each.input:
                yield f"input of {printable(each.source)}: {each.input}"


def keys(entries: Sequence[object]) -> str:
    """How many a sentence is about."""
    return f"{len(entries):,} key{'s' if len(entries) != 1 else ''}"


def listed(entries: Sequence[object], most: int | None) -> str:
    """The first of them in a line."""
    left = 0 if most is None else max(len(entries) - most, 0)
    more = f" ... and {left:,} more" if left else ""
    return ", ".join(printable(str(entry)[:200]) for entry in entries[:most]) + more
