"""The Python API."""

from __future__ import annotations

import pytest

import netspec


def test_load_takes_overrides() -> None:
    network = netspec.load("resnet@resnet50", layers=[3, 4, 23, 3])
    assert network.params == netspec.load("resnet101").params == 44_549_160


def test_load_takes_an_input_shape() -> None:
    network = netspec.load("resnet50", input=(3, 512, 512))
    assert (network.input_shape, network.macs) == ((3, 512, 512), 21_355_249_664)


@pytest.mark.parametrize("name", ["resnet@resnet50", "specs/resnet.yaml@resnet50", "resnet50"])
def test_a_network_has_three_addresses(name: str) -> None:
    network = netspec.load(name)
    assert network.name == "resnet50"
    assert (network.params, network.buffers, network.macs) == (25557032, 53173, 4089184256)
    assert network.flops > 2 * network.macs
    assert network.output_shape == (1000,)


def test_arguments_may_be_expressions_and_blocks_by_name() -> None:
    assert netspec.load("resnet50", classes="2 * 5").output_shape == (10,)
    assert netspec.load("resnet18", unit="bottleneck", layers=(3, 4, 6, 3)).params == 25557032


def test_faults_carry_data() -> None:
    with pytest.raises(netspec.SpecError) as caught:
        netspec.load("densenet121", growth=0.3)
    (diagnostic, *_) = caught.value.diagnostics
    assert diagnostic.code == "NS305"
    assert diagnostic.span is not None
    assert diagnostic.span.source.lines[diagnostic.span.line - 1].strip().startswith("- conv")


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(netspec.SpecError, match="did you mean `layers`"):
        netspec.load("resnet50", layrs=[1, 1, 1, 1])


def test_stats_is_a_table_and_data() -> None:
    stats = netspec.load("lenet5").stats(depth=1)
    assert "61,706" in str(stats)
    assert stats.to_dict()["params"] == 61706


def test_source_and_dot_are_the_same_every_time() -> None:
    first, second = netspec.load("densenet121"), netspec.load("densenet121")
    assert first.source() == second.source()
    assert first.dot() == second.dot()


def test_it_shows_as_svg_in_a_notebook() -> None:
    assert "<svg" in netspec.load("lenet5")._repr_svg_()
