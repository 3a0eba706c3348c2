"""Broken specs of every kind are answered with diagnostics, never with another exception."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netspec
from netspec.catalog import documents
from netspec.diagnostics import render
from netspec.network import Network

SPECS = sorted(Path("specs").glob("*.yaml"))
SCRAPS = st.sampled_from(
    "- conv:|- from: _|: |{|}|[|]|- |  |\n|#|'|\"|&a |*a|null|~|repeat: 3|name: x|when: i|-1|0|"
    "1e9|in_channels|[0]|//|merge: sum|branches: []|do: []|- nothing|- identity|params: {a: 1}|"
    "for: {n: [1, 2]}|index: k|inline: true|- dense_block|- residual: {body: relu}|!!int|%|\t"
    "".split("|")
)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A shipped spec with a few pieces cut out, doubled, moved or replaced by scraps."""
    lines = draw(st.sampled_from(SPECS)).read_text().splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        at, until = sorted(draw(st.tuples(*[st.integers(0, len(lines))] * 2)))
        until = min(until, at + 4)
        kind = draw(st.sampled_from(["cut", "double", "move", "insert", "indent"]))
        piece = lines[at:until]
        if kind == "cut":
            lines[at:until] = []
        elif kind == "double":
            lines[at:at] = piece
        elif kind == "move":
            lines[at:until] = []
            to = draw(st.integers(0, len(lines)))
            lines[to:to] = piece
        elif kind == "indent":
            lines[at:until] = ["  " + line for line in piece]
        elif at < len(lines):
            column = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:column] + draw(SCRAPS) + lines[at][column:]
    return "".join(lines)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.one_of(mutations(), st.text(max_size=200)))
def test_a_mutated_spec_checks_or_is_diagnosed(text: str, tmp_path_factory: object) -> None:
    folder = tmp_path_factory.mktemp("mutations")  # type: ignore[attr-defined]
    path = folder / "mutated.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        for document in documents(str(path)):
            Network(document, {}, {}).require_claims()
    except netspec.SpecError as error:
        diagnosed = [render(diagnostic) for diagnostic in error.diagnostics]
        assert all(diagnosed)
