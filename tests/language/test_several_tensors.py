"""Blocks with several inputs and outputs, by name."""

from __future__ import annotations

import pytest

from netspec.program import Instance
from tests.language.programs import Specs, keys

CELL = """
blocks:
  cell:
    inputs: [previous, current]
    outputs: [current, new]
    body:
      - conv: 8
        from: current
      - sum:
        from: _, previous
        name: new
"""


def test_a_loop_threads_two_states(specs: Specs) -> None:
    network = specs.load(
        CELL
        + """
body:
  - branches: [identity, conv: 8]
  - cell:
    repeat: 3
  - concat
"""
    )
    assert network.output_shape == (16, 16, 16)
    cells = [c for c in network.program.root.calls if isinstance(c.target, Instance)]
    assert [len(call.inputs) for call in cells] == [2, 2, 2]
    assert cells[1].inputs == cells[0].outputs
    assert keys(network)[-1] == "cell3.conv.weight"


def test_outputs_are_reached_by_name(specs: Specs) -> None:
    network = specs.load(
        CELL
        + """
body:
  - branches: [identity, conv: 8]
  - cell:
    name: last
  - relu:
    from: last.new
"""
    )
    assert network.output_shape == (8, 16, 16)


def test_a_name_after_a_loop_maps_over_the_list(specs: Specs) -> None:
    network = specs.load(
        CELL
        + """
body:
  - branches: [identity, conv: 8]
  - repeat: 3
    do:
      - cell:
        name: each
  - concat:
    from: each.new[1:]
"""
    )
    assert network.output_shape == (16, 16, 16)


def test_an_inline_block_may_name_its_tensors(specs: Specs) -> None:
    network = specs.load(
        CELL.replace("  cell:\n", "  cell:\n    inline: true\n")
        + "body:\n  - branches: [identity, conv: 8]\n  - cell\n  - concat\n"
    )
    assert network.output_shape == (16, 16, 16)


def test_one_input_may_be_named(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          skip:
            inputs: [image]
            body:
              - conv: 4
              - concat:
                from: _, image
        body: [skip]
        """
    )
    assert network.output_shape == (12, 16, 16)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("inputs: [previous, current]", "inputs: [previous, current, more]", "NS209"),
        ("inputs: [previous, current]", "inputs: [previous, previous]", "NS208"),
        ("inputs: [previous, current]", "inputs: previous", "NS205"),
        ("outputs: [current, new]", "outputs: [current, nwe]", "NS207"),
        ("outputs: [current, new]", "outputs: [repeat]", "NS208"),
        ("from: _, previous", "from: _, previuos", "NS207"),
    ],
)
def test_faults(old: str, new: str, code: str, specs: Specs) -> None:
    text = CELL.replace(old, new) + "body: [branches: [identity, conv: 8], cell, concat]"
    assert specs.faults(text)[0] == code


def test_which_captured_tensor_stands_where_tells_instances_apart(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          three:
            params: {a: block, b: block, c: block}
            body: [a, b, c]
        body:
          - {conv: 8, name: u}
          - {conv: 8, name: v}
          - three:
              a: [{sum: , from: '_, u'}]
              b: [{sum: , from: '_, v'}]
              c: [{sum: , from: '_, u'}]
          - three:
              a: [{sum: , from: '_, u'}]
              b: [{sum: , from: '_, v'}]
              c: [{sum: , from: '_, v'}]
        """
    )
    first, second = [c for c in network.program.root.calls if isinstance(c.target, Instance)]
    assert first.target is not second.target
