"""`defaults` of a file: the lowest precedence, in the names of the file, for its own text."""

from __future__ import annotations

import pytest

from netspec.program import Instance
from tests.language.programs import Specs


def test_a_written_argument_goes_before_a_default_wherever_it_is_written(specs: Specs) -> None:
    network = specs.load(
        """
        defaults: {conv: {bias: false}}
        blocks: {b: {params: {layer: block}, body: [layer]}}
        body: [b: {layer: {conv: {out: 8, bias: true}}}]
        """
    )
    assert network.params == 8 * 8 + 8


def test_defaults_hold_for_an_op_given_as_a_block(specs: Specs) -> None:
    network = specs.load(
        """
        params: {unit: {conv: {out: 8, padding: 0}}, other: conv}
        defaults: {conv: {kernel: 3, bias: false}}
        body: [unit, other: 4]
        """
    )
    assert network.params == 8 * 8 * 9 + 8 * 4 * 9
    assert network.output_shape == (4, 12, 12)


@pytest.mark.parametrize("default", ["i", "first", "w"])
def test_defaults_do_not_see_loops_or_block_parameters(default: str, specs: Specs) -> None:
    body = (
        f"defaults: {{conv: {{out: {default}}}}}\n"
        "blocks: {b: {params: {w: 3}, body: [conv: {kernel: w}]}}\n"
        "body: [{conv: {kernel: 1}, repeat: 3}, b]\n"
    )
    assert specs.faults(body)[0] == "NS206"


def test_defaults_see_the_input_of_their_step(specs: Specs) -> None:
    network = specs.load(
        """
        defaults: {conv: {out: in_channels * 2}}
        body: [conv: {kernel: 1}, conv: {kernel: 1}]
        """
    )
    assert network.output_shape == (32, 16, 16)


def test_a_loop_of_equal_steps_folds_under_defaults(specs: Specs) -> None:
    network = specs.load(
        "params: {w: 8}\ndefaults: {conv: {out: w}}\nbody: [{conv: {kernel: 1}, repeat: 9}]"
    )
    assert [call.count for call in network.program.root.calls] == [9]


def test_a_default_closure_sees_the_parameters_before_it_only(specs: Specs) -> None:
    network = specs.load(
        """
        params: {k: 4}
        blocks:
          b: {params: {a: {conv: k}, k: 9}, body: [a, conv: k]}
        body: [b]
        """
    )
    (call,) = network.program.root.calls
    assert isinstance(call.target, Instance)
    assert [c.outputs[0].type.shape[0] for c in call.target.calls] == [4, 9]
