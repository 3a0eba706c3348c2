"""Faults for people: carets below their place, colours, nothing that steers a terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given

from netspec.diagnostics import Diagnostic, Note, Source, Span, SpecError, excerpt
from netspec.diagnostics.formats.human import COLOURS, coloured, plain, report
from tests.diagnostics.faults import CALL, HOSTILE, MERGE, OVERRIDE, diagnostics, span

COLOUR = re.compile(r"\x1b\[[0-9;]+m")


def test_a_fault_with_all_its_parts() -> None:
    assert report([MERGE]) == (
        "nets/bad.yaml:6:12: error[NS302]: sum: operand 1 is [8, 16, 16], operand 2 is"
        " [3, 32, 32]\n"
        "    6 |     merge: sum\n"
        "      |            ^^^\n"
        "  note: nets/bad.yaml:4:11: [8, 16, 16] comes from `bn`\n"
        "    4 |         - bn\n"
        "  note: [3, 32, 32] is the network's input\n"
        "  note: nets/bad.yaml:2:5: in `unit`, used here (2 times)\n"
        "    2 |   - branches:\n"
        "  hint: `conv: {out: 8, stride: 2}` in place of `identity`\n"
        "\n"
        "`netspec explain NS302` says more."
    )


def test_the_line_of_a_note_is_marked_where_the_place_is_within_it() -> None:
    fault = replace(MERGE, notes=(Note("this stride", span(3, 24, 9)),))
    assert (
        "    3 |       - - conv: {out: 8, stride: 2}\n      |                        ^^^^^^^^^\n"
        in (report([fault]))
    )


def test_a_line_is_quoted_once() -> None:
    here = MERGE.span
    there = Note("first", span(4, 11, 2)), Note("second", span(4, 11, 1))
    printed = report([replace(MERGE, notes=(Note("here too", here), *there))])
    assert printed.count("    6 | ") == 1
    assert printed.count("    4 | ") == 1


def test_a_long_chain_is_shown_at_both_ends() -> None:
    chain = tuple(Note(f"in `tower`, used here (n = {n})") for n in range(100))
    printed = report([replace(MERGE, notes=chain)])
    assert "(n = 7)\n  note: 88 more like these\n  note: in `tower`, used here (n = 96)" in printed
    assert printed.count("note:") == 13


def test_faults_are_paragraphs_and_their_codes_are_named_once() -> None:
    paragraphs = report([OVERRIDE, CALL, OVERRIDE]).split("\n\n")
    assert paragraphs[0].startswith("--set width: error[NS110]: not a valid expression\n")
    assert paragraphs[1:3] == [
        "error[NS003]: there is no spec `lenet6`\n  hint: did you mean `lenet5`?",
        paragraphs[0],
    ]
    assert paragraphs[3:] == ["`netspec explain CODE` says more, of NS110, NS003."]
    assert report([]) == ""


@pytest.mark.parametrize(
    ("text", "column", "width", "shown"),
    [
        ("- relu", 3, 4, ["- relu", "  ^^^^"]),
        ("- 畳み込み: relux", 9, 5, ["- 畳み込み: relux", "            ^^^^^"]),
        ("- 畳み込み: relux", 3, 4, ["- 畳み込み: relux", "  ^^^^^^^^"]),
        ("- cafe\u0301: relux", 10, 5, ["- cafe\u0301: relux", "        ^^^^^"]),
        ("-\trelux", 3, 5, ["- relux", "  ^^^^^"]),
        ("- '\x1b[31m': relux", 12, 5, ["- ' [31m': relux", "           ^^^^^"]),
        ("- '\u202e': relux", 8, 5, ["- ' ': relux", "       ^^^^^"]),
        ("a" * 90 + " b " + "c" * 90, 92, 1, [
            "..." + "a" * 56 + " b " + "c" * 55 + "...", " " * 60 + "^"]),
        ("畳" * 90 + "b" + "c" * 90, 91, 1, [
            "..." + "畳" * 57 + "b" + "c" * 56 + "...", " " * 117 + "^"]),
        ("[" * 500, 1, 500, ["[" * 117 + "...", "^" * 120]),
        ("- relu", 7, 0, ["- relu", "      ^"]),
    ],
)  # fmt: skip
def test_the_caret_stands_below_its_place(
    text: str, column: int, width: int, shown: list[str]
) -> None:
    marked = excerpt(span(1, column, width, Source("a.yaml", text)))
    assert [line.removeprefix("    1 | ").removeprefix("      | ") for line in marked] == shown


def test_a_place_of_several_lines_is_marked_to_the_end_of_the_first() -> None:
    source = Source("a.yaml", "- branches:  \n  - relu\n")
    assert excerpt(Span(source, 1, 3, 2, 9))[1] == "      |   ^^^^^^^^^"


def test_lines_are_those_of_yaml() -> None:
    source = Source("a.yaml", "# one\u2028# two\x85# three\r# four\r\n- relux\n")
    assert excerpt(span(5, 3, 5, source))[0] == "    5 | - relux"


def test_colours_go_around_the_parts() -> None:
    printed = report([MERGE, CALL], coloured)
    assert COLOUR.sub("", printed) == report([MERGE, CALL], plain)
    for part, role in {
        "nets/bad.yaml:6:12:": "place",
        "error[NS302]": "error",
        "^^^": "error",
        "note:": "note",
        "hint:": "hint",
    }.items():
        assert f"\x1b[{COLOURS[role]}m{part}\x1b[0m" in printed


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_spec_makes_no_line_of_its_own(text: str) -> None:
    source = Source(text, text, None)
    fault = Diagnostic("NS201", text, span(1, 1, 1, source), (Note(text, None),), text)
    lines = report([fault]).split("\n")
    assert [line[:8].strip() for line in lines[1:]] == [
        "1 |",
        "|",
        "note:",
        "hint:",
        "",
        "`netspec",
    ]
    assert all(line.isprintable() for line in lines)


@given(diagnostics)
def test_whatever_the_text_the_report_is_printable(fault: Diagnostic) -> None:
    lines = report([fault]).split("\n")
    assert all(line.isprintable() for line in lines)
    assert f"error[{fault.code}]: " in lines[0]
    assert lines[-2:] == ["", f"`netspec explain {fault.code}` says more."]
    painted = report([fault], coloured)
    assert COLOUR.sub("", painted).split("\n") == lines


def test_the_text_of_an_error_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in str(SpecError([MERGE]))
