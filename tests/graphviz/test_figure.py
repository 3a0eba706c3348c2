"""What a figure shows of a network, and that it fits a page."""

from __future__ import annotations

import re
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
from tests.golden import Golden
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
    text = netspec.load(address).dot()
    svg = render(text, "svg").decode()
    drawn = list(map(int, re.findall(r'(?:width|height)="(\d+)pt"', svg)[:2]))
    page = [72 * float(side) for side in re.findall(r'size="([\d.]+),([\d.]+)"', text)[0]]
    scale = float(re.findall(r"scale\(([\d.]+)", svg)[0])
    assert all(length <= side + 1 for length, side in zip(drawn, page, strict=True))
    assert scale >= 0.7, "the smallest text, of 8 points, would be below 5.6"


def test_paper_is_the_smallest_that_will_do() -> None:
    assert 'size="7.50,10.90"' in netspec.load("lenet5").dot()
    assert 'size="22.60,15.75"' in netspec.load("inception_v4").dot()


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


@pytest.mark.parametrize("name", ["two_towers", "shared_weights"])
def test_golden_of_small_specs(name: str, golden: Golden) -> None:
    golden(netspec.load(GOLDEN / f"{name}.yaml").dot().encode(), GOLDEN / f"{name}.dot")


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


def test_inputs_and_outputs_have_their_names() -> None:
    text = netspec.load(GOLDEN / "two_towers.yaml").dot()
    assert "inputs image 3 × 32 × 32, words 8 int64" in text
    assert "outputs logits 10, aux 2 (training only)" in text
    shown = figure(netspec.load(GOLDEN / "two_towers.yaml").program)
    assert {"image 3 × 32 × 32", "words 8 int64", "logits 10", "aux 2, training only"} <= {
        *shown.shapes
    }


def test_what_only_training_has_is_dashed() -> None:
    shown = figure(netspec.load(GOLDEN / "two_towers.yaml").program)
    head = shown.node("linear 2")
    assert sorted(head in ends for ends in shown.dashed) == [True, True]
    text = netspec.load(GOLDEN / "two_towers.yaml").dot()
    (line,) = (line for line in text.splitlines() if line.strip().startswith(f'"{head}" [label'))
    assert 'style="dashed"' in line
    assert ">training only<" in text
    assert ">training only<" not in netspec.load("lenet5").dot()


def test_weights_of_other_steps() -> None:
    strips = figure(netspec.load(GOLDEN / "shared_weights.yaml").program).strips
    assert ["encoder", "linear 100", "78.5K"] in strips
    assert ["linear 100", "× 99", "weights of recurrent"] in strips
    assert ["linear 784", "784", "weight of encoder, transposed"] in strips
    assert ["affine", "1.6K fixed"] in strips


def test_weights_shared_by_iterations() -> None:
    strips = figure(netspec.load("recurrent_resnet").program).strips
    assert ["conv1", "relu", "conv 3×3, 64", "36.9K", "shared"] in strips


def test_weights_of_a_whole_sequence(tmp_path: Path) -> None:
    body = """
    body:
      - {name: stem, do: [conv: 8, bn, relu]}
      - again: stem
    """
    assert figure(load(tmp_path, body)).strips[1] == [
        "conv 1×1, 8",
        "bn",
        "relu",
        "weights of stem",
    ]


def test_parts_of_a_split_are_told_apart(tmp_path: Path) -> None:
    program = load(
        tmp_path,
        "body: [{split: 2, name: parts}, {tanh: , from: 'parts[1]'}, {sum: , from: '_, parts[0]'}]",
    )
    shown = figure(program)
    split = shown.node("split, parts 2")
    assert len([head for tail, head in shown.edges if tail == split]) == 2


def test_extra_output_has_its_name(tmp_path: Path) -> None:
    body = "body: [{max_pool: , name: pool}, tanh, {max_unpool: , from: '_, pool.indices'}]"
    shown = figure(load(tmp_path, body))
    assert shown.between("max pool 2×2 / 2", "max unpool 2×2 / 2") == "indices 8 × 8 × 8 int64"
    assert shown.between("max pool 2×2 / 2", "tanh") == "8 × 8 × 8"


def test_outputs_of_a_block_have_their_names(tmp_path: Path) -> None:
    program = load(
        tmp_path,
        """
        blocks:
          cell:
            inputs: [previous, current]
            outputs: [current, new]
            body:
              - {conv: 8, from: current}
              - {sum: , from: "_, previous", name: new}
        body:
          - {branches: [tanh, sigmoid]}
          - {cell: , repeat: 2}
          - sum
        """,
    )
    shown = figure(program)
    assert {"previous 8 × 16 × 16", "current 8 × 16 × 16", "new 8 × 16 × 16"} <= {*shown.shapes}


def test_parameter_is_a_source(tmp_path: Path) -> None:
    body = """
    body:
      - {identity: , name: image}
      - {parameter: {shape: [8, 16, 16]}, name: position}
      - {sum: , from: "image, position"}
    """
    shown = figure(load(tmp_path, body))
    source = shown.node("parameter [8, 16, 16]")
    assert not [head for _, head in shown.edges if head == source]
    assert shown.between("parameter [8, 16, 16]", "sum") == "8 × 16 × 16"


def test_operands_of_a_formula_have_their_names(tmp_path: Path) -> None:
    body = """
    body:
      - {conv: 8, name: e}
      - sigmoid
      - {formula: a * (1 - b), from: {a: e, b: _}}
    """
    shown = figure(load(tmp_path, body))
    assert shown.between("sigmoid", "a * (1 - b)") == "b 8 × 16 × 16"


def test_many_generated_branches_are_one_drawing(tmp_path: Path) -> None:
    body = """
    body:
      - branches:
          for: {k: [1, 3, 5, 7, 9, 11]}
          do: [{conv: {out: 4, kernel: k, padding: k // 2}}, tanh, {conv: 4}]
        merge: concat
    """
    shown = figure(load(tmp_path, body))
    assert shown.clusters["cluster net/0"] == ["6 in parallel"]
    assert shown.between("conv 1×1, 4", "concat") == "6 of 4 × 16 × 16"
    assert len([strip for strip in shown.strips if "tanh" in strip]) == 1


def test_a_block_with_fewer_operands_in_each_use(tmp_path: Path) -> None:
    body = """
    blocks:
      widen:
        params: {c: int}
        body:
          - conv: 1
            name: psi
          - concat:
            from: "[psi for j in range(c)]"
    body:
      - for: {k: [16, 8, 4]}
        do: [{conv: k}, {widen: k}]
    """
    shown = figure(load(tmp_path, body))
    assert any("concat" in strip for strip in shown.strips)


def test_few_generated_branches_stand_side_by_side(tmp_path: Path) -> None:
    body = """
    body:
      - branches: {repeat: 3, do: [{conv: 4}]}
        merge: concat
    """
    assert len(figure(load(tmp_path, body)).strips) == 4


def test_many_tensors_from_one_loop_are_one_edge() -> None:
    shown = figure(netspec.load("wavenet").program)
    assert "skip29 of 256 × 4096" not in shown.shapes
    assert "skip 29 of 256 × 4096" in shown.shapes


def test_unet_is_drawn_as_a_u() -> None:
    text = netspec.load("unet_572").dot()
    assert text.count("rank=same") == 4
    skip = '{ rank=same "unet_572: 64 × 568 × 568" "unet_572.crop_to4" }'
    assert skip in text
    upwards = '"unet_572.head" -> "unet_572: 64 × 388 × 388" [dir="back", weight="9"]'
    assert upwards in text


@pytest.mark.parametrize("name", ["resnet50", "seresnet50", "densenet121", "ror3_56"])
def test_other_skips_do_not_make_a_u(name: str) -> None:
    assert "rank=same" not in netspec.load(name).dot()
