"""A small network and edits of it."""

from __future__ import annotations

from pathlib import Path

import netspec
from netspec import Network
from netspec.syntax.checkpoints import Rename
from netspec.weights.carry import Carried, carry

HEAD = "netspec: 1\nname: net\ninput: [4, 8, 8]\nbody:\n"


def network(folder: Path, name: str, body: str) -> Network:
    """The network of a body, in a file of that name."""
    path = folder / f"{name}.yaml"
    path.write_text(body if body.startswith("netspec:") else HEAD + body)
    return netspec.load(path)


def carried(folder: Path, old: str, new: str, *renames: str) -> Carried:
    """What becomes of the weights of one body in another."""
    rules = [Rename.of(before, after) for before, _, after in (r.partition("=") for r in renames)]
    networks = network(folder, "old", old), network(folder, "new", new)
    return carry(networks[0].program, networks[1].program, rules)


KINDS = ("kept", "renamed", "reshaped", "new", "dropped", "doubtful")


def kinds(found: Carried) -> set[str]:
    """What there is of weights that have changed and of others."""
    return {kind for kind in KINDS if getattr(found, kind)}
