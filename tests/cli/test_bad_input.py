"""Whatever the input: a diagnostic, a non-zero exit, no traceback, nothing on disk harmed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from netspec.cli import main


@pytest.mark.parametrize("command", ["check", "stats", "build", "draw"])
@pytest.mark.parametrize(
    "spec", ["no_such_file.yaml", ".", "no-such-spec", "resnet@resnet51", "\0", "a" * 5000]
)
def test_what_is_no_spec_is_wrong_usage(
    command: str, spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = {"build": ["-o", str(tmp_path)], "draw": ["-o", str(tmp_path / "x.dot")]}
    assert main([command, spec, *output.get(command, [])]) == 2
    assert "error[NS00" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("override", "code"),
    [
        ("growth", 2),
        ("growth=", 2),
        ("=3", 2),
        ("grwoth=3", 2),
        ("growth=[", 1),
        ("growth=12 *", 1),
        ("growth=[1, 2]", 1),
        ("growth=0.3", 1),
        ("layers=3", 1),
    ],
)
def test_a_wrong_override_is_refused(
    override: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "densenet121", "--set", override]) == code
    assert "error[NS" in capsys.readouterr().err


@pytest.mark.parametrize(
    "size", ["3x224x", "big", "3,224,224", "0x4x4", "3x8x8", "3x224x224x224x1"]
)
def test_a_wrong_input_is_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "densenet121", "--input", size]) in (1, 2)
    assert "error[NS" in capsys.readouterr().err


def test_an_output_folder_that_is_a_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "build"
    blocked.write_text("mine")
    assert main(["build", "lenet5", "-o", str(blocked)]) == 2
    assert "error[NS002]" in capsys.readouterr().err
    assert blocked.read_text() == "mine"


@pytest.mark.parametrize("output", ["/dev/null", "/dev/full"])
def test_devices_stay_devices(output: str) -> None:
    assert main(["schema", "-o", output]) == (2 if output == "/dev/full" else 0)
    assert Path(output).is_char_device()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "schema.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    assert main(["schema", "-o", str(link)]) == 0
    assert link.is_symlink()
    assert target.read_text().startswith("{")


@pytest.mark.parametrize(
    ("redirected", "code"), [(">/dev/full", 2), (">&-", 0), ("2>/dev/null >/dev/full", 2)]
)
def test_an_output_that_takes_nothing_is_no_traceback(redirected: str, code: int) -> None:
    command = f"{sys.executable} -m netspec stats lenet5 {redirected}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("spec", "hint"),
    [("mine", "`mine.yaml`"), ("mien.yaml", "`mine.yaml`"), ("m.yaml", None)],
)
def test_a_file_nearby_is_named(
    spec: str,
    hint: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine.yaml", "e.yaml"):
        (tmp_path / name).write_text("netspec: 1")
    assert main(["check", spec]) == 2
    message = capsys.readouterr().err
    assert (f"did you mean {hint}?" in message) if hint else "did you mean" not in message


def test_outputs_are_written_all_or_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lenet5.py").write_text("mine")
    (tmp_path / "lenet5.svg").mkdir()
    assert main(["build", "lenet5", "-o", str(tmp_path)]) == 2
    assert "error[NS002]" in capsys.readouterr().err
    assert (tmp_path / "lenet5.py").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["lenet5.py", "lenet5.svg"]


def test_a_fault_leaves_earlier_outputs_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lenet5.py").write_text("mine")
    assert main(["build", "lenet5", "-o", str(tmp_path), "--input", "1x8x8"]) == 1
    assert (tmp_path / "lenet5.py").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["lenet5.py"]


@pytest.mark.parametrize(
    "arguments", [[], ["bild"], ["stats"], ["stats", "lenet5", "--depth", "0"], ["build", "a", "b"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    assert exit.value.code == 2
    assert "usage: netspec" in capsys.readouterr().err
