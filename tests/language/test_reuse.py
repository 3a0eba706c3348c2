"""`again` and `share`: weights used more than once."""

from __future__ import annotations

import pytest

from tests.language.programs import Specs, entries, keys, uses

CONV = "{out: 8, kernel: 3, padding: 1}"


def test_a_step_done_again_registers_nothing(specs: Specs) -> None:
    network = specs.load(
        f"""
body:
  - conv: {CONV}
    name: f
  - relu
  - again: f
    repeat: 3
"""
    )
    once = specs.load(f"body: [conv: {CONV}]")
    assert entries(network) == ["f.weight", "f.bias"]
    assert (network.params, network.macs) == (once.params, 4 * once.macs)
    assert [(c.count, c.weighting.again) for c in network.program.root.calls] == [
        (1, False),
        (1, False),
        (3, True),
    ]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(f"do: [conv: {CONV}, bn, relu]", id="list"),
        pytest.param(f"branches: [conv: {CONV}, identity]\n    merge: sum", id="branches"),
        pytest.param("dense: {layers: 0, layer: bn}", id="block that does nothing"),
        pytest.param(f"do: [conv: {CONV}, bn]\n    repeat: 2", id="loop"),
        pytest.param("unit: 8", id="block"),
        pytest.param("do: [unit: 8, unit: 8]", id="list of blocks"),
    ],
)
def test_whatever_has_a_name_can_be_done_again(specs: Specs, step: str) -> None:
    blocks = "blocks: {unit: {params: {out: int}, body: [conv: out, bn, relu]}}"
    text = f"{blocks}\nbody:\n  - conv: 8\n  - {step}\n    name: f\n"
    once, twice = specs.load(text), specs.load(f"{text}  - again: f\n")
    assert entries(twice) == entries(once)
    stem = 16 * 16 * 8 * 8
    assert twice.macs - stem == 2 * (once.macs - stem)


def test_again_takes_its_own_input_and_has_a_name_of_its_own(specs: Specs) -> None:
    network = specs.load(
        f"""
body:
  - conv: {CONV}
    name: f
  - max_pool:
    name: small
  - again: f
    name: second
  - again: f
    from: small
  - sum:
    from: _, second
"""
    )
    assert network.output_shape == (8, 8, 8)
    assert entries(network) == ["f.weight", "f.bias"]


def test_a_step_that_was_left_out_passes_its_input_on_again(specs: Specs) -> None:
    network = specs.load("body:\n  - conv: 8\n    name: f\n    when: false\n  - again: f\n")
    assert entries(network) == []
    assert network.output_shape == (8, 16, 16)


def test_names_inside_a_step_keep_their_meaning(specs: Specs) -> None:
    """`inner` is the tensor of the first time, also after the second."""
    network = specs.load(
        f"""
body:
  - name: f
    do:
      - conv: {CONV}
        name: inner
      - max_pool
  - again: f
  - relu:
    from: inner
"""
    )
    assert network.output_shape == (8, 16, 16)


def test_weights_that_would_be_of_another_shape_are_refused(specs: Specs) -> None:
    text = "body:\n  - conv: 8\n    name: f\n  - conv: 16\n  - again: f\n"
    assert specs.faults(text) == ["NS308"]


def test_a_step_in_a_loop_is_no_single_step_after_it(specs: Specs) -> None:
    text = "body:\n  - repeat: 2\n    do:\n      - conv: 8\n        name: f\n  - again: f\n"
    assert specs.faults(text) == ["NS207"]


def test_a_shared_loop_has_one_set_of_weights(specs: Specs) -> None:
    network = specs.load(f"body:\n  - conv: 8\n  - conv: {CONV}\n    repeat: 5\n    share: true\n")
    once = specs.load(f"body:\n  - conv: 8\n  - conv: {CONV}\n")
    assert entries(network) == entries(once)
    assert network.macs == once.macs + 4 * 16 * 16 * 8 * 72
    assert [c.count for c in network.program.root.calls] == [1, 1, 4]


def test_a_shared_step_beside_others_that_are_not(specs: Specs) -> None:
    """It counts as one step for the numbering, the others as several."""
    network = specs.load(
        "body:\n  - repeat: 2\n    do:\n      - conv: 8\n        share: true\n      - bn\n"
    )
    assert keys(network) == [
        "conv.weight",
        "bn1.weight",
        "bn2.weight",
    ]


def test_a_name_of_a_shared_step_is_no_list(specs: Specs) -> None:
    network = specs.load("body:\n  - conv: 8\n    name: f\n    repeat: 3\n    share: true\n")
    assert entries(network) == ["f.weight", "f.bias"]
    network = specs.load(
        "body:\n  - repeat: 3\n    do:\n      - conv: 8\n        name: f\n        share: true\n"
    )
    assert entries(network) == ["f.weight", "f.bias"]


def test_the_nearest_loop_is_meant(specs: Specs) -> None:
    network = specs.load(
        "body:\n  - repeat: 2\n    do:\n      - conv: 8\n        repeat: 4\n        share: true\n"
    )
    assert keys(network) == ["conv1.weight", "conv2.weight"]


def test_several_shared_steps_in_a_row(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - repeat: 3
    do:
      - do: [conv: 8, bn]
        share: true
      - relu
"""
    )
    assert keys(network) == ["conv.weight", "bn.weight"]


def test_a_shared_step_in_a_numbered_group_stands_in_the_first(specs: Specs) -> None:
    """It holds its position in the others."""
    network = specs.load(
        """
body:
  - name: layers
    repeat: 2
    do:
      - conv: 8
        share: true
      - bn
"""
    )
    weights = keys(network)
    assert weights == ["layers.0.0.weight", "layers.0.1.weight", "layers.1.1.weight"]


def test_share_needs_a_loop(specs: Specs) -> None:
    assert specs.faults("body:\n  - conv: 8\n    share: true\n") == ["NS205"]


def test_a_hundred_thousand_shared_layers_are_two_calls(specs: Specs) -> None:
    network = specs.load("body:\n  - conv: 8\n    repeat: 100000\n    share: true\n")
    assert [c.count for c in network.program.root.calls] == [1, 99_999]
    assert network.params == 72
    assert network.macs == 100_000 * 16 * 16 * 64


def test_a_step_that_is_done_for_the_first_time_again_has_no_weights(specs: Specs) -> None:
    text = """
body:
  - conv: 4
    name: narrow
  - name: f
    from: narrow
    do:
      - conv: 4
        when: in_channels != 4
      - relu
  - conv: 8
  - again: f
"""
    assert specs.faults(text) == ["NS308"]


def test_a_shared_step_within_a_shared_one(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - repeat: 2
    do:
      - share: true
        do:
          - repeat: 2
            do: [{conv: 8, share: true}, relu]
          - tanh
"""
    )
    once = ["conv", "relu1", "(conv)", "relu2", "tanh"]
    again = ["(conv)", "(relu1)", "(conv)", "(relu2)", "(tanh)"]
    assert uses(network) == once + again


@pytest.mark.parametrize(
    ("when", "convs"),
    [("i > 0", ["conv1", "(conv1)"]), ("i == 0", ["conv1"]), ("i > 5", [])],
)
def test_a_shared_step_that_is_left_out_counts_once(
    specs: Specs, when: str, convs: list[str]
) -> None:
    network = specs.load(
        f"""
body:
  - repeat: 3
    do: [{{conv: 8, share: true, when: {when}}}, relu]
  - conv: 8
"""
    )
    assert [use for use in uses(network) if "conv" in use] == [*convs, "conv2"]


def test_a_name_inside_a_shared_sequence_is_no_list(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - repeat: 2
    do:
      - share: true
        do: [{conv: 8, name: a}, {conv: 8}]
      - relu
"""
    )
    assert keys(network) == ["a.weight", "conv.weight"]


def test_the_other_steps_of_an_unnumbered_level_keep_their_numbers(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - repeat: 2
    name: g{i}
    do: [{branches: [[{conv: 8, share: true}, bn, conv: 8]], name: b}]
"""
    )
    assert [path.rpartition("b.")[2].rstrip(")") for path in uses(network)] == [
        "conv1",
        "bn",
        "conv2",
        "conv1",
        "bn",
        "conv2",
    ]


def test_a_shared_loop_can_be_done_again(specs: Specs) -> None:
    text = "body:\n  - conv: 8\n    name: g\n    repeat: 3\n    share: true\n"
    network = specs.load(text + "  - again: g\n    repeat: 4\n")
    assert uses(network) == ["g"] + 14 * ["(g)"]


def test_a_named_loop_is_done_again_step_by_step(specs: Specs) -> None:
    text = "body:\n  - conv: 8\n    name: g\n    repeat: 3\n"
    network = specs.load(text + "  - again: g\n    repeat: 2\n")
    assert uses(network) == ["g.0", "g.1", "g.2"] + 2 * ["(g.0)", "(g.1)", "(g.2)"]


def test_an_iteration_with_a_name_of_its_own_can_be_done_again(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - conv: 8
    repeat: 2
    name: a{i + 1}
  - relu
  - again: a2
  - for: {k: [2, 1]}
    again: a{k}
"""
    )
    assert uses(network) == ["a1", "a2", "relu", "(a2)", "(a2)", "(a1)"]


def test_the_note_of_a_second_time_is_its_own(specs: Specs) -> None:
    network = specs.load(
        "body:\n  - {conv: 8, name: f, note: first}\n  - {again: f, note: second}\n  - again: f\n"
    )
    assert [call.note for call in network.program.root.calls] == ["first", "second", "first"]


def test_constants_stay_constants(specs: Specs) -> None:
    network = specs.load("body:\n  - {conv: 8, name: f, fixed: true}\n  - relu\n  - again: f\n")
    assert [call.weighting.fixed for call in network.program.root.calls] == [True, False, True]


def test_operands_of_a_second_time_have_the_names_of_the_block(specs: Specs) -> None:
    text = """
blocks:
  two: {inputs: [a, b], body: [{sub: , from: "a, b"}]}
body:
  - {relu: , name: q}
  - {conv: 8, name: r}
  - {two: , from: {b: q, a: r}, name: t}
  - {again: t, from: "%s"}
"""
    for given, order in (("q, r", ["q", "r"]), ("r, q", ["r", "q"])):
        call = specs.load(text % given).program.root.calls[-1]
        assert [value.producer.place.stem for value in call.inputs if value.producer] == order
    named = specs.load(text.replace('"%s"', "{a: q, b: r}")).program.root.calls[-1]
    assert [v.producer.place.stem for v in named.inputs if v.producer] == ["q", "r"]


def test_a_module_of_many_paths_is_done_again_at_once(specs: Specs) -> None:
    """40 levels of two named parts each: 2^40 weights."""
    network = specs.load(
        """
blocks:
  fr:
    params: {c: int}
    body:
      - conv: 8
        when: c == 1
      - branches: [conv: 8, [{fr: c - 1, name: p1}, {fr: c - 1, name: p2}]]
        merge: mean
        when: c > 1
body:
  - {fr: 40, name: f, fixed: true, init: {p1.conv2.bias: 0}}
  - max_pool
  - again: f
"""
    )
    assert network.params == 0
    assert uses(network) == ["f", "max_pool", "(f)"]


def test_a_shared_step_directly_within_a_shared_one(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - repeat: 2
    do:
      - repeat: 2
        do:
          - share: true
            do: [{conv: 8, share: true, name: s}]
          - relu
"""
    )
    assert keys(network) == ["s.0.weight", "s.1.weight"]


@pytest.mark.parametrize("late", ["relu", "dropout", "again_unit"])
def test_a_step_without_weights_may_be_done_later_for_the_first_time(
    specs: Specs, late: str
) -> None:
    network = specs.load(
        f"""
blocks: {{again_unit: {{body: [relu, tanh]}}}}
body:
  - repeat: 3
    do:
      - share: true
        do: [{{conv: 8}}, {{{late}: , when: in_height < 16}}]
      - max_pool
"""
    )
    assert uses(network).count("(conv)") == 2
    network.compare()


def test_a_shared_op_has_the_same_arguments_each_time(specs: Specs) -> None:
    text = """
body:
  - for: {d: [1, 2]}
    conv: {out: 8, kernel: 3, padding: d, dilation: d}
    share: true
"""
    assert specs.faults(text) == ["NS308"]
    assert specs.faults(
        "body:\n  - for: {p: [0.1, 0.2]}\n    bn: {momentum: p}\n    share: true\n"
    ) == ["NS308"]
