"""How the weights of a file fit a network: by their keys, shapes and types."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from netspec.diagnostics import Diagnostic, SpecError
from netspec.diagnostics.formats.characters import printable
from netspec.program import Program
from netspec.program.weights import instance_weights
from netspec.syntax.checkpoints import Checkpoint

WRAPPERS = ("module.", "_orig_mod.")
"""What DataParallel and torch.compile put before every key."""
COUNTER = "num_batches_tracked"
KINDS = {"float": re.compile(r"b?float(?!4)"), "int": re.compile(r"u?int(8|16|32|64)$")}
SHOWN = 12
"""Keys of a kind that are printed."""


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

    @property
    def faults(self) -> Iterator[Diagnostic]:
        """A fault (NS702) for each kind of difference."""
        for what, entries in self._differences():
            yield Diagnostic("NS702", f"{what}: {listed(entries)}")

    def require(self) -> None:
        """Raise `SpecError` (NS702) where the file does not fit."""
        if not self.fits:
            raise SpecError(self.faults)

    def _differences(self) -> Iterator[tuple[str, Sequence[object]]]:
        if self.missing:
            yield f"the file lacks {keys(self.missing)}", self.missing
        if self.unexpected:
            yield f"the network has no place for {keys(self.unexpected)}", self.unexpected
        if self.reshaped:
            yield f"{keys(self.reshaped)} of another shape or type", self.reshaped

    def __str__(self) -> str:
        renamed = f", {len(self.renamed):,} of them renamed" if self.renamed else ""
        lines = [f"loaded {keys(self.loaded)}{renamed}"]
        lines += [f"{what}: {listed(entries)}" for what, entries in self._differences()]
        if self.uncounted:
            lines.append(
                f"not in the file, and left as they are: {len(self.uncounted):,} {COUNTER}"
            )
        for old, new in self.renamed[:SHOWN]:
            lines.append(f"renamed {old} -> {new}")
        if len(self.renamed) > SHOWN:
            lines.append(f"... and {len(self.renamed) - SHOWN:,} more")
        lines += [
            f"input of {each.source}: {each.input}" for each in self.checkpoints if each.input
        ]
        return "\n".join(lines)


def keys(entries: Sequence[object]) -> str:
    """How many a sentence is about."""
    return f"{len(entries):,} key{'s' if len(entries) != 1 else ''}"


def listed(entries: Sequence[object]) -> str:
    """The first of them in a line."""
    more = f" ... and {len(entries) - SHOWN:,} more" if len(entries) > SHOWN else ""
    return ", ".join(printable(str(entry)[:200]) for entry in entries[:SHOWN]) + more


def unwrapped(keys: Iterable[str], wanted: Iterable[str]) -> dict[str, str]:
    """The keys without what wrappers put before all of them, each to the key as it stands."""
    names = {key: key for key in keys}
    known = list(wanted)
    while wrapper := next((w for w in WRAPPERS if _all_start(names, w)), None):
        if _all_start(known, wrapper):
            break
        names = {name.removeprefix(wrapper): key for name, key in names.items()}
    return names


def _all_start(keys: Iterable[str], prefix: str) -> bool:
    listed = list(keys)
    return bool(listed) and all(key.startswith(prefix) and key != prefix for key in listed)


class Fit(NamedTuple):
    """The report, and the key of the file for each key of the network that it loads."""

    report: LoadReport
    sources: Mapping[str, str]


def fit(
    held: Mapping[str, Stored], wanted: Mapping[str, Stored], checkpoints: Sequence[Checkpoint]
) -> Fit:
    """Which key of the file is which of the network's: the one of its name, else the one that a
    rename gives it, if that is wanted and nothing else in the file is it.
    """
    names = unwrapped(held, wanted)
    renamed, used = _renamed(names, wanted, checkpoints)
    sources, misfits = {}, []
    for key in wanted:
        name = key if key in names else renamed.get(key)
        if name is None:
            continue
        stored = held[names[name]]
        if stored.shape == wanted[key].shape and stored.kind == wanted[key].kind:
            sources[key] = names[name]
        else:
            misfits.append(Reshaped(key, stored, wanted[key]))
    taken = {renamed.get(key, key) for key in (*sources, *(each.key for each in misfits))}
    absent = [key for key in wanted if key not in names and key not in renamed]
    report = LoadReport(
        loaded=tuple(sources),
        renamed=tuple((old, new) for new, old in renamed.items() if new in sources),
        missing=tuple(key for key in absent if not _is_counter(key)),
        unexpected=tuple(name for name in names if name not in taken),
        reshaped=tuple(misfits),
        uncounted=tuple(filter(_is_counter, absent)),
        checkpoints=used or tuple(checkpoints),
    )
    return Fit(report, sources)


def _is_counter(key: str) -> bool:
    return key.rpartition(".")[2] == COUNTER


def _renamed(
    names: Iterable[str], wanted: Mapping[str, Stored], checkpoints: Sequence[Checkpoint]
) -> tuple[dict[str, str], tuple[Checkpoint, ...]]:
    """Keys of the network by what the file calls them, and the checkpoints whose renames did it."""
    known = set(names)
    found: dict[str, list[str]] = defaultdict(list)
    used: list[Checkpoint] = []
    rules = [(rule, each) for each in checkpoints for rule in each.renames]
    for name in names:
        if name in wanted:
            continue
        for rule, checkpoint in rules:
            key = rule(name)
            if key is not None and key in wanted and key not in known:
                found[key].append(name)
                used += () if checkpoint in used else (checkpoint,)
                break
    return {key: olds[0] for key, olds in found.items() if len(olds) == 1}, tuple(used)


def wanted(program: Program) -> dict[str, Stored]:
    """What the state dict of a program's module holds."""
    weights = instance_weights(program.root)
    return {".".join(path): Stored(weight.shape, weight.dtype) for path, weight in weights}
