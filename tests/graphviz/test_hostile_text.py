"""Text from a spec stays text, whatever is in it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from pygraphviz import AGraph

from netspec.backends.graphviz import dot, render
from netspec.backends.graphviz.markup import escaped, quoted
from netspec.program import Instance, Place, Program
from tests.graphviz.figures import load

HOSTILE = [
    '"]; evil [label="owned',
    "</td></tr></table>> shape=star <",
    '<img src="/etc/passwd"/>',
    "&lt;script&gt; &amp; &#60;",
    "]]><script>alert(1)</script>",
    r"\N \G \L back\\slash \"",
    "ends with a \\",
    "line\nbreak\ttab\0nul\x1b[31m",
    "<!-- -->",
    "\ud800 lone surrogate",
    "cluster",
    "",
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_notes_do_not_break_out(text: str, tmp_path: Path) -> None:
    harmless = _drawn_with(tmp_path, "harmless")
    hostile = _drawn_with(tmp_path, text)
    with AGraph(string=dot(harmless)) as one, AGraph(string=dot(hostile)) as other:
        assert len(one.nodes()) == len(other.nodes())
        assert len(one.edges()) == len(other.edges())


@pytest.mark.parametrize("text", HOSTILE)
def test_pictures_show_the_text_itself(text: str, tmp_path: Path) -> None:
    picture = ElementTree.fromstring(render(dot(_drawn_with(tmp_path, text)), "svg"))
    tags = {element.tag.removeprefix(SVG) for element in picture.iter()}
    assert tags <= {"svg", "g", "title", "polygon", "path", "polyline", "text"}
    shown = {"".join(element.itertext()) for element in picture.iter(f"{SVG}text")}
    readable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    assert readable.strip() in {each.strip() for each in shown} | {""}


def test_very_long_text_is_cut() -> None:
    assert escaped("x" * 100_000) == "x" * 79 + "…"


def test_quoted_text_is_one_line() -> None:
    assert quoted('a"b\\c\nd') == '"a\\"b\\\\c\N{REPLACEMENT CHARACTER}d"'


def _drawn_with(folder: Path, text: str) -> Program:
    """A program whose names and notes are all `text`."""
    program = load(
        folder,
        """
        blocks:
          block:
            body: [conv: 8, bn, relu, conv: 8]
        body: [{name: level, do: [{block: , name: step, note: words}, max_pool: 2]}, tanh]
        """,
    )
    for instance in program.instances():
        instance.block = text
        for call in instance.calls:
            call.place = Place((text,) * len(call.place.group), text)
            call.note = text if isinstance(call.target, Instance) else None
    return Program(text, program.root)
