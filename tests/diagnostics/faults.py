"""Faults that reports are made of, ordinary and hostile."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from netspec.diagnostics import CODES, Diagnostic, Note, Source, Span

TEXT = """\
body:
  - branches:
      - - conv: {out: 8, stride: 2}
        - bn
      - identity
    merge: sum
"""
SPEC = Source("nets/bad.yaml", TEXT, Path("nets/bad.yaml"))
SET = Source("--set width", "64 +")


def span(line: int, column: int, width: int, source: Source = SPEC) -> Span:
    return Span(source, line, column, line, column + width)


MERGE = Diagnostic(
    "NS302",
    "sum: operand 1 is [8, 16, 16], operand 2 is [3, 32, 32]",
    span(6, 12, 3),
    (
        Note("[8, 16, 16] comes from `bn`", span(4, 11, 2)),
        Note("[3, 32, 32] is the network's input"),
        Note("in `unit`, used here", span(2, 5, 8)),
        Note("in `unit`, used here", span(2, 5, 8)),
    ),
    "`conv: {out: 8, stride: 2}` in place of `identity`",
)
OVERRIDE = Diagnostic("NS110", "not a valid expression", span(1, 5, 1, SET))
CALL = Diagnostic("NS003", "there is no spec `lenet6`", hint="did you mean `lenet5`?")

HOSTILE = (
    "\x1b[31mred",
    "\x9b31mred",
    "first\nbad.yaml:1:1: error[NS101]: second",
    "line\r\n::error::injected",
    "::error file=a,line=1::injected",
    "##[error]injected",
    "50%0A::error::injected%25",
    '", "version": 2, "faults": []}',
    "[click](https://example.com) and {0}",
    "\u202etxt.live\u202c",
    "lone \ud800 surrogate",
    "null \x00, tab \t, separator \u2028",
    "</script><!-- -->&amp;",
)
"""Texts that try to break out of one of the formats."""

texts = st.sampled_from(HOSTILE) | st.text(st.characters(), min_size=1, max_size=40)
"""Any characters, surrogates too."""


def _file_name(text: str) -> str:
    """A name that a file can have."""
    return text.encode(errors="replace").decode().replace("\x00", "")


@st.composite
def spans(draw: st.DrawFn) -> Span:
    name = draw(texts.map(_file_name).filter(str.strip))
    source = Source(name, draw(texts), draw(st.sampled_from([None, Path(name)])))
    line = draw(st.integers(1, len(source.lines)))
    start = draw(st.integers(1, len(source.lines[line - 1]) + 1))
    return Span(source, line, start, line, start + draw(st.integers(0, 50)))


notes = st.builds(Note, texts, st.none() | spans())
diagnostics = st.builds(
    Diagnostic,
    st.sampled_from(list(CODES)),
    texts,
    st.none() | spans(),
    st.lists(notes, max_size=15).map(tuple),
    st.none() | texts,
)
