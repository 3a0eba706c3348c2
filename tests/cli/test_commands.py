"""What each command prints and writes when all is well."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from netspec.cli import COMMANDS, main

Capture = pytest.CaptureFixture[str]


def printed(arguments: list[str], capsys: Capture) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as exit:
        main([command, "--help"])
    assert exit.value.code == 0
    assert f"usage: netspec {command}" in capsys.readouterr().out


def test_check_is_silent_when_all_is_well(capsys: Capture) -> None:
    files = sorted(str(path) for path in Path("specs").glob("*.yaml"))
    assert main(["check", *files]) == 0
    assert capsys.readouterr() == ("", "")


def test_check_says_which_claims_it_leaves_out(capsys: Capture) -> None:
    assert main(["check", "densenet121", "--set", "growth=12"]) == 0
    assert "5 claims not checked" in capsys.readouterr().err


def test_stats_json_has_exact_integers(capsys: Capture) -> None:
    stats = json.loads(printed(["stats", "resnet50", "--format", "json"], capsys))
    assert list(stats) == [
        "name", "input", "output", "params", "buffers", "macs", "flops", "status", "rows",
    ]  # fmt: skip
    assert (stats["name"], stats["input"], stats["output"]) == ("resnet50", [3, 224, 224], [1000])
    assert (stats["params"], stats["buffers"], stats["macs"]) == (25557032, 53173, 4089184256)
    assert stats["status"] == "complete"
    assert list(stats["rows"][0]) == ["path", "op", "output", "params", "macs", "flops"]


@pytest.mark.parametrize("depth", [1, 2, 3, 9])
@pytest.mark.parametrize("spec", ["lenet5", "resnet50", "densenet121", "vgg16_bn"])
def test_rows_add_up_to_the_total_at_every_depth(spec: str, depth: int, capsys: Capture) -> None:
    text = printed(["stats", spec, "--format", "json", "--depth", str(depth)], capsys)
    stats = json.loads(text)
    for figure in ("params", "macs", "flops"):
        assert sum(row[figure] for row in stats["rows"]) == stats[figure]
    paths = [row["path"] for row in stats["rows"]]
    assert len(set(paths)) == len(paths)


def test_stats_of_several_is_a_row_each(capsys: Capture) -> None:
    listed = json.loads(printed(["stats", "resnet", "lenet5", "--format", "json"], capsys))
    assert [stats["name"] for stats in listed] == [
        "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "lenet5",
    ]  # fmt: skip
    table = printed(["stats", "resnet", "lenet5"], capsys)
    assert len(table.splitlines()) == 2 + 6
    assert "60,192,808" in table


def test_stats_csv(capsys: Capture) -> None:
    text = printed(["stats", "lenet5", "--format", "csv"], capsys)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sum(int(row["params"]) for row in rows) == 61706
    assert rows[0]["output"] == "6x28x28"
    several = printed(["stats", "vgg", "--format", "csv"], capsys)
    assert [row["name"] for row in csv.DictReader(io.StringIO(several))][:2] == [
        "vgg11",
        "vgg11_bn",
    ]


def test_stats_markdown_is_a_table(capsys: Capture) -> None:
    lines = printed(["stats", "lenet5", "--format", "markdown"], capsys).splitlines()
    assert lines[2].startswith("| module | op |")
    assert {line.count("|") for line in lines[2:]} == {8}


def test_the_tree_folds_runs_of_equal_modules(capsys: Capture) -> None:
    table = printed(["stats", "resnet152"], capsys)
    assert "1 .. 35 (x35)" in table


def test_set_and_input_override(capsys: Capture) -> None:
    arguments = ["stats", "resnet50", "--format", "json", "--input", "3x512x512"]
    assert json.loads(printed(arguments, capsys))["macs"] == 21355249664
    arguments = ["stats", "resnet50", "--format", "json", "--set", "layers=[3, 4, 23, 3]"]
    assert json.loads(printed(arguments, capsys))["params"] == 44549160


def test_list_names_every_variant(capsys: Capture) -> None:
    lines = printed(["list"], capsys).splitlines()
    names = [line.split()[0] for line in lines]
    assert {"lenet5", "resnet@resnet152", "vgg@vgg11_bn", "densenet121"} <= set(names)
    assert len(names) == len(set(names))


def test_build_writes_source_diagram_and_table(tmp_path: Path, capsys: Capture) -> None:
    text = printed(["build", "specs/lenet5.yaml", "-o", str(tmp_path)], capsys)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["lenet5.dot", "lenet5.py", "lenet5.svg"]
    assert "params 61,706" in text
    assert "compared with the emitted module on the meta device" in text
    for name in names:
        assert str(tmp_path / name) in text


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("resnet18", "fixed in the source: unit, layers; `--set` gives them other values"),
        ("lenet5", None),
    ],
)
def test_build_says_which_params_the_source_does_not_take(
    spec: str, said: str | None, tmp_path: Path, capsys: Capture
) -> None:
    output = printed(["build", spec, "--target", "torch", "-o", str(tmp_path)], capsys)
    assert [line for line in output.splitlines() if line.startswith("fixed")] == [said][
        : bool(said)
    ]


@pytest.mark.parametrize("target", ["torch", "dot", "svg", "json"])
def test_build_of_one_target_prints_it(
    target: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["build", "lenet5", "--target", target, "-o", "-"]) == 0
    once = capsysbinary.readouterr().out
    assert main(["build", "lenet5", "--target", target, "-o", str(tmp_path)]) == 0
    (path,) = tmp_path.iterdir()
    assert once == path.read_bytes()


def test_printing_several_targets_is_wrong_usage(capsys: Capture) -> None:
    assert main(["build", "lenet5", "-o", "-"]) == 2
    assert "--target" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ending", "magic"),
    [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("dot", b"digraph")],
)
def test_draw_writes_the_format_of_the_ending(
    ending: str, magic: bytes, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / f"net.{ending}"
    assert printed(["draw", "lenet5", "-o", str(path)], capsys) == f"wrote {path}\n"
    assert path.read_bytes().startswith(magic)


def test_draw_refuses_other_endings(tmp_path: Path, capsys: Capture) -> None:
    assert main(["draw", "lenet5", "-o", str(tmp_path / "net.jpg")]) == 2
    assert "svg, png, pdf, dot" in capsys.readouterr().err


TORCH_FREE = """
import sys
sys.modules["torch"] = None  # an import of torch would now fail
from netspec.cli import main
codes = [
    main(["check", "resnet50"]),
    main(["stats", "resnet50"]),
    main(["list"]),
    main(["draw", "resnet50", "-o", sys.argv[1] + "/net.svg"]),
    main(["build", "resnet50", "-o", sys.argv[1] + "/build"]),
]
assert codes == [0] * 5, codes
"""


def test_everything_but_the_module_works_without_torch(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TORCH_FREE, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "not compared: torch is not installed" in done.stdout
    assert (tmp_path / "build" / "resnet50.py").is_file()


LEFT_OUT = """
import sys
import netspec
from netspec.cli import main
main(["stats", "lenet5"])
main(["check", "lenet5"])
heavy = {"torch", "networkx", "pygraphviz", "jinja2", "numpy"} & set(sys.modules)
assert not heavy, heavy
"""


def test_stats_and_check_import_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEFT_OUT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_closed_pipe_is_no_traceback() -> None:
    command = f"{sys.executable} -m netspec stats resnet152 --depth 9 --format json | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_verify_prints_every_claim(capsys: Capture) -> None:
    table = printed(["verify", "resnet", "densenet121"], capsys)
    assert "disputed  He et al. 2016, Table 1: with the stride on the first 1x1" in table
    assert "FAILS" not in table
    assert {line.split()[0] for line in table.splitlines()[2:]} == {
        "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "densenet121",
    }  # fmt: skip


def test_verify_prints_failing_claims_and_exits_with_1(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "netspec: 1\ninput: [8, 4, 4]\nbody: [conv: 1]\n"
        "claims: [{params: 9, source: here}, {params: 10, source: there}]\n"
    )
    assert main(["verify", str(path)]) == 1
    output = capsys.readouterr()
    assert [line.split()[4] for line in output.out.splitlines()[2:]] == ["holds", "FAILS"]
    assert "error[NS501]" in output.err
