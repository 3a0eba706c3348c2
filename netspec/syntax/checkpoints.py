"""What a spec says of published checkpoints: other names of the keys in them, and their input."""

from __future__ import annotations

import re
from collections.abc import Collection, Container
from dataclasses import dataclass
from typing import NamedTuple

from netspec.diagnostics import Report, Span, fault
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence, as_mapping, describe
from netspec.syntax.parse_keys import check_keys
from netspec.syntax.parse_words import text

CHECKPOINT_KEYS = frozenset({"source", "rename", "input"})
INPUT_KEYS = frozenset({"mean", "std"})
MAX_CHECKPOINTS = 100
MAX_RENAMES = 1_000
_PART = re.compile(r"([^{}]*)(?:\{([A-Za-z_]\w*)\}([^{}]*))?")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
_FORM = "parts between dots, at most one {name} in each: `layer{n}.norm.{k}`"


class _Part(NamedTuple):
    """One part of a path: as it stands or, with a name, anything between prefix and suffix."""

    prefix: str
    name: str | None
    suffix: str

    def held(self, part: str) -> str | None:
        """What the name stands for in that part of a key; None where the part is another."""
        inner = len(part) - len(self.prefix) - len(self.suffix)
        if self.name is None or inner < 1:
            return "" if self.name is None and part == self.prefix else None
        if not (part.startswith(self.prefix) and part.endswith(self.suffix)):
            return None
        return part[len(self.prefix) : len(part) - len(self.suffix)]


@dataclass(frozen=True)
class Rename:
    """What an older path is called now, and so everything below it. `{n}` in a part of the path
    stands for any text without a dot, the same on both sides.
    """

    old: str
    new: str
    parts: tuple[_Part, ...]

    @classmethod
    def of(cls, old: str, new: str, span: Span | None = None) -> Rename:
        """Raises `SpecError` (NS701) for what is no pair of patterns."""
        parts = tuple(_part(part, old, span) for part in old.split("."))
        names = [part.name for part in parts if part.name is not None]
        if twice := {name for name in names if names.count(name) > 1}:
            message = f"`{{{min(twice)}}}` stands in `{old}` twice"
            raise fault("NS701", message, span, hint="each placeholder has a name of its own")
        left, right = set(names), _PLACEHOLDER.findall(new)
        if not new or "" in new.split(".") or set("{}") & set(_PLACEHOLDER.sub("", new)):
            raise fault("NS701", f"`{new}` is not the path of a weight", span, hint=_FORM)
        if left != set(right):
            name = min(left ^ set(right))
            where, other = (old, new) if name in left else (new, old)
            raise fault("NS701", f"`{{{name}}}` stands in `{where}` and not in `{other}`", span)
        return cls(old, new, parts)

    def __call__(self, key: str) -> str | None:
        """The new name of a key of the file; None where the pattern does not fit."""
        parts = key.split(".")
        if len(parts) < len(self.parts):
            return None
        held: dict[str, str] = {}
        for pattern, part in zip(self.parts, parts, strict=False):
            found = pattern.held(part)
            if found is None:
                return None
            if pattern.name is not None:
                held[pattern.name] = found
        new = _PLACEHOLDER.sub(lambda name: held[name[1]], self.new)
        return ".".join([new, *parts[len(self.parts) :]])


class Renamed(NamedTuple):
    """What a path is called now, and the renames that say so."""

    name: str
    rules: tuple[Rename, ...]


def renamed(name: str, rules: Collection[Rename], known: Container[str]) -> Renamed | None:
    """The name by the first rename that makes one of those known; else by all of them that fit, one
    after another.
    """
    for rule in rules:
        new = rule(name)
        if new is not None and new in known:
            return Renamed(new, (rule,))
    used: list[Rename] = []
    for rule in rules:
        if (new := rule(name)) is not None:
            name = new
            used.append(rule)
            if name in known:
                return Renamed(name, tuple(used))
    return None


@dataclass(frozen=True)
class Checkpoint:
    """Published weights of the network: whose, which renames their keys need, and which mean and
    standard deviation, of all channels or of each, their input is normalised by.
    """

    source: str
    renames: tuple[Rename, ...] = ()
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    @property
    def input(self) -> str | None:
        """The transform of the input in words."""
        if not self.mean:
            return None
        mean, std = (", ".join(f"{n:g}" for n in numbers) for numbers in (self.mean, self.std))
        return f"(x - mean) / std of values in 0..1, mean {mean}, std {std}"


def parse_checkpoints(node: Node, report: Report) -> tuple[Checkpoint, ...]:
    """The entries of `checkpoints`. Faults go to `report`."""
    if not isinstance(node, Sequence):
        raise fault("NS205", f"`checkpoints` is a list, not {describe(node)}", node.span)
    if len(node.items) > MAX_CHECKPOINTS:
        raise fault("NS103", f"more than {MAX_CHECKPOINTS} checkpoints of one network", node.span)
    found = []
    for item in node.items:
        with report.collecting():
            found.append(_checkpoint(as_mapping(item, "a checkpoint"), report))
    return tuple(found)


def _checkpoint(node: Mapping, report: Report) -> Checkpoint:
    check_keys(node, CHECKPOINT_KEYS, "a checkpoint", report)
    source, rename, given = node.get("source"), node.get("rename"), node.get("input")
    if source is None:
        raise fault("NS205", "a checkpoint has a `source`: whose it is", node.span)
    renames: tuple[Rename, ...] = ()
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    if rename is not None:
        renames = _renames(as_mapping(rename, "`rename`"), report)
    if given is not None:
        mean, std = _input(as_mapping(given, "the `input` of a checkpoint"), report)
    return Checkpoint(text(source, "`source`"), renames, mean, std)


def _renames(node: Mapping, report: Report) -> tuple[Rename, ...]:
    if len(node.items) > MAX_RENAMES:
        raise fault("NS103", f"more than {MAX_RENAMES} renames of one checkpoint", node.span)
    found = []
    for old, new in node:
        with report.collecting():
            found.append(Rename.of(old.text, text(new, "the new name"), old.span))
    return tuple(found)


def _input(node: Mapping, report: Report) -> tuple[tuple[float, ...], tuple[float, ...]]:
    check_keys(node, INPUT_KEYS, "the `input` of a checkpoint", report)
    mean, std = node.get("mean"), node.get("std")
    if mean is None or std is None:
        raise fault("NS205", "the `input` of a checkpoint has `mean` and `std`", node.span)
    means, stds = _numbers(mean, "`mean`"), _numbers(std, "`std`")
    if len(means) > 1 and len(stds) > 1 and len(means) != len(stds):
        message = f"{len(means)} means and {len(stds)} standard deviations"
        raise fault("NS204", message, std.span, hint="one for all channels, or one for each")
    if min(stds) <= 0:
        raise fault("NS204", "a standard deviation is more than 0", std.span)
    return means, stds


def _numbers(node: Node, what: str) -> tuple[float, ...]:
    """A finite number, or a list of them."""
    items = node.items if isinstance(node, Sequence) else [node]
    values = [item.value if isinstance(item, Scalar) else None for item in items]
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if not numbers or len(numbers) != len(items) or not all(abs(n) < 1e30 for n in numbers):
        message = f"{what} is a number or a list of numbers, not {describe(node)}"
        raise fault("NS204", message, node.span)
    return tuple(numbers)


def _part(part: str, pattern: str, span: Span | None) -> _Part:
    match = _PART.fullmatch(part)
    if not part or match is None:
        raise fault("NS701", f"`{pattern}` is not a pattern of keys", span, hint=_FORM)
    return _Part(match[1], match[2], match[3] or "")
