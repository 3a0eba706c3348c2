"""`check --format`: what goes to which stream, with which exit code, and in colour when."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netspec.cli import main
from netspec.cli.faults import in_colour
from netspec.diagnostics.errors import MAX_FAULTS
from netspec.diagnostics.formats import FORMATS

Capture = pytest.CaptureFixture[str]

GOOD = "netspec: 1\nname: good\ninput: [3]\nbody: [relu]\n"
BAD = "netspec: 1\nname: bad\ninput: [3]\nbody: [relux, tanhh]\n"
FAULTS: dict[str, Callable[[str], list[Any]]] = {
    "human": lambda text: [line for line in text.splitlines() if "error[" in line],
    "json": lambda text: json.loads(text)["faults"],
    "sarif": lambda text: _sarif_messages(json.loads(text)["runs"][0]),
    "github": lambda text: text.splitlines(),
}
"""How to find the faults in what a format prints."""


def _sarif_messages(run: Any) -> list[Any]:
    return [*run["results"], *run["invocations"][0]["toolExecutionNotifications"]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD)
    Path("bad.yaml").write_text(BAD)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def faults(arguments: list[str], format: str, capsys: Capture) -> tuple[int, list[Any]]:
    """The exit code and the faults, which stand on the format's own stream alone."""
    code = main(["check", *arguments, "--format", format])
    out, err = capsys.readouterr()
    printed, other = (err, out) if format == "human" else (out, err)
    assert other == ""
    return code, FAULTS[format](printed)


def test_every_format_is_tested() -> None:
    assert tuple(FAULTS) == FORMATS


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("arguments", "code", "count"),
    [
        (["good.yaml"], 0, 0),
        (["bad.yaml"], 1, 2),
        (["good.yaml", "bad.yaml"], 1, 2),
        (["missing.yaml"], 2, 1),
        (["missing.yaml", "bad.yaml", "nonet"], 1, 4),
        (["good.yaml", "--set", "width"], 2, 1),
        (["good.yaml", "--set", "width=3"], 2, 1),
        (["good.yaml", "--input", "3x"], 2, 1),
    ],
)
def test_faults_and_exit_codes(
    arguments: list[str], code: int, count: int, format: str, capsys: Capture
) -> None:
    found, listed = faults(arguments, format, capsys)
    assert (found, len(listed)) == (code, count), listed


@pytest.mark.parametrize("format", FORMATS)
def test_a_flood_of_faults_is_told_in_the_format(format: str, capsys: Capture) -> None:
    Path("flood.yaml").write_text("netspec: 1\ninput: [3]\nbody:\n" + "  - relux\n" * 1000)
    code, listed = faults(["flood.yaml"], format, capsys)
    assert (code, len(listed)) == (1, MAX_FAULTS + 1)
    assert "the rest of the text is not looked at" in str(listed[-1])


@pytest.mark.parametrize("format", FORMATS[1:])
def test_sizes_are_told_to_people_only(format: str, capsys: Capture) -> None:
    code, listed = faults(["good.yaml", "--sizes"], format, capsys)
    assert (code, len(listed)) == (2, 1)


def test_human_is_silent_when_all_is_well(capsys: Capture) -> None:
    assert main(["check", "good.yaml", "--format", "human"]) == 0
    assert capsys.readouterr() == ("", "")


def test_claims_that_are_skipped_are_told_apart(capsys: Capture) -> None:
    assert main(["check", "lenet5", "--set", "classes=11", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["faults"] == []
    assert "claims not checked" in err


def test_an_unknown_format_is_wrong_usage(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["check", "good.yaml", "--format", "xml"])
    assert exit.value.code == 2
    assert "--format" in capsys.readouterr().err


def test_files_are_named_from_the_working_directory(folder: Path, capsys: Capture) -> None:
    for address in ("bad.yaml", "./bad.yaml", str(folder / "bad.yaml")):
        _, (fault, _) = faults([address], "json", capsys)
        assert fault["place"]["file"] == "bad.yaml"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "colour"),
    [
        (io.StringIO(), {}, False),
        (Terminal(), {}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": ""}, False),
    ],
)
def test_when_there_is_colour(
    stream: io.StringIO,
    environment: dict[str, str],
    colour: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert in_colour(stream) is colour


@pytest.mark.parametrize("command", ["check", "stats", "build"])
def test_every_command_colours_its_faults(
    command: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main([command, "bad.yaml"]) == 1
    plain = capsys.readouterr().err
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert main([command, "bad.yaml"]) == 1
    coloured = capsys.readouterr().err
    assert "error[NS201]" in plain
    assert "\x1b" not in plain
    assert "\x1b[1;31merror[NS201]" in coloured


def run(stderr: int) -> None:
    subprocess.run(
        [sys.executable, "-m", "netspec", "check", "bad.yaml"],
        stderr=stderr,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )


def test_on_a_terminal_in_colour_in_a_pipe_plain() -> None:
    main_end, terminal = pty.openpty()
    run(terminal)
    assert b"\x1b[1;31merror[NS201]\x1b[0m" in os.read(main_end, 10_000)
    read, write = os.pipe()
    run(write)
    assert b"error[NS201]: " in os.read(read, 10_000)
