"""Steps, modifiers, branches, loops and what a name stands for."""

from __future__ import annotations

import pytest

import netspec
from netspec.program import Instance
from tests.language.programs import Specs, paths


@pytest.mark.parametrize(
    ("step", "shape"),
    [
        ("relu", (8, 16, 16)),
        ("conv: 4", (4, 16, 16)),
        ("conv: [4, 3]", (4, 14, 14)),
        ("conv: {out: 4, kernel: [3, 1]}", (4, 14, 16)),
        ("conv: {out: in_channels * 2}", (16, 16, 16)),
        ("conv: '[4, 8][1]'", (8, 16, 16)),
        ("conv: {out: 4, kernel: 3, padding: same}", (4, 16, 16)),
        ("max_pool: [3, 2]", (8, 7, 7)),
        ("conv: {out: in_height + in_width}", (32, 16, 16)),
        ("conv: {out: 'in_shape[0] / 2'}", (4, 16, 16)),
    ],
)
def test_arguments_by_name_by_position_and_as_expressions(
    step: str, shape: tuple[int, ...], specs: Specs
) -> None:
    assert specs.load(f"body:\n  - {step}").output_shape == shape


def test_when_lets_the_input_pass_and_the_name_stands_for_it(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - conv: 4
            name: stem
            when: in_channels == 4
          - branches: [identity, {do: [identity], from: stem}]
            merge: concat
        """
    )
    assert network.output_shape == (16, 16, 16)


def test_from_takes_several_and_indexes_lists(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - repeat: 3
            do:
              - conv: 2 * in_channels
                name: level
          - concat:
            from: _, level[0], level[-3:-1]
        """
    )
    assert network.output_shape == (64 + 16 + 16 + 32, 16, 16)


def test_from_with_a_comprehension(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - {conv: i + 1, repeat: 4, name: c}
          - concat:
            from: "[c[k] for k in range(4) if k % 2 == 1]"
        """
    )
    assert network.output_shape == (2 + 4, 16, 16)


def test_a_name_is_the_current_value_inside_its_iteration(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - repeat: 2
            do:
              - conv: 8
                name: here
              - relu
              - sum:
                from: _, here
        """
    )
    assert len(paths(network)) == 6


def test_nothing_but_the_value_so_far_is_carried_to_the_next_iteration(specs: Specs) -> None:
    assert specs.faults(
        """
        body:
          - repeat: 2
            do:
              - sum:
                from: _, before
                when: not first
              - conv: 8
                name: before
        """
    ) == ["NS207"]


def test_later_branches_see_the_names_of_earlier_ones(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - branches:
              - conv: 3
                name: left
              - do: [conv: 5]
                from: left
            merge: concat
        """
    )
    assert network.output_shape == (8, 16, 16)


def test_blocks_are_closed(specs: Specs) -> None:
    faults = specs.faults(
        """
        blocks:
          inner:
            body:
              - sum:
                from: _, stem
        body:
          - conv: 8
            name: stem
          - inner
        """
    )
    assert faults == ["NS207"]


def test_generated_branches(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - branches: {for: {k: [1, 3, 5]}, do: [{conv: {out: k, kernel: k, padding: k // 2}}]}
            merge: concat
          - branches: {repeat: 2, do: [relu]}
            merge: sum
        """
    )
    assert network.output_shape == (9, 16, 16)
    assert paths(network)[:4] == ["conv1", "conv2", "conv3", "concat"]


def test_branches_without_merge_give_a_tuple_that_an_n_ary_op_takes(specs: Specs) -> None:
    network = specs.load("body: [branches: [identity, conv: 4], concat]")
    assert network.output_shape == (12, 16, 16)


def test_nothing_is_a_branch_that_is_not_there(specs: Specs) -> None:
    body = "body: [branches: [conv: 4, {nothing: , when: %s}], concat]"
    assert specs.load(body % "true").output_shape == (4, 16, 16)
    assert specs.load(body % "false").output_shape == (12, 16, 16)


def test_repeat_of_nothing_passes_the_input_through(specs: Specs) -> None:
    assert specs.load("body: [{conv: 4, repeat: 0}]").output_shape == (8, 16, 16)


def test_zipped_lists_bind_together(specs: Specs) -> None:
    network = specs.load(
        """
        params: {widths: [16, 32]}
        body:
          - for: {w: widths, s: [1, 2]}
            do:
              - conv: {out: w, kernel: 3, stride: s, padding: 1}
        """
    )
    assert network.output_shape == (32, 8, 8)


def test_a_run_of_equal_steps_is_one_counted_call(specs: Specs) -> None:
    network = specs.load("body: [{conv: 8, repeat: 100000}]")
    assert [call.count for call in network.program.root.calls] == [100_000]
    assert network.params == 100_000 * (8 * 8 + 8)


def test_a_loop_with_a_first_of_its_own_still_folds(specs: Specs) -> None:
    network = specs.load("body: [{conv: {out: 16, bias: not first}, repeat: 9}]")
    assert [call.count for call in network.program.root.calls] == [1, 8]


def test_equal_uses_share_an_instance(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          unit: {params: {n: 8}, body: [conv: n, relu]}
        body: [unit, tanh, unit: 8, unit: {n: 4}]
        """
    )
    targets = [c.target for c in network.program.root.calls if isinstance(c.target, Instance)]
    assert targets[0] is targets[1]
    assert targets[2] is not targets[0]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("body: [nothing]", "NS306"),
        ("body: [branches: [identity, conv: 4]]", "NS306"),
        ("body: [{relu: , when: relu}]", "NS204"),
        ("body: [{relu: , when: \"'no'\"}]", "NS204"),
        ("body: [global_avg_pool, linear: in_width]", "NS111"),
        ("body: [conv: relu + 1]", "NS111"),
        ("body: [{relu: , name: a}, {relu: , name: b}, {relu: , from: a + b}]", "NS111"),
        ("defaults: {conv: {kernal: 3}}\nbody: [conv: 3]", "NS202"),
        ("defaults: {dense: {k: 3}}\nbody: [dense: {layers: 1, layer: relu}]", "NS202"),
        ("params: {n: int}\nbody: [{relu: , when: n > 2}]", "NS203"),
        ("body: [residual: {conv: 8}]", "NS202"),
    ],
)
def test_faults(body: str, code: str, specs: Specs) -> None:
    assert specs.faults(body)[0] == code


def test_a_message_about_tensors_stays_small(specs: Specs) -> None:
    body = "body: [{repeat: 40, do: [{sum: , from: '_, _', name: a}]}, {relu: , from: a + 1}]"
    with pytest.raises(netspec.SpecError) as caught:
        specs.load(body, input="[3]")
    assert len(str(caught.value)) < 2000


def test_an_input_from_outside_does_not_make_params_unused(specs: Specs) -> None:
    specs.load("params: {size: 32}\nbody: [relu]", input="[8, size, size]")
    path = specs.folder / "net.yaml"
    assert netspec.load(path, input=(8, 4, 4)).output_shape == (8, 4, 4)
    assert netspec.load(path, size=5).output_shape == (8, 5, 5)


def test_the_type_of_a_param_holds_for_values_from_outside(specs: Specs) -> None:
    path = specs.folder / "net.yaml"
    path.write_text(
        "netspec: 1\nparams: {n: int}\ninput: [8, 4, 4]\nbody: [{relu: , when: n > 2}]\n"
    )
    assert netspec.load(path, n=3).output_shape == (8, 4, 4)
    with pytest.raises(netspec.SpecError, match="NS305"):
        netspec.load(path, n=2.5)


def test_a_network_without_a_name_is_called_after_its_file(specs: Specs) -> None:
    path = specs.folder / "my net-1.yaml"
    path.write_text("netspec: 1\ninput: [8, 4, 4]\nbody: [relu]\n")
    assert netspec.load(path).name == "my_net_1"


@pytest.mark.parametrize("merge", ["sum", "concat", "mean", "mul", "max"])
def test_a_merge_of_one_operand_hands_it_on(merge: str, specs: Specs) -> None:
    body = f"body: [branches: [conv: 8, {{nothing: , when: true}}], {merge}, conv: 4]"
    assert paths(specs.load(body)) == ["conv1", "conv2"]


@pytest.mark.parametrize(
    ("loop", "kernels"),
    [
        ("{conv: {out: 8, kernel: 1 + 2 * first, padding: first + 0}, repeat: 3}", [3, 1, 1]),
        (
            "{conv: {out: 8, kernel: 1 + 2 * first, padding: first}, repeat: 3, index: first}",
            [1, 3, 5],
        ),
        ("{conv: {out: 8, kernel: 1 + 2 * last, padding: last + 0}, repeat: 3}", [1, 1, 3]),
    ],
)
def test_iterations_that_differ_are_not_folded(loop: str, kernels: list[int], specs: Specs) -> None:
    network = specs.load(f"body: [{loop}]")
    found = [
        call.target.kernel  # type: ignore[union-attr]
        for call in network.program.root.calls
        for _ in range(call.count)
    ]
    assert found == kernels


def test_a_run_whose_parts_are_read_is_not_folded(specs: Specs) -> None:
    body = "body: [{conv: 8, repeat: 3, name: c}, {sum: , from: 'c[0], c[2]'}]"
    *convs, add = specs.load(body).program.root.calls
    assert [call.count for call in convs] == [1, 2]
    assert add.inputs == (convs[0].outputs[0], convs[1].outputs[0])


def test_the_list_of_a_loop_is_no_single_output(specs: Specs) -> None:
    body = "blocks: {b: {outputs: [skip], body: [{conv: 8, repeat: 3, name: skip}]}}\nbody: [b]\n"
    assert specs.faults(body) == ["NS207"]


def test_a_run_that_changes_its_shape_at_first_is_counted_right(specs: Specs) -> None:
    network = specs.load("body: [{repeat: 3, do: [{conv: 5}]}]", input="[3, 4, 4]")
    assert network.params == 3 * 5 + 5 + 2 * (5 * 5 + 5)


def test_thousands_of_operands_are_written_or_refused(specs: Specs) -> None:
    for merge in ("sum", "mean", "max", "concat"):
        network = specs.load(f"body: [{{split: 600}}, {merge}]", input="[600, 2]")
        network.compare()
    deep = specs.load("body: [{split: 4000}, mul]", input="[4000, 2]")
    with pytest.raises(netspec.SpecError) as caught:
        deep.source()
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["NS602"]
