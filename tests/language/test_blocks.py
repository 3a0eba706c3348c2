"""Blocks: parameters, block-valued arguments, inline bodies, recursion, the standard library."""

from __future__ import annotations

from pathlib import Path

import pytest

import netspec
from netspec import Network
from tests.language.programs import HEAD, Specs, keys, paths


def test_defaults_see_earlier_parameters_and_the_input(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          unit:
            params: {expand: 2, hidden: in_channels * expand}
            body: [conv: hidden]
        body: [unit: {expand: 3}]
        """
    )
    assert network.output_shape == (24, 16, 16)


def test_blocks_see_the_params_of_the_file(specs: Specs) -> None:
    network = specs.load(
        """
        params: {growth: 12}
        blocks: {unit: {body: [conv: growth]}}
        body: [unit]
        """
    )
    assert network.output_shape == (12, 16, 16)


@pytest.mark.parametrize(
    ("argument", "shape"),
    [
        ("relu", (8, 16, 16)),
        ("{conv: 4}", (4, 16, 16)),
        ("{conv: in_channels * 2}", (16, 16, 16)),
        ("[conv: 4, conv: 6]", (6, 16, 16)),
        ("{do: [conv: 6], repeat: 2}", (6, 16, 16)),
        ("relu if width > 8 else other", (5, 16, 16)),
        ("other", (5, 16, 16)),
        ("{other: {n: width}}", (7, 16, 16)),
    ],
)
def test_a_block_argument(argument: str, shape: tuple[int, ...], specs: Specs) -> None:
    network = specs.load(
        f"""
        params: {{width: 7}}
        blocks:
          other: {{params: {{n: 5}}, body: [conv: n]}}
          apply: {{params: {{layer: block}}, body: [layer]}}
        body:
          - apply: {{layer: {argument}}}
          - identity:
            when: width == 7
        """
    )
    assert network.output_shape == shape


def test_the_shape_of_the_input_is_asked_where_the_block_is_applied(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          apply: {params: {layer: block}, body: [max_pool: 2, conv: 3, layer]}
        body: [apply: {layer: {conv: in_channels + in_height}}]
        """
    )
    assert network.output_shape == (3 + 8, 8, 8)


def test_arguments_can_be_given_in_two_places(specs: Specs) -> None:
    network = specs.load(
        """
        params: {unit: {wide: {factor: 3}}}
        blocks:
          wide: {params: {factor: int, base: int}, body: [conv: factor * base]}
        body: [unit: {base: 5}]
        """
    )
    assert network.output_shape == (15, 16, 16)


def test_an_inline_body_sees_the_names_around_it(specs: Specs) -> None:
    network = specs.load(
        """
        params: {width: 6}
        blocks:
          apply: {params: {layer: block}, body: [layer, relu]}
          twice: {params: {layer: block}, body: [apply: {layer: layer}, apply: {layer: layer}]}
        body:
          - conv: 5
            name: stem
          - for: {k: [1, 2]}
            do:
              - twice:
                  layer:
                    - conv: width * k
                    - concat:
                      from: _, stem
        """
    )
    assert network.output_shape == (6 * 2 + 5, 16, 16)
    assert keys(network)[:2] == ["stem.weight", "twice1.apply1.layer.conv.weight"]


def test_a_variable_that_is_no_block_never_hides_an_op(specs: Specs) -> None:
    network = specs.load("params: {dropout: 0.2}\nbody: [dropout: dropout]")
    assert paths(network) == ["dropout"]


def test_lists_of_blocks_are_values(specs: Specs) -> None:
    network = specs.load(
        """
        params: {kinds: [relu, tanh]}
        body:
          - for: {kind: kinds}
            do: [kind]
        """
    )
    assert [call.target.name for call in network.program.root.calls] == ["relu", "tanh"]  # type: ignore[union-attr]


def test_defaults_hold_for_the_file_that_states_them(specs: Specs) -> None:
    network = specs.load(
        """
        defaults: {conv: {bias: false, padding: kernel_padding}}
        params: {kernel_padding: 1}
        body: [{conv: [4, 3]}, {conv: {out: 4, kernel: 3, padding: 0, bias: true}}]
        """
    )
    assert network.params == 8 * 4 * 9 + 4 * 4 * 9 + 4
    assert network.output_shape == (4, 14, 14)


FRACTAL = """
blocks:
  unit: {body: [conv: {out: 8, kernel: 3, padding: 1}, bn, relu]}
  fractal:
    params: {columns: int, layer: block}
    body:
      - layer:
        when: columns == 1
      - branches:
          - layer
          - - fractal: {columns: columns - 1, layer: layer}
              repeat: 2
        merge: mean
        when: columns > 1
body:
  - fractal: {columns: %d, layer: unit}
"""


@pytest.mark.parametrize("columns", [1, 2, 4, 60])
def test_a_fractal_is_a_recursion(columns: int, specs: Specs) -> None:
    network = specs.load(FRACTAL % columns)
    unit = 8 * 8 * 9 + 8 + 16
    assert network.params == (2**columns - 1) * unit
    assert len(network.program.instances()) == columns + 2


def std(body: str, specs: Specs, input: str = "[8, 16, 16]") -> Network:
    return specs.load(f"body:\n{body}", input=input)


def test_std_residual(specs: Specs) -> None:
    network = std("  - residual: {body: [conv: [8, 3, 1, 1], bn]}\n", specs)
    assert paths(network) == ["body.conv", "body.bn", "sum"]
    assert network.output_shape == (8, 16, 16)


def test_std_residual_with_projection(specs: Specs) -> None:
    text = "  - residual: {body: {conv: [16, 3, 2, 1]}, shortcut: {conv: [16, 1, 2]}}\n"
    network = std(text, specs)
    assert keys(network) == ["body.weight", "shortcut.weight"]
    assert network.output_shape == (16, 8, 8)


def test_std_dense(specs: Specs) -> None:
    network = std("  - dense: {layers: 3, layer: [bn, relu, conv: [4, 3, 1, 1]]}\n", specs)
    assert network.output_shape == (8 + 3 * 4, 16, 16)
    assert keys(network)[:2] == ["dense.layer1.bn.weight", "dense.layer1.conv.weight"]


def test_std_squeeze_excite(specs: Specs) -> None:
    network = std("  - squeeze_excite: {reduction: 4}\n", specs)
    assert network.output_shape == (8, 16, 16)
    assert network.params == 8 * 2 + 2 + 2 * 8 + 8


def test_std_conv_bn_act(specs: Specs) -> None:
    network = std("  - conv_bn_act: {out: 4, kernel: 3, stride: 2, act: silu}\n", specs)
    assert network.output_shape == (4, 8, 8)
    assert network.params == 8 * 4 * 9 + 2 * 4


@pytest.mark.parametrize("written", ["no", "yes", "on", "off"])
def test_words_of_yaml_1_1_are_words(written: str, specs: Specs) -> None:
    assert specs.faults(f"body: [conv: {{out: 4, bias: {written}}}]") == ["NS206"]


def test_numbers_follow_yaml_1_2(specs: Specs) -> None:
    network = specs.load("body: [bn: {eps: 1e-5}, conv: 0x10, conv: 010]")
    assert network.output_shape == (10, 16, 16)


def test_anchors_stand_for_their_node(specs: Specs) -> None:
    network = specs.load("body: [&c {conv: 8}, relu, *c]")
    assert keys(network) == ["conv1.weight", "conv2.weight"]


def test_variants_override_the_file_and_arguments_override_both(tmp_path: Path) -> None:
    path = tmp_path / "family.yaml"
    path.write_text(
        HEAD
        + "params: {width: 4, classes: 10}\n"
        + "input: [3, 8, 8]\n"
        + "body: [conv: width, global_avg_pool, linear: classes]\n"
        + "variants:\n  wide: {params: {width: 16}}\n  large: {input: [3, 32, 32]}\n"
    )
    assert netspec.load(f"{path}@wide").program.root.calls[0].outputs[0].type.shape == (16, 8, 8)
    assert netspec.load(f"{path}@wide", width=2).params == 3 * 2 + 2 + 2 * 10 + 10
    assert netspec.load(f"{path}@large").input_shape == (3, 32, 32)
    assert netspec.load(f"{path}@large", input=(3, 9, 9)).input_shape == (3, 9, 9)
    assert netspec.load(f"{path}@wide").name == "wide"
    with pytest.raises(netspec.SpecError, match="several variants"):
        netspec.load(path)


def test_the_variant_called_like_its_file_stands_for_it(tmp_path: Path) -> None:
    path = tmp_path / "family.yaml"
    body = "params: {width: 4}\ninput: [3]\nbody: [linear: width]\n"
    path.write_text(f"{HEAD}{body}variants: {{wide: {{params: {{width: 16}}}}, family: {{}}}}\n")
    assert netspec.load(path).name == "family"
    assert netspec.load(path).output_shape == (4,)
