"""What a figure shows of a network, and that it fits a page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pygraphviz import AGraph

import netspec
from netspec.analysis.cost import Costs
from netspec.backends.graphviz import dot, render
from netspec.backends.graphviz.catalogue import Catalogue
from netspec.backends.graphviz.cells import Cells
from netspec.backends.graphviz.strips import strips
from netspec.catalog import shipped
from tests.graphviz.figures import figure, load

GOLDEN = Path(__file__).with_name("golden")
SHIPPED = [
    f"{name}@{variant}" if variants else name
    for name, variants in shipped().items()
    for variant in variants or [""]
]
BLOCKS = """
blocks:
  residual_unit:
    params: {width: int, stride: 1}
    body:
      - branches:
          - - conv: {out: width, kernel: 3, stride: stride, padding: 1}
            - bn
            - relu
            - conv: {out: 2 * width, kernel: 3, padding: 1}
          - conv: {out: 2 * width, stride: stride}
            when: stride != 1 or in_channels != 2 * width
        merge: sum
"""


@pytest.mark.parametrize("address", SHIPPED)
def test_fits_a_page_legibly(address: str) -> None:
    svg = render(netspec.load(address).dot(), "svg").decode()
    width, height = map(int, re.findall(r'(?:width|height)="(\d+)pt"', svg)[:2])
    scale = float(re.findall(r"scale\(([\d.]+)", svg)[0])
    assert width <= 540
    assert height <= 785
    assert scale >= 0.75, "the smallest text, of 8 points, would be below 6"


@pytest.mark.parametrize("address", SHIPPED)
def test_is_well_formed(address: str) -> None:
    with AGraph(string=netspec.load(address).dot()) as graph:
        assert graph.is_directed()
        assert all(node.attr["label"].startswith("<") for node in graph.nodes())


@pytest.mark.parametrize("address", SHIPPED)
def test_parameters_add_up_along_the_spine(address: str) -> None:
    network = netspec.load(address)
    catalogue, costs = Catalogue(network.program), Costs(network.program)
    counts = Cells(catalogue, costs).parameters
    assert sum(counts(strip)[0] for strip in strips(catalogue.entries[0].nodes)) == network.params


@pytest.mark.parametrize("name", ["lenet5", "densenet121", "resnet50"])
def test_golden(name: str) -> None:
    """After an intended change: `netspec build NAME --target dot -o - > golden/NAME.dot`."""
    assert netspec.load(name).dot() == (GOLDEN / f"{name}.dot").read_text()


def test_is_the_same_in_every_process() -> None:
    command = "import netspec; print(netspec.load('densenet121').dot(), end='')"
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", command],
        env={"PYTHONHASHSEED": "77"},
        cwd=Path(netspec.__file__).parents[1],
        capture_output=True,
        check=True,
    )
    assert run.stdout.decode() == (GOLDEN / "densenet121.dot").read_text()


def test_title_has_the_totals() -> None:
    assert (
        "25,557,032 parameters · 4.09G MACs · input 3 × 224 × 224" in netspec.load("resnet50").dot()
    )


def test_legend_has_the_families_used() -> None:
    text = dot(netspec.load("lenet5").program)
    assert ">pooling<" in text
    assert ">normalisation<" not in text


def test_stages_of_resnet() -> None:
    shown = figure(netspec.load("resnet50").program)
    stage = shown.nodes[shown.node("layer3")]
    assert stage[:3] == ["layer3", "bottleneck A", "width 256, stride 2"]
    assert stage[3:] == ["bottleneck B", "width 256", "× 5", "7.1M"]
    assert shown.between("layer2", "layer3") == "512 × 28 × 28"


def test_each_structure_is_drawn_once() -> None:
    headings = figure(netspec.load("resnet152").program).clusters
    assert headings["cluster bottleneck A"][0] == "bottleneck A"
    assert len([name for name in headings if "bottleneck" in name]) == 2


def test_dense_block_is_a_repeated_layer() -> None:
    shown = figure(netspec.load("densenet121").program)
    assert shown.clusters["cluster dense_block/0"] == ["× layers"]
    assert shown.between("dense_layer", "concat") == "32 × H × W"
    assert ("dense_block: C × H × W", shown.node("concat")) in shown.edges
    assert ("dense_block: C × H × W", shown.node("dense_layer")) in shown.edges


def test_loop_at_one_resolution_is_folded(tmp_path: Path) -> None:
    program = load(
        tmp_path,
        """
        body:
          - repeat: 3
            do:
              - conv: {out: 8 + 4 * i, kernel: 3, padding: 1}
              - relu
        """,
    )
    (strip,) = figure(program).strips
    assert strip == ["conv 3×3, 8…16", "relu", "× 3", "3.2K"]


def test_loop_over_resolutions_is_not_folded(tmp_path: Path) -> None:
    program = load(
        tmp_path,
        """
        body:
          - repeat: 3
            do:
              - conv: {out: 8, kernel: 3, padding: 1}
              - max_pool: 2
        """,
    )
    shown = figure(program)
    assert shown.strips == [["conv 3×3, 8", "584"], ["max pool 2×2 / 2"]] * 3
    assert shown.shapes[-1] == "8 × 2 × 2"


def test_widths_of_linear_layers_are_not_folded(tmp_path: Path) -> None:
    program = load(tmp_path, "body: [{for: {w: [9, 5]}, do: [linear: w, relu]}]", "[4]")
    assert [strip[0] for strip in figure(program).strips] == ["linear 9", "linear 5"]


def test_counted_call_and_loop_of_one_structure_are_one_drawing(tmp_path: Path) -> None:
    """The first of the inner blocks sees 8 channels, so that its loop is no counted call."""
    program = load(
        tmp_path,
        """
        blocks:
          inner:
            params: {width: int}
            body:
              - branches: [conv: width, conv: width]
                merge: sum
          outer:
            params: {width: int}
            body:
              - inner: width
                repeat: 2
              - tanh
        body:
          - {outer: 16, name: first}
          - {outer: 16, name: second}
        """,
    )
    shown = figure(program)
    assert sorted(shown.clusters) == ["cluster inner", "cluster net", "cluster outer"]
    assert shown.nodes[shown.node("× 2")] == ["inner", "× 2"]


def test_versions_are_told_by_symbols(tmp_path: Path) -> None:
    body = """
body:
  - {residual_unit: {width: 8, stride: 2}, name: a}
  - {residual_unit: {width: 12, stride: 1}, name: b}
  - {residual_unit: {width: 24, stride: 2}, name: c}
"""
    shown = figure(load(tmp_path, BLOCKS + body))
    heading = shown.clusters["cluster residual_unit"]
    assert heading == [
        "residual_unit",
        "C: 8…24 \u00a0 H, W: 16, 8 \u00a0 width: 8…24 \u00a0 stride: 2, 1",
    ]
    assert ["conv 3×3 / stride, width", "bn", "relu"] in shown.strips
    assert ["conv 3×3, 2·width"] in shown.strips
    assert "2·width × H' × W'" in shown.shapes


def test_one_version_is_told_by_numbers(tmp_path: Path) -> None:
    body = "body:\n  - residual_unit: {width: 4}\n"
    shown = figure(load(tmp_path, BLOCKS + body))
    assert shown.clusters["cluster residual_unit"] == ["residual_unit"]
    assert ["conv 3×3, 4", "bn", "relu", "300"] in shown.strips
    assert ["sum"] in shown.strips


def test_pre_activation_stands_before_its_convolution(tmp_path: Path) -> None:
    program = load(tmp_path, "body: [bn, relu, conv: 8, bn, relu, conv: 8]")
    assert figure(program).strips == [["bn", "relu", "conv 1×1, 8", "88"]] * 2


def test_short_chain_is_shown_where_it_is_used(tmp_path: Path) -> None:
    program = load(
        tmp_path,
        """
        blocks:
          conv_bn:
            params: {out: int}
            body: [{conv: {out: out, kernel: 3}}, bn]
        body: [conv_bn: 16]
        """,
    )
    shown = figure(program)
    assert shown.strips == [["conv 3×3, 16", "bn", "1.2K"]]
    assert list(shown.clusters) == ["cluster net"]


def test_named_level_is_a_frame(tmp_path: Path) -> None:
    program = load(tmp_path, "body: [{name: stem, do: [conv: 8, max_pool: 2]}, relu]")
    assert figure(program).clusters["cluster net/0"] == ["stem"]


def test_level_of_one_strip_is_its_title(tmp_path: Path) -> None:
    program = load(tmp_path, "body: [{name: stem, do: [conv: 8, relu]}]")
    assert figure(program).strips == [["stem", "conv 1×1, 8", "relu", "72"]]


def test_note_is_shown(tmp_path: Path) -> None:
    program = load(tmp_path, "body: [{conv: 8, note: no padding here}]")
    assert figure(program).strips == [["conv 1×1, 8", "72", "no padding here"]]


def test_shape_of_a_tensor_stands_once(tmp_path: Path) -> None:
    program = load(tmp_path, "body: [{branches: [conv: 8, identity, tanh], merge: sum}]")
    shown = figure(program)
    assert len(shown.shapes) == 1 + 2 + 1


def test_network_without_a_step_of_its_own(tmp_path: Path) -> None:
    program = load(tmp_path, "body: [identity]")
    shown = figure(program)
    assert shown.strips == []
    assert shown.shapes == ["8 × 16 × 16"]
    assert render(dot(program), "svg").startswith(b"<?xml")


def test_what_would_take_the_layout_forever_is_left_out(tmp_path: Path) -> None:
    steps = "\n".join(f"  - conv: {8 + k % 5}" for k in range(3000))
    program = load(tmp_path, f"body:\n{steps}\n")
    assert figure(program).nodes == {
        "net: 3,000 steps, too many to draw": ["3,000 steps, too many to draw"]
    }


def test_deeply_nested_blocks(tmp_path: Path) -> None:
    program = load(
        tmp_path,
        """
        blocks:
          deep:
            params: {levels: int}
            body: [{deep: {levels: levels - 1}, when: levels > 0}, conv: 4, max_pool: 1]
        body: [deep: 140]
        """,
    )
    assert len(figure(program).clusters) == 1 + 140
