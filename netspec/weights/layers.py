"""The layers of a network in the order of the text: what an edit of the spec moves about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from netspec.ops.base import Op
from netspec.program import Call, Instance, Path, Program
from netspec.program.weights import own_weights
from netspec.weights.report import Stored


class Kind(NamedTuple):
    """What two layers have in common that may be one: the op, and the largest of its weights."""

    op: str
    weight: str | None = None
    stored: Stored | None = None


@dataclass(frozen=True, eq=False)
class Layer:
    """An op at a path, with its weights by their names in it; of those that hold none, too, since
    they tell where in the network the others stand.

    `names` is the path without numbers and without the names that ops and blocks give by
    themselves (`conv2`, `0`): the part that an edit changes only on purpose.
    """

    path: Path
    names: Path
    kind: Kind
    weights: dict[str, Stored]

    @property
    def name(self) -> str:
        return ".".join(self.path)

    def key(self, weight: str) -> str:
        """The key of one of its weights in the state dict."""
        return ".".join((*self.path, weight) if weight else self.path)


def layers(program: Program) -> list[Layer]:
    """Every layer of a network, each application of a step that is applied several times."""
    return list(_layers(program.root, (), ()))


def _layers(instance: Instance, prefix: Path, names: Path) -> Iterator[Layer]:
    for call in instance.calls:
        if call.weighting.again:
            continue
        for path in call.paths:
            place, named = (*prefix, *path), (*names, *_names(call, path))
            if isinstance(call.target, Instance):
                yield from _layers(call.target, place, named)
            else:
                yield _layer(call, call.target, place, named)


def _layer(call: Call, op: Op, path: Path, names: Path) -> Layer:
    held = {".".join(p): Stored(w.shape, w.dtype) for p, w in own_weights(call)}
    if not held:
        return Layer(path, names, Kind(op.name), held)
    main = max(held, key=lambda key: held[key].elements)
    return Layer(path, names, Kind(op.name, main, held[main]), held)


def _names(call: Call, path: Path) -> Path:
    name = call.target.name if isinstance(call.target, Op) else call.target.block
    given = re.compile(rf"({re.escape(name.rpartition('.')[2])})?_?\d*")
    return tuple(part for part in path if not given.fullmatch(part))
