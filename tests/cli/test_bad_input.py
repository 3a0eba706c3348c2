"""Whatever the input: a diagnostic, a non-zero exit, no traceback, nothing on disk harmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from netspec.cli import main

HEAD = b"netspec: 1\nname: bad\ninput: [3, 32, 32]\n"
ALIASES = b"\n".join(
    [b"a0: &a0 [relu, relu, relu, relu, relu, relu, relu, relu, relu]"]
    + [b"a%d: &a%d [%s]" % (k, k, b", ".join([b"*a%d" % (k - 1)] * 9)) for k in range(1, 12)]
)
HOSTILE = {
    "empty": (b"", 1, "NS101"),
    "blank": (b"\n\n# only a comment\n", 1, "NS101"),
    "null byte": (HEAD + b"body: [re\x00lu]\n", 1, "NS101"),
    "binary junk": (bytes(range(256)) * 40, 2, "NS001"),
    "control characters": (b"\x01\x02\x03\x04", 1, "NS101"),
    "a scalar": (b"just words\n", 1, "NS205"),
    "a list": (b"- netspec: 1\n", 1, "NS205"),
    "two documents": (HEAD + b"body: [relu]\n---\nname: b\n", 1, "NS104"),
    "alias bomb": (ALIASES, 1, "NS103"),
    "alias to itself": (HEAD + b"body: &a [relu, *a]\n", 1, "NS101"),
    "nested brackets": (b"[" * 100_000, 1, "NS103"),
    "nested braces": (b"{a: " * 100_000, 1, "NS103"),
    "python object": (b"!!python/object/apply:os.system ['true']\n", 1, "NS104"),
    "other tag": (HEAD + b"body: [!secret relu]\n", 1, "NS104"),
    "too large": (HEAD + b"#" * (5 * 2**20), 1, "NS103"),
    "list as key": (HEAD + b"? [a, b]\n: c\n", 1, "NS101"),
    "no body": (HEAD, 1, "NS205"),
    "no input": (b"netspec: 1\nbody: [relu]\n", 1, "NS205"),
    "other version": (b"netspec: 2\ninput: [3]\nbody: [relu]\n", 1, "NS205"),
    "negative input": (b"netspec: 1\ninput: [-3]\nbody: [relu]\n", 1, "NS204"),
    "huge repeat": (HEAD + b"body:\n  - {do: [relu, tanh], repeat: 10 ** 12}\n", 1, "NS402"),
    "endless loops": (
        HEAD + b"body:\n  - repeat: 10000\n    do:\n      - {do: [relu, tanh], repeat: 10000}\n",
        1,
        "NS402",
    ),
    "huge power": (HEAD + b"body: [conv: 9 ** 9 ** 9]\n", 1, "NS112"),
    "huge number": (HEAD + b"body: [conv: " + b"9" * 200 + b"]\n", 1, "NS112"),
    "infinite number": (HEAD + b"body: [conv: .inf]\n", 1, "NS305"),
    "deep expression": (HEAD + b"body: [conv: '" + b"(" * 900 + b"']\n", 1, "NS110"),
    "exponential recursion": (
        HEAD
        + b"blocks:\n  f:\n    params: {n: int, tag: list}\n    body:\n"
        + b"      - branches:\n          - f: {n: n - 1, tag: 'tag + [0]'}\n"
        + b"          - f: {n: n - 1, tag: 'tag + [1]'}\n        merge: sum\n"
        + b"        when: n > 0 and len(tag) >= 0\nbody:\n  - f: {n: 60, tag: []}\n",
        1,
        "NS402",
    ),
    "doubling branches": (
        HEAD + b"body: [{branches: [identity, identity], repeat: 40}, sum]\n",
        1,
        "NS402",
    ),
    "doubling lists": (
        HEAD
        + b"params:\n  a0: [1, 1]\n"
        + b"".join(b"  a%d: [a%d, a%d]\n" % (k, k - 1, k - 1) for k in range(1, 40))
        + b"body: [conv: len(a39)]\n",
        1,
        "NS112",
    ),
    "rounding": (HEAD + b"body: [conv: 'round(5, -1000000000)']\n", 1, "NS112"),
    "doubling channels": (
        HEAD + b"body: [{branches: [identity, identity], merge: concat, repeat: 15000}]\n",
        1,
        "NS402",
    ),
    "endless figure": (
        HEAD + b"body: [relu]\nclaims: [{params: " + b"9" * 100_000 + b"M}]\n",
        1,
        "NS503",
    ),
    "escaping name": (
        HEAD + b"name2: x\nbody:\n  - {conv: 8, name: 'a\"]; import os'}\n",
        1,
        "NS208",
    ),
    "path in name": (HEAD.replace(b"bad", b"../../evil") + b"body: [relu]\n", 1, "NS208"),
    "lone surrogate": (HEAD + b'body: ["\\ud800"]\n', 1, "NS101"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_is_answered_with_a_diagnostic(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, code, diagnostic = HOSTILE[case]
    spec = tmp_path / "bad.yaml"
    spec.write_bytes(text)
    assert main(["check", str(spec)]) == code
    printed = capsys.readouterr()
    assert f"error[{diagnostic}]" in printed.err
    assert printed.out == ""


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
