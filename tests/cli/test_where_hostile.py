"""`netspec where` on a file whose comment somebody else wrote: nothing of it is trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from netspec import load
from netspec.backends.torch import provenance
from netspec.cli import main

Capture = pytest.CaptureFixture[str]
SECRET = "nobody is to read this"
HASH = "0" * 12


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text(f"{SECRET}\n")
    (inside / "a.yaml").write_text("netspec: 1\ninput: [3, 8, 8]\nbody: [relu]\n")
    monkeypatch.chdir(inside)
    return inside


def write(path: str, code: str, words: str) -> None:
    """A file with that code, which was not edited since its comment was written."""
    Path(path).write_text(f"{code}{provenance.MARK} {provenance.digest(code)} {words}\n")


def where(capsys: Capture, words: str, line: str = "1") -> tuple[int, str]:
    """The exit code and all that is printed for a file of the spec that ends with a comment of
    these words.
    """
    write("a.py", f"x = 1  # sha256:{load('a.yaml').written.digest}\n", words)
    status = main(["where", f"a.py:{line}"])
    captured = capsys.readouterr()
    assert "usage:" not in captured.err
    return status, captured.out + captured.err


OUTSIDE = {
    "the spec, above": "../secret.txt 1:1",
    "the spec, absolute": "{top}/secret.txt 1:1",
    "another file, above": "a.yaml ../secret.txt 1:1",
    "another file, absolute": "a.yaml {top}/secret.txt 1:1",
    "by way of the library": "a.yaml std/../../../secret.txt 1:1",
    "a link": "a.yaml link.txt 1:1",
    "a spec that is a link": "link.txt 1:1",
    "a name with escapes": "a.yaml %1b[2J.txt 1:1",
    "a null byte": "a.yaml x%00.txt 1:1",
    "a long name": "a.yaml " + "x" * 5000 + " 1:1",
    "no name": "a.yaml . 1:1",
}


@pytest.mark.parametrize("words", OUTSIDE.values(), ids=OUTSIDE)
def test_no_file_outside_of_the_folder_is_read(words: str, capsys: Capture, folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    _, printed = where(capsys, words.format(top=folder.parent))
    assert SECRET not in printed
    assert "\x1b" not in printed


def test_a_file_below_the_folder_is_read(capsys: Capture) -> None:
    Path("blocks").mkdir()
    Path("blocks/b.yaml").write_text("netspec: 1\nblocks: {}\n")
    status, printed = where(capsys, "a.yaml blocks/b.yaml 1:2")
    assert status == 0
    assert "    2 | blocks: {}" in printed


def test_a_file_that_is_no_text_has_no_excerpt(capsys: Capture) -> None:
    Path("b.yaml").write_bytes(b"\xff\xfe")
    status, printed = where(capsys, "a.yaml b.yaml 1:1")
    assert status == 0
    assert "b.yaml:1" in printed


UNREADABLE = ["1:0", "0:1", "1:3-2", "3-2:1", "1:2,1", "1:1-", "1:" + "9" * 5000, "9" * 5000 + ":1"]


@pytest.mark.parametrize("entry", UNREADABLE)
def test_numbers_that_netspec_does_not_write_are_no_comment(entry: str, capsys: Capture) -> None:
    status, printed = where(capsys, f"a.yaml {entry}")
    assert status == 1
    assert "NS901" in printed


@pytest.mark.parametrize("entry", ["1-999999999:3", "1:1-999999999", "999999990-999999999:1"])
def test_lines_that_no_file_has_cost_nothing(entry: str, capsys: Capture) -> None:
    status, printed = where(capsys, f"a.yaml {entry}")
    assert status == 0
    assert printed.count(" | ") <= 4


def test_lines_below_an_opening_one_cost_nothing(capsys: Capture) -> None:
    known = provenance.read(f"# netspec where {HASH} a.yaml 2:1\n")
    assert known is not None
    assert not known.places
    write("b.py", " for i in x:\n  y\n", "a.yaml 2:1-999999999")
    assert main(["where", "b.py:1"]) == 0
    assert "a.yaml:1-999999999" in capsys.readouterr().out


def test_a_comment_that_says_too_much_is_none() -> None:
    text = "x\n" * 2000
    assert provenance.read(f"{text}# netspec where {HASH} a.yaml{' 1-2000:1' * 499}\n")
    assert not provenance.read(f"{text}# netspec where {HASH} a.yaml{' 1-2000:1' * 501}\n")


WORDS = [
    "--nope 1", "--set", "--set x", "--help x", "--input 1e9", "--set width=1 --input", "-h",
    "--set a=%00", "--spec a.yaml",
]  # fmt: skip


@pytest.mark.parametrize("given", WORDS)
def test_words_that_are_no_values_end_in_no_usage(given: str, capsys: Capture) -> None:
    status, printed = where(capsys, f"a.yaml {given}")
    assert status == 0
    assert "a.py:1: x = 1" in printed
    _, printed = where(capsys, f"a.yaml {given} 1:1")
    assert "a.py:1: x = 1" in printed or "NS901" in printed


def test_a_line_of_many_digits(capsys: Capture) -> None:
    status, printed = where(capsys, "a.yaml 1:1", "9" * 5000)
    assert status != 0
    assert "NS902" in printed


@pytest.mark.parametrize("code", ["(" * 20000, "-" * 200000 + "1", "x = '\x00'", "x ="])
def test_code_that_is_none_is_no_traceback(code: str, capsys: Capture) -> None:
    write("b.py", f"x\n{code}\n", "a.yaml 1:1")
    status = main(["where", "b.py:1"])
    captured = capsys.readouterr()
    assert (status, "a.yaml:1" in captured.out) == (0, True) or "error[" in captured.err
