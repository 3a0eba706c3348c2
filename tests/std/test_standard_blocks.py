"""The blocks of netspec/std do what their papers say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import netspec
from netspec import Network, SpecError

Loader = Callable[[str], Network]


@pytest.fixture
def network(tmp_path: Path) -> Loader:
    """A network of one step on a `[64, 14, 14]` input."""

    def load(step: str) -> Network:
        path = tmp_path / "one.yaml"
        path.write_text(f"netspec: 1\nname: one\ninput: [64, 14, 14]\nbody:\n  - {step}\n")
        return netspec.load(path)

    return load


def test_residual_adds_nothing_to_its_body(network: Loader) -> None:
    plain = network("{conv: {out: 64, kernel: 3, padding: 1}}")
    residual = network("{residual: {body: {conv: {out: 64, kernel: 3, padding: 1}}}}")
    assert residual.output_shape == plain.output_shape == (64, 14, 14)
    assert (residual.params, residual.macs) == (plain.params, plain.macs)


def test_residual_without_projection_is_a_fault_where_shapes_differ(network: Loader) -> None:
    with pytest.raises(SpecError) as caught:
        network("{residual: {body: {conv: 128}}}")
    assert [fault.code for fault in caught.value.diagnostics] == ["NS302"]


def test_residual_with_projection(network: Loader) -> None:
    projected = network("{residual: {body: {conv: 128}, shortcut: {conv: 128}}}")
    assert projected.output_shape == (128, 14, 14)
    assert projected.params == 2 * (64 * 128 + 128)


def test_dense_layers_see_all_maps_before_them(network: Loader) -> None:
    dense = network("{dense: {layers: 3, layer: {conv: {out: 8, bias: false}}}}")
    assert dense.output_shape == (64 + 3 * 8, 14, 14)
    assert dense.params == (64 + 72 + 80) * 8


@pytest.mark.parametrize(
    ("step", "reduction"), [("squeeze_excite", 16), ("{squeeze_excite: 4}", 4)]
)
def test_squeeze_excite_has_two_layers_of_c_squared_over_r(
    network: Loader, step: str, reduction: int
) -> None:
    gated = network(step)
    assert gated.output_shape == (64, 14, 14)
    assert gated.macs == 2 * 64 * 64 // reduction
    assert gated.params == gated.macs + 64 // reduction + 64


@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
def test_conv_bn_act_with_an_odd_kernel_keeps_the_size(network: Loader, kernel: int) -> None:
    layer = network(f"{{conv_bn_act: {{out: 32, kernel: {kernel}}}}}")
    assert layer.output_shape == (32, 14, 14)
    assert layer.params == 32 * 64 * kernel**2 + 2 * 32


def test_conv_bn_act_takes_stride_groups_and_activation(network: Loader) -> None:
    step = "{conv_bn_act: {out: 32, kernel: 3, stride: 2, groups: 4, act: {leaky_relu: 0.1}}}"
    layer = network(step)
    assert layer.output_shape == (32, 7, 7)
    assert layer.params == 32 * 16 * 9 + 2 * 32
