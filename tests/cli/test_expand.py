"""`netspec expand`: the same program, from one file that takes nothing from outside."""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
from pathlib import Path

import pytest

import netspec
from netspec import Network
from netspec.analysis.state import state_dict
from netspec.backends.torch import emit
from netspec.catalog import SHIPPED, shipped
from netspec.cli import main
from netspec.cli.expand import add_arguments
from netspec.cli.options import one_network
from tests.same_code import code_of

ADDRESSES = [
    f"{name}@{variant}" if variant else name
    for name, variants in shipped().items()
    for variant in variants or [""]
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the folder of the shipped specs."""
    copy: Path = shutil.copytree(SHIPPED, tmp_path_factory.mktemp("shipped") / "specs")
    return copy


def again(network: Network, folder: Path) -> Network:
    """The network of the expanded spec, saved in the folder."""
    path = folder / "expanded.yaml"
    path.write_text(network.expanded())
    read = netspec.load(path)
    read.require_claims()
    return read


def assert_same(network: Network, other: Network) -> None:
    assert other.name == network.name
    assert other.cost == network.cost
    assert state_dict(other.program) == state_dict(network.program)
    assert emit(other.program, other.cost) == emit(network.program, network.cost)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_shipped_spec_expands_to_the_same_program(address: str, folder: Path) -> None:
    network = netspec.load(address)
    expanded = again(network, folder)
    assert_same(network, expanded)
    assert len(expanded.verdicts()) == len(network.verdicts())
    assert not re.search(r"^(extends|variants):", network.expanded(), re.MULTILINE)


def changed(address: str) -> Network:
    """The network with other classes and twice the input, where it takes that."""
    program = netspec.load(address).program
    params = {"classes": "3 * 7"} if "classes" in program.params else {}
    shapes = {str(value.name): value.type.shape for value in program.root.inputs}
    for scale in (2, 1):
        sizes = {name: (n, *(scale * size for size in rest)) for name, (n, *rest) in shapes.items()}
        with contextlib.suppress(netspec.SpecError):
            return netspec.load(address, input=sizes if len(sizes) > 1 else sizes["x"], **params)
    raise AssertionError(address)


@pytest.mark.parametrize("name", [*shipped()])
def test_so_it_does_with_other_values(name: str, folder: Path) -> None:
    network = changed(next(each for each in ADDRESSES if each.partition("@")[0] == name))
    expanded = again(network, folder)
    assert_same(network, expanded)
    assert code_of(expanded.source()) == code_of(network.source())


def expanded(folder: Path, text: str, *arguments: str) -> str:
    """What the command writes for a spec of this text; saved, it is the same program."""
    path = folder / "given.yaml"
    path.write_text(text)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    network = one_network(parser.parse_args([str(path), *arguments]))
    assert_same(network, again(network, folder))
    return network.expanded()


BASE = """\
netspec: 1
params: {width: 8, classes: 1000}
input: [3, 8, 8]
defaults: {conv: {bias: false}, max_pool: {stride: 1}}
body:
  - conv: {out: width, kernel: 3}
  - max_pool
  - flatten
  - linear: classes
variants:
  wide: {params: {width: 64}}
"""


def test_each_line_says_where_its_values_came_from(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    text = "netspec: 1\nextends: base.yaml@wide\nabout: Wider still.\n"
    arguments = ["--set", "classes=10", "--input", "3x9x9"]
    assert (
        expanded(tmp_path, text, *arguments)
        == """\
netspec: 1                                      # given.yaml:1
name: wide                                      # variant wide, base.yaml:11
about: Wider still.                             # given.yaml:3

params:
  width: 64                                     # variant wide, base.yaml:11
  classes: 10                                   # --set, for 1000 in base.yaml:2

input: [3, 9, 9]                                # --input, for [3, 8, 8] in base.yaml:3

body:
  - conv: {out: width, kernel: 3, bias: false}  # base.yaml:6; bias: defaults, base.yaml:4
  - max_pool: {stride: 1}                       # base.yaml:7; stride: defaults, base.yaml:4
  - flatten                                     # base.yaml:8
  - linear: classes                             # base.yaml:9
"""
    )


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", "resnet18"]) == 0
    assert capsys.readouterr().out == netspec.load("resnet18").expanded()


def test_claims_that_speak_of_another_network_are_left_out(tmp_path: Path) -> None:
    text = f"{BASE.partition('variants')[0]}claims:\n  - {{with: {{width: 1}}, params: 26K}}\n"
    assert "claims" not in (printed := expanded(tmp_path, text, "--set", "width=2"))[80:]
    assert printed.startswith("# claims are left out")
    assert "- {with: {width: 1}, params: 26K}" in expanded(tmp_path, text)


def test_a_param_that_is_not_used_any_more_is_left_out(tmp_path: Path) -> None:
    text = """\
netspec: 1
params: {scale: 2, size: 8 * scale, kernel: 3}
input: [3, size, size]
defaults: {max_pool: {kernel: kernel}}
body: [max_pool: 2]
"""
    assert "left out: kernel\n" in expanded(tmp_path, text)
    printed = expanded(tmp_path, text, "--input", "3x9x9")
    assert printed.startswith(
        "# params that nothing uses any more are left out: size, kernel, scale"
    )
    assert "params:" not in printed


SPEC = "netspec: 1\ninput: [8, 16, 16]\n"
STAYING = {
    "an op that is also given as a value": """\
defaults: {leaky_relu: {slope: 0.3}}
blocks: {unit: {params: {act: block}, body: [act]}}
body: [leaky_relu, {unit: leaky_relu}]
""",
    "an op in a list of blocks": """\
defaults: {leaky_relu: {slope: 0.3}}
body: [{for: {act: [{leaky_relu: }, tanh]}, do: [act]}]
""",
    "an argument that is a block": """\
defaults: {unit: {act: {leaky_relu: 0.3}}}
blocks: {unit: {params: {act: block}, body: [act]}}
body: [unit, unit]
""",
    "a param that a block hides": """\
params: {width: 4}
defaults: {conv: {out: width}}
blocks: {unit: {params: {width: int}, body: [{conv: {kernel: width}}]}}
body: [conv, {unit: 3}]
""",
    "a param that a loop hides": """\
params: {n: 4}
defaults: {conv: {out: n}}
body: [conv, {for: {n: [1, 3]}, conv: {kernel: n}}]
""",
    "an op in an argument that is a block": """\
defaults: {conv: {kernel: 5}, unit: {f: {do: [{conv: 8}, relu]}}}
blocks: {unit: {params: {f: block}, body: [f, bn]}}
body: [unit]
""",
    "an op in a param before the one that is its argument": """\
params: {f: {do: [bn, relu]}, e: 0.1}
defaults: {bn: {eps: e}}
body: [f, bn]
""",
}


@pytest.mark.parametrize("text", STAYING.values(), ids=STAYING)
def test_defaults_stay_where_a_step_cannot_say_the_same(text: str, tmp_path: Path) -> None:
    printed = expanded(tmp_path, SPEC + text)
    assert printed.startswith("# defaults stay where a step cannot say the same:")
    assert "\ndefaults:\n" in printed


def test_a_default_that_moves_and_stays_has_both_places(tmp_path: Path) -> None:
    text = """\
defaults: {leaky_relu: {slope: 0.5}, u: {act: relu}}
blocks: {u: {params: {act: block}, body: [act]}, v: {body: [leaky_relu]}}
body: [{u: {act: leaky_relu}}, v]
"""
    lines = expanded(tmp_path, SPEC + text).splitlines()
    (stays,) = [line for line in lines if line.startswith("  leaky_relu:")]
    assert stays.endswith("  # given.yaml:3")


STEPS = {
    "conv": "conv: {out: 4, padding: same}",
    "conv: 8": "conv: {out: 8, padding: same}",
    "conv: [8, 3]": "conv: {out: 8, kernel: 3, padding: same}",
    "conv: {out: 8, padding: 0}": "conv: {out: 8, padding: 0}",
    "conv: max(8, 4)": "conv: {out: 'max(8, 4)', padding: same}",
    "unit: [relu, tanh]": "unit: {act: [relu, tanh], width: 4}",
    "unit: {act: {conv: 4}}": "unit: {act: {conv: {out: 4, padding: same}}, width: 4}",
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_takes_the_defaults_that_it_does_not_give(step: str, tmp_path: Path) -> None:
    text = """\
defaults: {conv: {out: 4, padding: same}, unit: {width: 4}}
blocks: {unit: {params: {act: block, width: 1}, body: [{scale: width}, act]}}
"""
    printed = expanded(tmp_path, f"{SPEC}{text}body:\n  - {step}\n  - unit: relu\n")
    assert f"\n  - {STEPS[step]} " in printed


def test_branches_and_merges_take_defaults(tmp_path: Path) -> None:
    text = """\
defaults: {concat: {axis: 1}, conv: {out: 8}}
body:
  - branches: {a: conv, b: identity}
    merge: concat
"""
    printed = expanded(tmp_path, SPEC + text)
    assert "branches: {a: {conv: {out: 8}}, b: identity}" in printed
    assert "merge: {concat: {axis: 1}}" in printed


GIVEN = {
    "n=6/2": "n: 3 ",
    "n=3.0": "n: 3 ",
    "act=[relu, tanh]": "act: {do: [relu, tanh]}",
    "act={leaky_relu: 0.1}": "act: {leaky_relu: 0.1}",
    "act=tanh": "act: tanh",
    "mode='\"same\"'": "mode: '\"same\"'",
}


@pytest.mark.parametrize("value", GIVEN)
def test_a_value_from_outside_means_the_same_as_a_default(value: str, tmp_path: Path) -> None:
    text = """\
params: {n: int, act: block, mode: "'valid'"}
body: [{conv: {out: 8, kernel: 3, padding: "1 if mode == 'same' else 0"}, repeat: n}, act]
"""
    needed = ["--set", "n=1", "--set", "act=relu"]
    assert GIVEN[value] in expanded(tmp_path, SPEC + text, *needed, "--set", value)


def test_a_shape_is_given_to_one_of_several_inputs(tmp_path: Path) -> None:
    text = """\
netspec: 1
inputs: {words: {shape: [4], dtype: int64}}
body:
  - embedding: {count: 9, dim: 8}
    from: words
"""
    assert "{words: {shape: [5], dtype: int64}}" in expanded(tmp_path, text, "--input", "5")
    assert "{words: {shape: [6], dtype: int64}}" in expanded(tmp_path, text, "--input", "words=6")


TEXTS = [
    "about: no",
    'about: "no: yes # \\ \\t \\x07 \\u2028 \'"',
    "about: 'it''s \"so\"'",
    "about: " + "very " * 60 + "long",
    "about: |\n  two\n  lines",
    "about: >-\n  two\n  lines: of # text",
    "about: >-\n  no",
    "about: >-\n  1e3",
    'about: "' + "so \\" + '"' + " very" * 30 + '"',
    'source: {arxiv: "1512.03385", year: 010, title: ~x}',
    "source: {title: 'a, b', where: '- #'}",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_as_it_was(text: str, tmp_path: Path) -> None:
    printed = expanded(tmp_path, f"{SPEC}{text}\nbody: [relu]\n")
    (tmp_path / "again.yaml").write_text(printed)
    before, after = (netspec.load(tmp_path / name).program for name in ("given.yaml", "again.yaml"))
    assert (after.about, after.source) == (before.about, before.source)


def test_files_in_use_are_found_from_the_folder_of_the_spec(tmp_path: Path) -> None:
    parts = tmp_path / "bases" / "blocks" / "parts.yaml"
    parts.parent.mkdir(parents=True)
    parts.write_text("netspec: 1\nblocks: {unit: {body: [relu]}}\n")
    base = f"{SPEC}use: {{parts: blocks/parts.yaml}}\nbody: [parts.unit]\n"
    (parts.parents[1] / "base.yaml").write_text(base)
    printed = expanded(tmp_path, "netspec: 1\nname: a\nextends: bases/base.yaml\n")
    assert "use: {parts: bases/blocks/parts.yaml}" in printed
    assert "# bases/base.yaml:3" in printed


def test_what_is_expanded_stays_as_it_is(tmp_path: Path) -> None:
    once = netspec.load("densenet121").expanded()
    twice = expanded(tmp_path, once)
    assert [line.split("  # ")[0].rstrip() for line in once.splitlines()] == [
        line.split("  # ")[0].rstrip() for line in twice.splitlines()
    ]
