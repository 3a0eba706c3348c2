"""Names of modules and so state-dict keys: docs/language.md, "Naming"."""

from __future__ import annotations

from tests.language.programs import Specs, keys, paths


def test_unnamed_children_are_called_after_their_op_and_numbered_where_there_are_several(
    specs: Specs,
) -> None:
    network = specs.load("body: [conv: 8, bn, relu, conv: 8, global_avg_pool, linear: 2]")
    assert paths(network) == ["conv1", "bn", "relu", "conv2", "global_avg_pool", "linear"]


def test_numbers_follow_the_text_whether_or_not_when_leaves_a_step_out(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          unit:
            params: {deep: bool}
            body:
              - conv: 8
              - conv: 8
                when: deep
              - conv: 8
        body:
          - unit: {deep: true}
          - unit: {deep: false}
        """
    )
    assert keys(network) == [
        "unit1.conv1.weight",
        "unit1.conv2.weight",
        "unit1.conv3.weight",
        "unit2.conv1.weight",
        "unit2.conv3.weight",
    ]


def test_a_left_out_sequence_counts_its_steps(specs: Specs) -> None:
    network = specs.load("body: [{do: [conv: 8, conv: 8], when: false}, conv: 8]")
    assert keys(network) == ["conv3.weight"]


def test_a_step_in_a_loop_is_numbered_even_if_the_loop_runs_once(specs: Specs) -> None:
    network = specs.load("body: [{conv: 8, repeat: 1}, {linear: 4, when: false}]")
    assert keys(network) == ["conv1.weight"]


def test_unnamed_sequences_branches_and_loops_make_no_level(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - - conv: 8
            - branches: [[conv: 8, relu], identity]
              merge: sum
          - do: [conv: 8, bn]
            repeat: 2
        """
    )
    assert paths(network) == [
        "conv1", "conv2", "relu", "sum", "conv3", "bn1", "conv4", "bn2",
    ]  # fmt: skip


def test_a_block_makes_a_level_and_an_inline_one_does_not(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          plain: {body: [conv: 8]}
          flat: {body: [conv: 8], inline: true}
        body:
          - plain
          - flat
          - flat:
            name: named
        """
    )
    assert keys(network) == ["plain.conv.weight", "conv.weight", "named.conv.weight"]


def test_a_named_list_is_a_numbered_group_in_which_every_op_counts(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - name: features
            do:
              - conv: 8
              - relu
              - bn:
                when: false
              - conv: 8
              - conv: 8
                name: last
              - conv: 8
        """
    )
    assert keys(network) == [
        "features.0.weight", "features.2.weight", "features.last.weight", "features.4.weight",
    ]  # fmt: skip


def test_merges_do_not_count_in_a_numbered_group(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - name: mix
            do:
              - branches: [conv: 8, conv: 8]
                merge: sum
              - conv: 8
        """
    )
    assert paths(network) == ["mix.0", "mix.1", "mix.sum", "mix.2"]


def test_named_branches_are_a_plain_level_and_a_named_branch_follows_the_list_rule(
    specs: Specs,
) -> None:
    network = specs.load(
        """
        body:
          - name: mix
            branches:
              main: [conv: 8, bn]
              side: {conv: 8}
              skip: identity
            merge: sum
          - name: other
            branches: [conv: 8, conv: 8]
            merge: concat
        """
    )
    assert paths(network) == [
        "mix.main.0", "mix.main.1", "mix.side", "mix.sum",
        "other.conv1", "other.conv2", "other.concat",
    ]  # fmt: skip


def test_a_named_loop_is_a_numbered_group(specs: Specs) -> None:
    network = specs.load("body: [{conv: 8, repeat: 3, name: layer}]")
    assert keys(network) == ["layer.0.weight", "layer.1.weight", "layer.2.weight"]


def test_a_named_loop_over_a_sequence_has_a_numbered_group_per_iteration(specs: Specs) -> None:
    network = specs.load("body: [{do: [conv: 8, relu], repeat: 2, name: layer}]")
    assert paths(network) == ["layer.0.0", "layer.0.1", "layer.1.0", "layer.1.1"]


def test_a_name_whose_braces_mention_the_loop_is_one_name_per_iteration(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - for: {k: [3, 5]}
            name: conv{k}x{k}
            conv: {out: 8, kernel: k, padding: k // 2}
        """
    )
    assert keys(network) == ["conv3x3.weight", "conv5x5.weight"]


def test_a_name_inside_an_unnamed_loop_that_does_not_vary_is_a_list(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - repeat: 2
            do:
              - conv: 8
                name: down
              - conv: 8
                name: up{i}
        """
    )
    assert keys(network) == ["down.0.weight", "down.1.weight", "up0.weight", "up1.weight"]


def test_index_names_the_outer_loop_in_an_inner_one(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - for: {n: [1, 2]}
            index: stage
            do:
              - conv: 8
                repeat: n
                name: layer{stage + 1}
        """
    )
    assert keys(network) == ["layer1.0.weight", "layer2.0.weight", "layer2.1.weight"]


def test_a_block_parameter_names_its_step(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          twice:
            params: {layer: block, act: relu}
            body: [layer, act, layer]
        body:
          - twice: {layer: {conv: 8}}
          - twice: {layer: [conv: 8, bn]}
        """
    )
    assert paths(network) == [
        "twice1.layer1", "twice1.act", "twice1.layer2",
        "twice2.layer1.conv", "twice2.layer1.bn", "twice2.act",
        "twice2.layer2.conv", "twice2.layer2.bn",
    ]  # fmt: skip


def test_children_numbered_counts_like_a_sequential(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          head: {children: numbered, body: [relu, conv: 8, identity, conv: 8]}
        body: [head]
        """
    )
    assert keys(network) == ["head.1.weight", "head.3.weight"]


def test_a_collision_is_an_error(specs: Specs) -> None:
    assert specs.faults("body: [{conv: 8, name: conv1}, conv: 8, conv: 8]") == ["NS208"]


def test_a_name_that_ends_in_a_digit_keeps_its_number_apart(specs: Specs) -> None:
    network = specs.load("body: [{relu: , repeat: 2}, relu6, {do: [relu, conv: 3], repeat: 5}]")
    assert paths(network)[-1] == "conv5"
    assert {"relu6", "relu7", "relu6_1"} < set(paths(network))
    assert paths(specs.load("body: [relu, relu6]")) == ["relu", "relu6"]
    assert paths(specs.load("body: [relu6, conv: 3, relu6]")) == ["relu6_1", "conv", "relu6_2"]


def test_a_module_is_registered_where_its_group_first_appears(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - repeat: 2
            do:
              - conv: 8
                name: a
              - conv: 8
                name: b
        """
    )
    assert keys(network) == ["a.0.weight", "a.1.weight", "b.0.weight", "b.1.weight"]


def test_a_name_within_a_counted_run_is_taken(specs: Specs) -> None:
    step = "{conv: {out: 8, kernel: 1}, name: conv3}"
    assert specs.faults(f"body: [{{conv: 8, repeat: 4}}, {step}]") == ["NS208"]
    assert specs.faults(f"body: [{step}, {{conv: 8, repeat: 4}}]") == ["NS208"]


def test_numbers_go_on_behind_a_counted_run(specs: Specs) -> None:
    network = specs.load("body: [{conv: 8, repeat: 3}, conv: 8]")
    assert keys(network)[-1] == "conv4.weight"


def test_a_loop_variable_that_hides_another_is_its_own(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - repeat: 2
            do:
              - conv: 8
                name: c{i}
                repeat: 2
        """
    )
    assert keys(network) == ["c0.0.weight", "c0.1.weight", "c1.0.weight", "c1.1.weight"]


def test_a_name_is_rendered_before_its_steps_change_the_input(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - name: w{in_channels}
            do: [conv: 4, relu]
          - relu:
            from: w8
        """
    )
    assert keys(network) == ["w8.0.weight"]


def test_a_list_in_a_numbered_group_takes_a_position(specs: Specs) -> None:
    network = specs.load(
        """
        body:
          - name: features
            do:
              - conv: 8
              - repeat: 2
                do:
                  - conv: 8
                    name: skip
              - conv: 8
        """
    )
    assert keys(network) == [
        "features.0.weight", "features.skip.0.weight", "features.skip.1.weight",
        "features.2.weight",
    ]  # fmt: skip


def test_training_cannot_name_a_module(specs: Specs) -> None:
    assert specs.faults("body: [{conv: 8, name: training}]") == ["NS208"]


def test_an_inline_block_given_with_arguments_is_numbered_by_its_children(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          unit: {inline: true, params: {n: int}, body: [conv: n, relu]}
          pair: {params: {layer: block}, body: [layer, layer]}
        body: [pair: {layer: {unit: 4}}]
        """
    )
    assert keys(network) == ["pair.conv1.weight", "pair.conv2.weight"]
