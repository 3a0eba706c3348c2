"""How the weights of a file fit a network: by their keys, shapes and types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from netspec.program import Program
from netspec.program.weights import instance_weights
from netspec.syntax.checkpoints import Checkpoint, renamed
from netspec.weights.report import COUNTER, LoadReport, Reshaped, Stored

WRAPPERS = ("module.", "_orig_mod.")
"""What DataParallel and torch.compile put before every key."""


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
    found = {key: key if key in names else renamed.get(key) for key in wanted}
    places = {key: names[name] for key, name in found.items() if name is not None}
    sources = {key: file for key, file in places.items() if wanted[key].takes(held[file])}
    absent = [key for key in wanted if key not in places]
    taken = set(found.values())
    report = LoadReport(
        loaded=tuple(sources),
        renamed=tuple((old, new) for new, old in renamed.items() if new in sources),
        missing=tuple(key for key in absent if not _is_counter(key)),
        unexpected=tuple(name for name in names if name not in taken),
        reshaped=tuple(
            Reshaped(key, held[file], wanted[key])
            for key, file in places.items()
            if key not in sources
        ),
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
    free = wanted.keys() - set(names)
    found: dict[str, list[str]] = defaultdict(list)
    used: list[Checkpoint] = []
    for name in names:
        if name in wanted:
            continue
        for checkpoint in checkpoints:
            if new := renamed(name, checkpoint.renames, free):
                found[new.name].append(name)
                used += () if checkpoint in used else (checkpoint,)
                break
    return {key: olds[0] for key, olds in found.items() if len(olds) == 1}, tuple(used)


def wanted(program: Program) -> dict[str, Stored]:
    """What the state dict of a program's module holds."""
    weights = instance_weights(program.root)
    return {".".join(path): Stored(weight.shape, weight.dtype) for path, weight in weights}
