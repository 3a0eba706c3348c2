"""`netspec where`: the lines of a spec that a line of an emitted file comes from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netspec.cli import main

Capture = pytest.CaptureFixture[str]

SPEC = """
netspec: 1
name: small
params: {width: 4, classes: 10}
input: [3, 16, 16]
blocks:
  unit:
    params: {out: int}
    body:
      - conv: {out: out, kernel: 3, padding: 1}
      - relu
  pair:
    body:
      - unit: width
      - bn
body:
  - pair
  - squeeze_excite: 2
  - global_avg_pool
  - linear: classes
    name: fc
""".lstrip()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SPEC)
    assert main(["build", "small.yaml", "--target", "torch", "-o", "."]) == 0
    capsys.readouterr()
    return tmp_path


def at(text: str, path: str = "small.py") -> str:
    """`FILE.py:LINE` of the one line with that text."""
    lines = Path(path).read_text().split("\n")
    (number,) = [n for n, line in enumerate(lines, 1) if text in line]
    return f"{path}:{number}"


def where(capsys: Capture, *arguments: str) -> list[str]:
    assert main(["where", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_line_and_the_way_to_it(capsys: Capture) -> None:
    line = at("self.conv = nn.Conv2d(")
    assert where(capsys, line) == [
        f"{line}: self.conv = nn.Conv2d(3, out, 3, padding=1)",
        "small.yaml:9",
        "    9 |       - conv: {out: out, kernel: 3, padding: 1}",
        "  note: small.yaml:6: in this block, `Unit`",
        "    6 |   unit:",
        "  note: small.yaml:13: used here",
        "   13 |       - unit: width",
        "  note: small.yaml:11: in this block, `Pair`",
        "   11 |   pair:",
        "  note: small.yaml:16: used here",
        "   16 |   - pair",
    ]


def test_several_steps_on_one_line(capsys: Capture) -> None:
    printed = where(capsys, at("return F.relu_(self.conv(x))"))
    assert printed[1:4] == [
        "small.yaml:9-10",
        "    9 |       - conv: {out: out, kernel: 3, padding: 1}",
        "   10 |       - relu",
    ]


def test_a_block_of_the_standard_library(capsys: Capture) -> None:
    printed = where(capsys, at("self.linear1 = "))
    assert re.fullmatch(r"std/squeeze_excite\.yaml:\d+", printed[1])
    assert re.fullmatch(r" +\d+ \| +- linear: .*", printed[2])
    assert "  note: small.yaml:17: used here" in printed


def test_a_line_of_no_step(capsys: Capture) -> None:
    assert where(capsys, at("from torch import nn"))[1] == "comes from no step of small.yaml"


def test_a_loop_answers_for_what_is_in_it(capsys: Capture) -> None:
    loop = "  - relu\n  - conv: width\n    name: again{i}\n    repeat: 5\n  - global_avg_pool\n"
    Path("small.yaml").write_text(SPEC.replace("  - global_avg_pool\n", loop))
    assert main(["build", "small.yaml", "--target", "torch", "-o", "."]) == 0
    capsys.readouterr()
    lines = Path("small.py").read_text().split("\n")
    for number in [n for n, line in enumerate(lines, 1) if line.endswith("for i in range(5):")]:
        printed = where(capsys, f"small.py:{number}")
        assert printed[1:3] == ["small.yaml:19", "   19 |   - conv: width"]


def test_the_spec_is_found_beside_the_file_here_or_where_it_is_said_to_be(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    line = at("self.fc = ").replace("small.py", "far/small.py")
    Path("far").mkdir()
    Path("small.py").rename("far/small.py")
    assert where(capsys, line)[1] == "small.yaml:19"
    monkeypatch.chdir("far")
    line = line.removeprefix("far/")
    lost = where(capsys, line)
    assert lost[1:] == [
        "small.yaml:19",
        "  hint: small.yaml is not beside it; `--spec PATH` shows its lines",
    ]
    assert where(capsys, line, "--spec", "../small.yaml")[1] == "../small.yaml:19"
    assert main(["where", line, "--spec", "nowhere.yaml"]) == 2
    assert "there is no file `nowhere.yaml`" in capsys.readouterr().err


def test_a_shipped_spec_is_found_by_its_name(capsys: Capture) -> None:
    assert main(["build", "lenet5", "--target", "torch", "-o", "."]) == 0
    capsys.readouterr()
    printed = where(capsys, at("self.c1 = ", "lenet5.py"))
    assert printed[1].endswith("specs/lenet5.yaml:19") or "lenet5.yaml:" in printed[1]
    assert " | " in printed[2]


def test_an_edited_file(capsys: Capture) -> None:
    source = Path("small.py").read_text()
    edited = source.replace("        self.conv = ", "        # mine\n        self.conv = ")
    edited = edited.replace("class Pair", "class Both").replace("= Pair(", "= Both(")
    Path("edited.py").write_text(edited)
    moved = where(capsys, at("self.conv = nn.Conv2d(", "edited.py"))
    assert moved[1] == "small.yaml:9"
    assert moved[-1] == "  note: the file was edited since"
    new = where(capsys, at("# mine", "edited.py"))
    assert new[-1] == "  note: this line was written since; what is told is of those around it"
    assert "small.yaml" in new[1]


def test_an_edited_file_without_its_spec(capsys: Capture) -> None:
    Path("small.py").write_text(f"# mine\n{Path('small.py').read_text()}")
    Path("small.yaml").unlink()
    assert where(capsys, at("self.fc = "))[1:] == [
        "cannot be told: this file was edited since, and small.yaml is not here",
        "  hint: small.yaml is not beside it; `--spec PATH` shows its lines",
    ]


def test_an_edited_file_of_a_spec_that_is_broken_now(capsys: Capture) -> None:
    Path("small.py").write_text(f"# mine\n{Path('small.py').read_text()}")
    Path("small.yaml").write_text("netspec: [")
    assert where(capsys, at("self.fc = "))[1:] == [
        "cannot be told: this file was edited since, and small.yaml cannot be read"
    ]


@pytest.mark.parametrize("head", ["", "# mine\n"])
def test_of_an_edited_spec_the_line_that_makes_it_now_is_told(head: str, capsys: Capture) -> None:
    Path("small.py").write_text(head + Path("small.py").read_text())
    Path("small.yaml").write_text(f"# a remark\n{SPEC}".replace("  unit:", "  # moved\n  unit:"))
    printed = where(capsys, at("self.conv = nn.Conv2d("))
    assert printed[1:6] == [
        "small.yaml:11",
        "   11 |       - conv: {out: out, kernel: 3, padding: 1}",
        "  note: small.yaml:8: in this block, `Unit`",
        "    8 |   unit:",
        "  note: small.yaml:15: used here",
    ]
    assert printed[-1] == "  note: small.yaml was edited since: told is what makes this line now"


def test_a_line_that_an_edited_spec_makes_no_more(capsys: Capture) -> None:
    Path("small.yaml").write_text(SPEC.replace("kernel: 3, padding: 1", "kernel: 5, padding: 2"))
    line = at("self.conv = nn.Conv2d(")
    why = "small.yaml was edited since, and makes no such line now"
    printed = where(capsys, line)
    assert printed[1] == "small.yaml:9"
    assert printed[-1] == f"  note: {why}: told are its lines as they were"
    assert not any(" | " in text for text in printed)
    Path("small.py").write_text(f"# mine\n{Path('small.py').read_text()}")
    assert where(capsys, at("self.conv = nn.Conv2d("))[1:] == [f"cannot be told: {why}"]


CHOICE = """netspec: 1
name: choice
input: [8, 4, 4]
blocks:
  unit:
    params: {out: int}
    body:
      - branches:
          - conv: out
          - do:
              - conv: out
                name: proj
              - bn
            when: in_channels != out
        merge: sum
      - bn
      - relu
body:
  - for: {out: [8, 16, 16]}
    unit: out
"""


def test_what_keeps_a_condition_comes_from_the_when(capsys: Capture) -> None:
    Path("choice.yaml").write_text(CHOICE)
    assert main(["build", "choice.yaml", "--target", "torch", "-o", "."]) == 0
    capsys.readouterr()
    printed = where(capsys, at("self.has_proj = ", "choice.py"))
    assert printed[1:3] == ["choice.yaml:14", "   14 |             when: in_channels != out"]


def test_a_line_that_was_replaced(capsys: Capture) -> None:
    source = Path("small.py").read_text()
    before, mean, after = source.rpartition("x.mean(")
    assert mean
    Path("small.py").write_text(f"{before}x.amax({after}")
    printed = where(capsys, at("x.amax("))
    assert "   18 |   - global_avg_pool" in printed
    assert printed[-1] == "  note: this line was written since; what is told is of those around it"


def test_an_import_that_was_added(capsys: Capture) -> None:
    source = Path("small.py").read_text()
    Path("small.py").write_text(source.replace("import torch\n", "import math\nimport torch\n", 1))
    assert where(capsys, at("import math"))[1:] == [
        "comes from no step of small.yaml",
        "  note: this line was written since",
    ]


INITS = """\
init:
  conv: {weight: {kaiming_normal: {mode: fan_out}}}
  linear:
    weight: {normal: {std: 0.01}}
    bias: 0
"""
MADE_BY = {
    "isinstance(module, nn.Conv2d)": "small.yaml:27",
    "nn.init.kaiming_normal_(": "small.yaml:27",
    "nn.init.normal_(module.weight, std=0.01)": "small.yaml:29",
    "nn.init.zeros_(module.bias)": "small.yaml:30",
    "bn.weight": "small.yaml:15",
    "for module in self.modules()": "small.yaml:27-30",
}


@pytest.mark.parametrize("line", MADE_BY)
def test_how_weights_start_comes_from_the_entry_that_says_so(line: str, capsys: Capture) -> None:
    spec = SPEC.replace("      - bn\n", "      - bn:\n        init: {weight: 0}\n")
    spec = spec.replace("  - global_avg_pool", "  - conv: 8\n    repeat: 3\n  - global_avg_pool")
    spec = spec.replace("    name: fc\n", "  - linear: 8\n  - linear: classes\n    name: fc\n")
    Path("small.yaml").write_text(spec + INITS)
    assert main(["build", "small.yaml", "--target", "torch", "-o", "."]) == 0
    capsys.readouterr()
    assert where(capsys, at(line))[1] == MADE_BY[line]


def test_a_spec_that_is_broken_now(capsys: Capture) -> None:
    Path("small.yaml").write_text("netspec: [")
    assert where(capsys, at("self.fc = "))[1:] == [
        "small.yaml:19",
        "  note: small.yaml cannot be read: told are its lines as they were",
    ]


def test_values_from_outside(capsys: Capture) -> None:
    options = ["--set", "width=6", "--set", "classes=3", "--input", "3x20x20"]
    assert main(["build", "small.yaml", "--target", "torch", "-o", ".", *options]) == 0
    capsys.readouterr()
    printed = where(capsys, at("self.fc = "))
    assert printed[1] == "small.yaml:19"
    assert not any("edited" in line for line in printed)


def test_a_variant(capsys: Capture) -> None:
    Path("small.yaml").write_text(f"{SPEC}variants: {{a: {{}}, b: {{params: {{width: 6}}}}}}\n")
    assert main(["build", "small.yaml@b", "--target", "torch", "-o", "."]) == 0
    capsys.readouterr()
    printed = where(capsys, at("self.fc = ", "b.py"))
    assert printed[1] == "small.yaml:19"
    assert not any("edited" in line for line in printed)


@pytest.mark.parametrize("given", ["small.py", "small.py:x", ":3", "small.py:-1"])
def test_what_is_no_line_is_wrong_usage(given: str, capsys: Capture) -> None:
    assert main(["where", given]) == 2
    assert "FILE.py:LINE" in capsys.readouterr().err
