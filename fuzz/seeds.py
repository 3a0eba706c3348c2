"""What fuzzing starts from: shipped specs, bad specs of the tests, every expression in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from netspec.diagnostics import Report, SpecError
from netspec.syntax.nodes import Mapping, Node, Scalar
from netspec.syntax.reader import read_nodes, read_source

HERE = Path(__file__).parent
ROOT = HERE.parent
DICTIONARY = HERE / "words.dict"
FOUND = ROOT / "tests" / "robustness" / "found"
"""What fuzzing found, by target; a test replays it."""


def write_seeds(target: str, folder: Path) -> None:
    """Write the seeds of a target, each under its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in _seeds(target):
        (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


def _seeds(target: str) -> Iterator[bytes]:
    found = FOUND / target
    yield from (path.read_bytes() for path in sorted(found.glob("*")))
    texts = [path.read_bytes() for path in _specs()]
    if target == "expression":
        yield from (text.encode() for text in sorted(_expressions(_specs())))
    else:
        yield from texts


def _specs() -> list[Path]:
    folders = (ROOT / "specs", ROOT / "netspec" / "std", ROOT / "tests" / "diagnostics" / "cases")
    return [path for folder in folders for path in sorted(folder.rglob("*.yaml"))]


def _expressions(paths: Iterable[Path]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        try:
            found.update(_texts(read_nodes(read_source(path), Report())))
        except SpecError:
            continue  # a bad spec that is no YAML
    return found


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text
    else:
        for item in node.items:
            key, value = item if isinstance(item, tuple) else (None, item)
            if isinstance(node, Mapping) and key is not None:
                yield key.text
            yield from _texts(value)
