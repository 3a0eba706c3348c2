"""Inputs and outputs of a network: several, by name, of whole numbers, in training only."""

from __future__ import annotations

import pytest

import netspec
from netspec.ops.base import Op
from tests.language.programs import Specs, entries

TWO = """
inputs: {image: [3, 8, 8], words: {shape: [5], dtype: int64}}
body:
  - embedding: {count: 100, dim: 4}
    from: words
  - flatten:
    name: text
  - global_avg_pool:
    from: image
    name: colour
"""


def test_inputs_are_reached_by_name(specs: Specs) -> None:
    network = specs.load(TWO + "  - concat:\n    from: colour, text\n")
    assert [value.name for value in network.program.root.inputs] == ["image", "words"]
    assert [tensor.dtype for tensor in network.program.inputs] == ["float32", "int64"]
    assert network.output_shape == (23,)
    assert network.params == 400


def test_the_body_starts_from_all_inputs(specs: Specs) -> None:
    network = specs.load("inputs: {a: [4], b: [4]}\nbody: [sub]")
    (call,) = network.program.root.calls
    assert call.inputs == network.program.root.inputs


def test_sizes_are_expressions(specs: Specs) -> None:
    network = specs.load("params: {n: 3}\ninputs: {a: [2 * n]}\nbody: [linear: n]")
    assert network.input_shape == (6,)


def test_the_sizes_of_inputs_can_be_given_from_outside(specs: Specs) -> None:
    path = specs.write(TWO + "  - concat:\n    from: colour, text\n")
    network = netspec.load(path, input={"words": [6]})
    assert [tensor.shape for tensor in network.program.inputs] == [(3, 8, 8), (6,)]
    for given in ([6], {"word": [6]}):
        with pytest.raises(netspec.SpecError) as caught:
            netspec.load(path, input=given)
        assert [d.code for d in caught.value.diagnostics] == ["NS003"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("inputs: {a: [4]}\ninput: [4]\nbody: [relu]", "NS205"),
        ("inputs: [4]\nbody: [relu]", "NS205"),
        ("inputs: {a: 4}\nbody: [relu]", "NS204"),
        ("inputs: {a: {shape: [4], dtype: int}}\nbody: [relu]", "NS204"),
        ("inputs: {a: {shape: [4], type: int64}}\nbody: [relu]", "NS205"),
        ("inputs: {a: {dtype: int64}}\nbody: [relu]", "NS204"),
        ("inputs: {a: [0]}\nbody: [relu]", "NS204"),
        ("inputs: {a: [4], b: [4]}\nbody: [relu]", "NS306"),
        ("inputs: {a: {shape: [4], dtype: int64}}\nbody: [linear: 4]", "NS301"),
        ("input: [4]\nbody: [embedding: [10, 4]]", "NS301"),
        ("inputs: {from: [4]}\nbody: [relu]", "NS208"),
    ],
)
def test_inputs_that_cannot_be(specs: Specs, text: str, code: str) -> None:
    assert specs.faults(text) == [code]


HEADS = """
input: [3, 8, 8]
body:
  - conv: 8
    name: stem
  - conv: 4
    name: aux
  - conv: 2
    from: stem
    name: main
"""


def test_outputs_by_name(specs: Specs) -> None:
    network = specs.load(HEADS + "outputs: [main, stem]\n")
    assert network.program.root.output_names == ("main", "stem")
    assert [tensor.shape for tensor in network.program.outputs] == [(2, 8, 8), (8, 8, 8)]


def test_outputs_that_only_training_has(specs: Specs) -> None:
    network = specs.load(HEADS + "outputs: {y: main, extra: aux, train_only: [extra]}\n")
    whole = specs.load(HEADS + "outputs: {y: main, extra: aux}\n")
    assert network.program.train_only == {"extra"}
    assert [c.train_only for c in network.program.root.calls] == [False, True, False]
    assert (network.params, entries(network)) == (whole.params, entries(whole))
    assert network.macs == whole.macs - 8 * 4 * 64
    assert network.flops == whole.flops - 2 * 8 * 4 * 64 - 4 * 64


def test_an_output_is_an_expression_as_in_from(specs: Specs) -> None:
    body = "body:\n  - repeat: 3\n    do:\n      - conv: 8\n        name: c\n"
    network = specs.load(body + "outputs: {y: 'c[-1]', x: 'c[0]'}")
    assert network.program.root.output_names == ("y", "x")


@pytest.mark.parametrize(
    ("outputs", "code"),
    [
        ("[mian]", "NS207"),
        ("[main, main]", "NS208"),
        ("main", "NS205"),
        ("{y: main, train_only: [x]}", "NS207"),
        ("{y: main, train_only: [y]}", "NS205"),
        ("{y: '[main, aux]'}", "NS207"),
    ],
)
def test_outputs_that_cannot_be(specs: Specs, outputs: str, code: str) -> None:
    assert specs.faults(HEADS + f"outputs: {outputs}\n") == [code]


def test_several_tensors_at_the_end_want_names(specs: Specs) -> None:
    assert specs.faults("body:\n  - branches: [conv: 3, identity]\n") == ["NS306"]


def test_a_block_takes_its_inputs_by_name(specs: Specs) -> None:
    block = """
blocks:
  minus:
    inputs: [a, b]
    body:
      - sub:
        from: b, a
body:
  - conv: 3
    name: c
  - relu:
    name: r
  - minus:
    from: {%s}
"""
    network = specs.load(block % "b: c, a: r")
    minus = network.program.root.calls[-1]
    assert [v.producer.place.stem for v in minus.inputs if v.producer] == ["r", "c"]
    assert specs.faults(block % "b: c, x: r") == ["NS306"]


def test_what_reads_a_training_only_step_is_training_only(specs: Specs) -> None:
    network = specs.load(
        """
input: [64]
outputs: {y: fc, aux: a, train_only: [aux]}
body:
  - {linear: 64, name: x}
  - {bn: , name: a0}
  - {linear: 10, name: a}
  - {linear: 5, name: dead, from: a0}
  - {linear: 10, name: fc, from: x}
claims:
  - {shape: [10]}
"""
    )
    network.require_claims()
    assert [c.train_only for c in network.program.root.calls] == [False, True, True, True, False]
    assert network.buffers == 2 * 64 + 1
    network.compare()


@pytest.mark.parametrize("step", ["lerp:", "do: [sub]", "cell:", "branches: [sub, sub]"])
def test_names_for_operands_that_have_none(specs: Specs, step: str) -> None:
    text = f"""
blocks: {{cell: {{body: [sub]}}}}
body:
  - {{relu: , name: q}}
  - {step}
    from: {{a: q, b: _}}
"""
    assert specs.faults(text) == ["NS306"]


def test_a_block_in_a_loop_takes_its_first_operands_by_name(specs: Specs) -> None:
    network = specs.load(
        """
blocks:
  cell:
    inputs: [previous, current]
    outputs: [current, new]
    body: [{sub: , from: "previous, current", name: new}]
body:
  - {relu: , name: q}
  - {conv: 8, name: r}
  - cell:
    from: {current: q, previous: r}
    repeat: 3
  - concat
"""
    )
    cells = network.program.root.calls[2:5]
    assert [v.producer.place.stem for v in cells[0].inputs if v.producer] == ["r", "q"]
    assert cells[1].inputs == cells[0].outputs


def test_indices_of_any_use_are_made_by_all(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - {max_pool: , name: q}
  - conv: 8
  - {max_unpool: , from: "_, q.indices"}
  - again: q
"""
    )
    first, *_, last = network.program.root.calls
    assert len(first.outputs) == len(last.outputs) == 2
    network.compare()
    plain = specs.load("body:\n  - {max_pool: , name: q}\n  - again: q\n")
    assert [len(call.outputs) for call in plain.program.root.calls] == [1, 1]


def test_names_in_a_loop_with_names_of_its_own_are_lists(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - do: [{tanh: , name: skip}, relu]
    repeat: 2
    name: mid_{i + 1}
  - sum:
    from: skip[0], mid_1, mid_2
"""
    )
    assert [v.producer.place.stem for v in network.program.root.calls[-1].inputs if v.producer] == [
        "skip",
        "",
        "",
    ]


def test_a_for_runs_over_blocks_as_they_are_written(specs: Specs) -> None:
    network = specs.load(
        "body:\n  - for: {act: [{leaky_relu: 0.2}, relu, {elu: {alpha: 0.5}}]}\n    do: [act]\n"
    )
    ops = [call.target for call in network.program.root.calls]
    assert [op.name for op in ops if isinstance(op, Op)] == ["leaky_relu", "relu", "elu"]
    assert specs.faults("body:\n  - for: {act: [{leaky_rleu: 0.2}]}\n    do: [act]\n") == ["NS201"]
