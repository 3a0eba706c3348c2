"""Random specs with something broken are answered with diagnostics, and soon."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Iterator
from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st

import netspec
from netspec.catalog import documents
from netspec.diagnostics import render
from netspec.network import Network
from tests.examples import examples
from tests.random_programs.files import Spec, specs
from tests.random_programs.text import Node, document

SECONDS = 2
WORDS = re.compile(r"[A-Za-z_]\w*|\d+")
STRANGE: tuple[Node, ...] = (
    *(-1, 0, 1, 2, 7, 10**6, 10**12, 0.5, True, None, "", "_", "i", "relu", "in_channels", "x[9]"),
    *("1 / 0", "10 ** 400", "[0] * 10 ** 9", "_, _", [], {}, [[]], ["relu"], {"conv": 4}),
    *("first", "identity", "nothing", {"repeat": 3}, {"do": []}, "block", "int"),
)


@st.composite
def broken(draw: st.DrawFn) -> Spec:
    """A random spec in one of whose files something is changed, taken out or moved."""
    spec = draw(specs())
    name = draw(st.sampled_from(sorted(spec.files)))
    if draw(st.booleans()):
        text = _other_word(draw, spec.files[name])
    else:
        node = copy.deepcopy(yaml.safe_load(spec.files[name]))
        for _ in range(draw(st.integers(1, 2))):
            _change(draw, node)
        text = document(node)
    return Spec(spec.files | {name: text}, spec.address, ())


def _other_word(draw: st.DrawFn, text: str) -> str:
    """The text with one of its words or numbers in the place of another."""
    found = list(WORDS.finditer(text))
    at, other = draw(st.sampled_from(found)), draw(st.sampled_from(found))
    return text[: at.start()] + other[0] + text[at.end() :]


def _change(draw: st.DrawFn, node: Node) -> None:
    """Take out, replace, double or move one of the entries."""
    places = list(_places(node))
    holder, key = draw(st.sampled_from(places))
    kind = draw(st.sampled_from(["drop", "replace", "move", "rename"]))
    if kind == "drop":
        del holder[key]
    elif kind == "replace":
        holder[key] = draw(st.sampled_from(STRANGE))
    elif kind == "move":
        other, there = draw(st.sampled_from(places))
        holder[key] = copy.deepcopy(other[there])
    elif isinstance(holder, dict):
        words = [str(name) for _, name in places if isinstance(name, str)]
        holder[draw(st.sampled_from(words or ["name"]))] = holder.pop(key)


def _places(node: Node) -> Iterator[tuple[Node, object]]:
    """Every entry of every list and mapping: what holds it, and its key."""
    keys = range(len(node)) if isinstance(node, list) else node if isinstance(node, dict) else ()
    for key in list(keys):
        yield node, key
        yield from _places(node[key])


def test_a_broken_spec_checks_or_is_diagnosed(tmp_path: Path) -> None:
    @examples(400)
    @given(broken())
    def check(spec: Spec) -> None:
        start = time.perf_counter()
        try:
            for each in documents(spec.write(tmp_path)):
                network = Network(each, {}, {})
                network.require_claims()
                network.stats()
                network.source()
        except netspec.SpecError as error:
            diagnosed = [render(diagnostic) for diagnostic in error.diagnostics]
            assert all(diagnosed)
        assert time.perf_counter() - start < SECONDS

    check()
