"""`netspec bench`: what it prints, where, and what it does not take."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from netspec.backends.torch.bench import outcome
from netspec.cli import main
from tests.bench import nets
from tests.docs.pages import DOCS, fences

Capture = pytest.CaptureFixture[str]

TINY = """
netspec: 1
name: tiny
input: [3, 2, 2]
body: [flatten, linear: 5]
"""
TWO = """
netspec: 1
name: two
inputs: {words: {shape: [4], dtype: int64}, image: [8]}
body:
  - embedding: {count: 3, dim: 8}
    from: words
    name: embedded
  - sum: {}
    from: embedded, image
    name: total
outputs: {total: total, embedded: embedded}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(TINY)


@pytest.fixture
def _no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is measured in a process of its own, which takes seconds to start."""
    monkeypatch.setattr(outcome, "peak_memory", lambda *_: 3 * 2**20)


def bench(arguments: str, capsys: Capture) -> str:
    assert main(["bench", *shlex.split(arguments)]) == 0
    printed, told = capsys.readouterr()
    assert re.fullmatch(r"( *\d+ s: (peak memory|warming up|measuring|done)\n){4}", told)
    return printed


def bench_json(arguments: str, capsys: Capture) -> Any:
    return json.loads(bench(f"{arguments} --format json", capsys))


def test_text(capsys: Capture) -> None:
    printed = bench("tiny.yaml --batch 4 --iterations 6 --threads 1", capsys)
    first, empty, header, rule, row = printed.splitlines()
    assert re.fullmatch(
        r"inference, batch 4 of \[3, 2, 2\], float32, cpu, 1 CPU thread, torch [\d.]+\S*", first
    )
    assert (empty, set(rule)) == ("", {"-"})
    assert header.split("  ")[0] == "network"
    assert re.fullmatch(r"tiny +[\d,]+\.\d +(\d\.\d{3} +){3}\d+\.\d MiB +6", row)


@pytest.mark.usefixtures("_no_process")
def test_json(capsys: Capture) -> None:
    arguments = "tiny.yaml --batch 4 --iterations 6 --threads 1 --dtype bfloat16 --channels-last"
    found = bench_json(arguments, capsys)
    (row,) = found.pop("networks")
    assert found.pop("torch")
    assert found == {
        "device": "cpu",
        "gpu": None,
        "threads": 1,
        "dtype": "bfloat16",
        "memory_format": "channels_last",
        "compiled": False,
        "mode": "inference",
        "batch": 4,
        "input": [3, 2, 2],
        "ratio": None,
    }
    assert (row.pop("name"), row.pop("steps"), row.pop("peak_memory")) == ("tiny", 6, 3 * 2**20)
    assert list(row) == ["samples_per_second", "p50_ms", "p90_ms", "p99_ms"]
    assert 0 < row["p50_ms"] <= row["p90_ms"] <= row["p99_ms"]


@pytest.mark.usefixtures("_no_process")
@pytest.mark.parametrize(
    ("against", "name"),
    [
        ("lenet5", "lenet5"),
        (f"{nets.__name__}:tiny", f"{nets.__name__}:tiny"),
        ("tiny.yaml", "tiny (tiny.yaml)"),
    ],
)
def test_against(against: str, name: str, capsys: Capture) -> None:
    """The other spec is taken at the input of the first."""
    spec = "lenet5_1998 --train" if against == "lenet5" else "tiny.yaml"
    arguments = f"{spec} --iterations 5 --against {against}"
    found = bench_json(arguments, capsys)
    assert [row["name"] for row in found["networks"]] == [spec.split()[0].split(".")[0], name]
    assert [row["steps"] for row in found["networks"]] == [5, 5]
    assert found["ratio"]["low"] <= found["ratio"]["median"] <= found["ratio"]["high"]
    last = bench(arguments, capsys).splitlines()[-1]
    assert re.search(rf" has [\d.]+ times the speed of {re.escape(name)} \(", last)


@pytest.mark.usefixtures("_no_process")
def test_set_and_input(capsys: Capture) -> None:
    found = bench_json("lenet5 --iterations 2 --set classes=3 --input 1x28x28", capsys)
    assert found["input"] == [1, 28, 28]


@pytest.mark.usefixtures("_no_process")
@pytest.mark.parametrize("mode", ["", "--train"])
def test_several_inputs_and_outputs(mode: str, capsys: Capture) -> None:
    Path("two.yaml").write_text(TWO.replace("[8]", "[4, 8]"))
    found = bench_json(f"two.yaml --iterations 3 {mode}", capsys)
    assert found["input"] == {"words": [4], "image": [4, 8]}
    assert found["mode"] == ("training" if mode else "inference")


@pytest.mark.usefixtures("_no_process")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_compiled(capsys: Capture) -> None:
    found = bench_json("tiny.yaml --iterations 2 --compile", capsys)
    assert found["compiled"] is True


@pytest.mark.usefixtures("_no_process")
def test_terminals_show_a_progress_bar(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["bench", "tiny.yaml", "--iterations", "2", "--format", "json"]) == 0
    printed, told = capsys.readouterr()
    json.loads(printed)
    for phase in ("peak memory", "warming up", "measuring: 100%"):
        assert phase in told


@pytest.mark.parametrize(
    "arguments",
    [
        "--batch 0",
        "--batch many",
        "--seconds 0",
        "--seconds inf",
        "--seconds soon",
        "--iterations -1",
        "--threads 0",
        "--dtype int8",
        "--seconds 1 --iterations 1",
    ],
)
def test_wrong_usage(arguments: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["bench", "tiny.yaml", *arguments.split()])
    assert exit.value.code == 2
    assert "usage: netspec bench" in capsys.readouterr().err


@pytest.mark.usefixtures("_no_process")
@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        ("tiny.yaml --device gpu", "NS008", 2),
        ("tiny.yaml --against tests.bench.nets:missing", "NS009", 2),
        ("tiny.yaml --against lenet6", "NS003", 2),
        ("tiny.yaml --against densenet121", "NS303", 1),
        ("lenet5 --against tests.bench.nets:tiny", "NS801", 1),
        ("tiny.yaml --batch 100000000000000000000", "NS802", 1),
    ],
)
def test_faults(arguments: str, code: str, exit_code: int, capsys: Capture) -> None:
    assert main(["bench", *arguments.split(), "--iterations", "1"]) == exit_code
    printed, told = capsys.readouterr()
    assert printed == ""
    assert f"error[{code}]" in told


@pytest.mark.usefixtures("_no_process")
def test_the_example_of_the_page_is_what_is_printed(capsys: Capture) -> None:
    """But for its figures, and so the widths of its columns."""
    (example,) = (each for each in fences(DOCS / "commands.md") if "$ netspec bench" in each.text)
    call, _, shown = example.text.removeprefix("$ netspec bench ").partition("\n")
    call = re.sub(r"--seconds \d+", "--iterations 5", call)
    assert _without_figures(bench(call, capsys)) == _without_figures(shown)


def _without_figures(text: str) -> list[str]:
    return re.sub(r"[\d.,]+(\+cpu)?|-{2,}", "#", text).split()
