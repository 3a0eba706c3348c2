"""Blocks whose instances differ in structure: one class with conditions, or several."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
import torch

from tests.language.programs import Specs
from tests.torch_backend.checks import checked_source


def emitted(specs: Specs, body: str) -> str:
    """The source, once its module does what the spec says."""
    return checked_source(specs.load(body).program)


def classes(source: str) -> list[str]:
    return re.findall(r"^class (\w+)", source, re.MULTILINE)


def test_a_projection_has_the_condition_of_the_spec(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          unit:
            params: {out: int, stride: 1}
            body:
              - branches:
                  - conv: {out: out, kernel: 3, stride: stride, padding: 1}
                  - conv: {out: out, stride: stride}
                    when: stride != 1 or in_channels != out
                    name: shortcut
                merge: sum
        body: [unit: 8, unit: 16, unit: {out: 16, stride: 2}, unit: 16]
        """,
    )
    assert classes(source) == ["Unit", "Net"]
    assert "self.shortcut: nn.Conv2d | None = None" in source
    assert "if stride != 1 or in_channels != out:" in source
    assert "if self.shortcut is not None:\n            x = self.shortcut(x)" in source
    assert "Unit(8, 16)" in source


def test_a_shortcut_is_a_condition_that_is_kept(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          unit:
            params: {out: int, stride: int}
            body:
              - branches:
                  - name: conv
                    do: [{conv: {out: out, kernel: 3, stride: stride, padding: 1}}, bn]
                  - nothing:
                    when: stride != 1 or in_channels != out
                merge: sum
        body:
          - {unit: [8, 1]}
          - {unit: [16, 1]}
          - {unit: [16, 2]}
          - {unit: [16, 1]}
        """,
    )
    assert classes(source) == ["Unit", "Net"]
    assert "self.residual = stride == 1 and in_channels == out" in source
    assert "if self.residual:\n            out = out + x" in source


def test_layers_of_a_sequence_are_appended(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          unit:
            children: numbered
            params: {out: int, norm: true, p: 0.0}
            body:
              - conv: {out: out, kernel: 3, padding: 1}
              - bn:
                when: norm
              - relu
              - dropout: p
                when: p > 0
        body:
          - unit: 8
          - {unit: {out: 16, norm: false}}
          - {unit: {out: 8, p: 0.25}}
          - {unit: {out: 8, norm: false, p: 0.5}}
        """,
    )
    assert classes(source) == ["Unit", "Net"]
    assert "norm: bool = True, p: float = 0.0" in source
    assert "        if norm:\n            layers.append(nn.BatchNorm2d(out))" in source
    assert "        if p > 0:\n            layers.append(nn.Dropout(p=p))" in source
    assert "super().__init__(*layers)" in source
    assert "Unit(16, 8, p=0.25)" in source


def test_one_or_the_other(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          unit:
            params: {halve: false}
            body:
              - conv: {out: 8, kernel: 3, padding: 1}
              - max_pool: 2
                when: halve
              - relu:
                when: not halve
              - conv: 8
        body: [unit, {unit: true}, unit]
        """,
    )
    assert classes(source) == ["Unit", "Net"]
    assert "if self.halve:" in source
    assert "else:" in source
    assert "Unit(halve=True)" in source


def test_two_modules_for_one_place(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          inner:
            params: {out: int}
            body: [{conv: {out: out}, name: first}, {bn: {}, name: second}, relu]
          unit:
            params: {body: inner}
            body:
              - body: 8
                name: it
              - conv: 8
        body: [unit, {unit: {body: conv}}, unit]
        """,
    )
    assert classes(source) == ["Inner", "Unit", "Net"]
    assert "self.it: nn.Module" in source
    assert "self.it = Inner()" in source
    assert "self.it = nn.Conv2d(8, 8, 1)" in source


def test_what_the_spec_does_not_say_is_a_parameter(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          unit:
            params: {out: int, after: identity}
            body:
              - conv: {out: out, kernel: 3, padding: 1}
              - after
        body:
          - unit: 8
          - {unit: {out: 16, after: bn}}
          - unit: 8
        """,
    )
    assert classes(source) == ["Unit", "Net"]
    assert "after: bool = False" in source
    assert "Unit(8, 16, after=True)" in source


def test_numbers_that_others_cannot_give_make_two_classes(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          unit:
            params: {out: int, after: identity}
            body:
              - conv: {out: out, kernel: 3, padding: 1}
              - after
        body:
          - unit: 8
          - {unit: {out: 16, after: {conv: {out: 4, kernel: 3, padding: 1}}}}
          - {unit: {out: 16, after: {conv: {out: 6, kernel: 1, padding: 2}}}}
        """,
    )
    assert len(classes(source)) == 3


def test_many_structures_are_not_one_class(specs: Specs) -> None:
    steps = "\n".join(
        f"              - {op}:\n                when: mode == {k} or mode == {k + 1}"
        for k, op in enumerate(("relu", "sigmoid", "tanh", "relu6", "gelu", "silu"))
    )
    source = emitted(
        specs,
        f"""
        blocks:
          unit:
            params: {{mode: int}}
            body:
              - conv: {{out: 8, kernel: 3, padding: 1}}
{steps}
        body: [{", ".join(f"unit: {k}" for k in range(7))}]
        """,
    )
    assert len(classes(source)) > 2


def test_values_stay_where_they_are_needed_later(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          unit:
            params: {twice: false}
            body:
              - identity:
                name: start
              - conv: {out: 8, kernel: 3, padding: 1}
                name: first
              - conv: {out: 8, kernel: 3, padding: 1}
                when: twice
                name: second
              - sum:
                from: start, first, second
        body: [unit, {unit: true}, unit]
        """,
    )
    assert classes(source) == ["Unit", "Net"]


def test_a_block_that_contains_itself_is_one_class(specs: Specs) -> None:
    network = specs.load(
        """
        blocks:
          level:
            params: {width: int, below: int}
            body:
              - conv: {out: width, kernel: 3, padding: 1}
                name: down
              - when: below > 0
                do:
                  - branches:
                      - identity
                      - - max_pool: 2
                        - level: {width: 2 * width, below: below - 1}
                        - conv_transpose: {out: width, kernel: 2, stride: 2}
                    merge: sum
        body: [level: {width: 4, below: 3}]
        """
    )
    source = checked_source(network.program)
    assert classes(source) == ["Level", "Net"]
    assert "self.level = Level(width, 2 * width, below - 1)" in source


FRACTAL = """
    body:
      - fractal:
          columns: 4
          layer: [conv: {out: 8, kernel: 3, padding: 1}, relu]
          join: {drop_join: 0.15}
"""


def test_columns_that_join_further_out_are_a_list(specs: Specs) -> None:
    network = specs.load(FRACTAL)
    source = checked_source(network.program)
    assert classes(source) == ["DropJoin", "Layer", "Fractal", "Net"]
    assert "-> list[torch.Tensor]:" in source
    assert "join=False" in source


def test_modules_with_conditions_can_be_copied(specs: Specs) -> None:
    module = specs.load(FRACTAL).module().eval()
    x = torch.randn(1, 8, 16, 16, generator=torch.Generator().manual_seed(0))
    assert torch.equal(copy.deepcopy(module)(x), module(x))


def test_a_list_has_no_place_in_a_sequence(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        body:
          - name: trunk
            do:
              - fractal:
                  columns: 3
                  layer: [conv: {out: 8, kernel: 3, padding: 1}, relu]
                  join: {drop_join: 0.15}
              - relu
        """,
    )
    assert "list[torch.Tensor]" not in source


def test_a_size_after_a_condition_follows_from_it(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          unit:
            params: {out: int, half: false}
            body:
              - conv: {out: out / 2}
                when: half
                name: narrow
              - {conv: {out: out, kernel: 3, padding: 1}, name: main}
              - conv: out / 2
        body: [unit: 24, unit: {out: 32, half: true}, unit: 64, unit: {out: 48, half: true}]
        """,
    )
    assert "main_in_channels = out // 2 if half else in_channels" in source
    assert "Unit(12, 32, half=True)" in source


def test_a_default_that_is_calculated_stays_so(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          unit:
            params: {out: int, kernel: 1, padding: kernel // 2}
            body: [conv: {out: out, kernel: kernel, padding: padding}, bn]
        body:
          - unit: 16
          - {unit: {out: 8, kernel: 3}}
          - {unit: {out: 16, kernel: 3, padding: 0}}
          - {unit: {out: 8, kernel: 5}}
        """,
    )
    assert "padding: int | None = None" in source
    assert "if padding is None:\n            padding = kernel // 2" in source
    assert "Unit(8, 16, kernel=3, padding=0)" in source
    assert "Unit(16, 8, kernel=5)" in source


def test_a_default_that_some_members_could_not_have_is_given(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          unit:
            params: {out: int, kernel: 1, padding: kernel // 2}
            body: [conv: {out: out, kernel: kernel, padding: padding}, bn]
        body:
          - unit: 16
          - {unit: {out: 8, kernel: 3}}
          - {unit: {out: 16, kernel: [3, 1], padding: [1, 0]}}
        """,
    )
    assert "padding is None" not in source


FLAGS = """
blocks:
  unit:
    params: {drop: 0.0, norm: true, scale: 1.0, deep: false}
    body:
      - branches:
          - - conv: {out: 8, kernel: 3, padding: 1}
            - bn:
              when: norm
              name: bn
            - relu
            - dropout: drop
              when: drop > 0
            - name: tail
              do:
                - conv: {out: 8, kernel: 3, padding: 1}
                - tanh
              when: deep
          - - scale: scale
              when: scale != 1
        merge: sum
      - relu:
        when: not deep
"""
VALUES = {"drop": (0.0, 0.5), "norm": (True, False), "scale": (1.0, 0.5), "deep": (False, True)}
USED = ((0.0, True, 1.0, False), (0.5, True, 0.5, True), (0.0, False, 1.0, False))


def used(values: Mapping[str, object]) -> str:
    given = ", ".join(f"{name}: {str(value).lower()}" for name, value in values.items())
    return f"{{unit: {{{given}}}}}"


def test_flags_mean_the_same_in_combinations_that_no_instance_has(specs: Specs) -> None:
    uses = ", ".join(used(dict(zip(VALUES, values, strict=True))) for values in USED)
    source = emitted(specs, f"{FLAGS}body: [{uses}]")
    assert classes(source) == ["Unit", "Net"]
    namespace: dict[str, Any] = {"__name__": "emitted"}
    exec(source, namespace)
    x = torch.randn(2, 8, 16, 16, generator=torch.Generator().manual_seed(0))
    for values in product(*VALUES.values()):
        given = dict(zip(VALUES, values, strict=True))
        wanted = specs.load(f"{FLAGS}body: [{used(given)}]").module().get_submodule("unit").eval()
        unit = namespace["Unit"](**given).eval()
        assert list(unit.state_dict()) == list(wanted.state_dict())
        unit.load_state_dict(wanted.state_dict())
        torch.testing.assert_close(unit(x), wanted(x), msg=str(given))
        kinds = [type(module).__name__ for module in unit.modules()]
        assert ("Dropout" in kinds) == (given["drop"] > 0)


def test_parts_that_are_there_together_by_chance_have_conditions_of_their_own(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          wrap:
            params: {scale: 1.0, body: identity}
            body:
              - conv: {out: 8, kernel: 3, padding: 1}
              - body
              - scale: scale
                when: scale != 1
        body: [wrap, {wrap: {scale: 0.5, body: bn}}, wrap]
        """,
    )
    assert classes(source) == ["Wrap", "Net"]
    assert "if body:\n            self.body = nn.BatchNorm2d(8)" in source
    assert "if self.scale != 1:" in source


LISTS = """
blocks:
  unit:
    params: {widths: list, stride: 1, relu_first: true}
    body:
      - branches:
          - conv: {out: "widths[-1]", stride: stride}
            when: stride != 1 or in_channels != widths[-1]
            name: skip
          - name: rep
            do:
              - for: {width: widths}
                do:
                  - relu:
                    when: relu_first or not first
                  - conv: {out: width, kernel: 3, padding: 1}
                  - bn
              - max_pool: {kernel: 3, stride: stride, padding: 1}
                when: stride != 1
        merge: sum
"""


def test_a_list_stays_an_argument_and_a_loop(specs: Specs) -> None:
    source = emitted(
        specs,
        f"""{LISTS}
body:
  - unit: {{widths: [8, 12], stride: 2, relu_first: false}}
  - unit: {{widths: [12, 12, 12]}}
  - unit: {{widths: [16, 20], stride: 2}}
""",
    )
    assert classes(source) == ["Unit", "Net"]
    assert "for i, width in enumerate(widths):" in source
    assert "if relu_first or i > 0:" in source
    assert "Unit(8, (8, 12), stride=2, relu_first=False)" in source
    namespace: dict[str, Any] = {"__name__": "emitted"}
    exec(source, namespace)
    x = torch.randn(2, 8, 16, 16, generator=torch.Generator().manual_seed(0))
    for widths, stride, first in product([(8,), (4, 8), (6, 7, 8, 9)], (1, 2), (True, False)):
        text = f"unit: {{widths: {[*widths]}, stride: {stride}, relu_first: {str(first).lower()}}}"
        wanted = specs.load(f"{LISTS}\nbody: [{{{text}}}]").module().get_submodule("unit").eval()
        unit = namespace["Unit"](8, widths, stride=stride, relu_first=first).eval()
        assert list(unit.state_dict()) == list(wanted.state_dict())
        unit.load_state_dict(wanted.state_dict())
        torch.testing.assert_close(unit(x), wanted(x), msg=text)


LISTED = """
params: {{n: 3, w: 6}}
blocks:
  unit:
    params: {{widths: list}}
    body:
      - name: rep
        do:
          - for: {{width: widths}}
            do: [{{conv: {{out: width, kernel: 3, padding: 1}}}}, relu]
body: [unit: {{widths: "{0}"}}, unit: {{widths: "{1}"}}, unit: {{widths: "{2}"}}]
"""


def test_lists_of_one_are_lists(specs: Specs) -> None:
    network = specs.load(LISTED.format("[w, w * 2, w]", "[w, n]", "[w] * n"))
    assert "Unit(n, (w,) * n)" in network.source()
    checked_source(network.program)


def test_layers_that_hand_nothing_on_are_a_loop_without_it(specs: Specs) -> None:
    source = emitted(
        specs,
        """
blocks:
  unit:
    params: {rates: list}
    body:
      - name: rep
        do:
          - for: {rate: rates}
            do: [{conv: {out: in_channels, kernel: 3, padding: 1}}, {dropout: rate}]
body: [unit: {rates: [0.1, 0.2]}, unit: {rates: [0.3]}, unit: {rates: [0.1, 0.4, 0.2]}]
""",
    )
    assert "for rate in rates:" in source
    assert "channels = " not in source


def test_variables_of_loops_are_of_one_type(specs: Specs) -> None:
    source = emitted(
        specs,
        """
blocks:
  unit:
    params: {widths: list, rates: list}
    body:
      - name: rep
        do:
          - for: {v: widths}
            do: [{conv: v}, relu]
          - for: {v: rates}
            do: [{dropout: v}, relu]
body:
  - unit: {widths: [8, 6], rates: [0.1]}
  - unit: {widths: [4], rates: [0.1, 0.2]}
  - unit: {widths: [2, 4, 6], rates: [0.1, 0.3, 0.2]}
""",
    )
    assert "for v in widths:" in source
    assert "for v2 in rates:" in source


def test_a_choice_of_functions_is_called_after_one(specs: Specs) -> None:
    source = emitted(
        specs, "body: [conv_bn_act: {out: 8, act: silu}, conv_bn_act: 8, conv_bn_act: 8]"
    )
    assert "if self.silu:\n            x = F.silu(x)\n        else:" in source


@pytest.mark.parametrize("name", ["out", "layers", "channels", "type", "nn", "self", "zip", "i"])
def test_variables_of_loops_that_stay_are_called_like_nothing_else(specs: Specs, name: str) -> None:
    network = specs.load(
        f"""
blocks:
  unit:
    params: {{widths: list, out: int}}
    body:
      - name: rep
        do:
          - for: {{{name}: widths}}
            do: [{{conv: {{out: {name}, kernel: 3, padding: 1}}}}, relu]
      - conv: out
body:
  - unit: {{widths: [8, 6], out: 5}}
  - unit: {{widths: [3], out: 7}}
  - unit: {{widths: [2, 4, 9], out: 3}}
"""
    )
    assert re.search(r"for \w+ in widths:", checked_source(network.program))


def test_weights_that_start_by_the_iteration_are_filled_one_by_one(specs: Specs) -> None:
    start = "init: {weight: {constant: {val: width}}}"
    conv = "- conv: {out: width, kernel: 3, padding: 1}"
    network = specs.load(
        f"""{LISTS.replace(conv, f"{conv}{chr(10)}                    {start}")}
body: [unit: {{widths: [8, 12]}}, unit: {{widths: [12, 12, 12]}}, unit: {{widths: [16, 20, 4]}}]
"""
    )
    checked_source(network.program)
    weights = network.module().state_dict()
    assert [weights[f"unit3.rep.{k}.weight"].max() for k in (1, 4, 7)] == [16, 20, 4]


STAGES = """
blocks:
  stage:
    params: {out: int, n: int, grow: 0, project: true}
    body:
      - repeat: n
        name: step
        do:
          - branches:
              - - conv: {out: out + grow * i, kernel: 3, padding: 1}
                - bn
              - conv: out + grow * i
                when: project
            merge: sum
          - relu
"""


def test_a_named_loop_with_a_residual_in_it_has_a_class_for_its_body(specs: Specs) -> None:
    source = emitted(
        specs,
        f"""{STAGES}
body:
  - stage: {{out: 8, n: 2, grow: 8}}
  - stage: {{out: 16, n: 3, project: false}}
  - stage: {{out: 24, n: 4, grow: 2}}
  - stage: {{out: 20, n: 1}}
""",
    )
    assert classes(source) == ["Step", "Stage", "Net"]
    assert "for i in range(n):" in source
    assert "get_submodule" not in source
    namespace: dict[str, Any] = {"__name__": "emitted"}
    exec(source, namespace)
    x = torch.randn(2, 8, 8, 8, generator=torch.Generator().manual_seed(0))
    for out, n, grow, project in [(8, 1, 3, False), (5, 3, 4, True), (8, 3, 0, False)]:
        text = f"{{out: {out}, n: {n}, grow: {grow}, project: {str(project).lower()}}}"
        wanted = specs.load(f"{STAGES}\nbody: [stage: {text}]").module().get_submodule("stage")
        stage = namespace["Stage"](8, out, n, grow=grow, project=project)
        assert list(stage.state_dict()) == list(wanted.state_dict())
        stage.load_state_dict(wanted.state_dict())
        torch.testing.assert_close(stage.eval()(x), wanted.eval()(x), msg=text)


def test_a_level_without_modules_is_no_class(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        body:
          - conv: {out: 8, kernel: 3, padding: 1}
            name: stem
          - name: mixed
            branches: [{max_pool: [3, 1, 1]}, {avg_pool: [3, 1, 1]}]
            merge: sum
          - concat:
            from: _, stem
        """,
    )
    assert classes(source) == ["Net"]
    assert "mixed = " in source


def test_a_module_under_two_numbers_is_no_condition_of_its_own(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          stage:
            params: {n: int, mode: str}
            body:
              - repeat: n
                name: step
                do:
                  - branches:
                      - - conv: {out: 8, kernel: 3, padding: 1}
                        - bn
                      - - max_pool: [3, 1, 1]
                          when: mode == "pool"
                        - conv: 8
                          when: mode != "none"
                    merge: sum
                  - relu
        body:
          - stage: {n: 2, mode: "'conv'"}
          - stage: {n: 3, mode: "'pool'"}
          - stage: {n: 1, mode: "'conv'"}
          - stage: {n: 2, mode: "'none'"}
        """,
    )
    assert 'if mode != "none":' in source
    assert classes(source) == ["Step", "Stage", "Step2", "Stage2", "Net"]


def test_one_of_two_modules_that_has_a_number_for_a_name(specs: Specs) -> None:
    source = emitted(
        specs,
        """
        blocks:
          inner: {body: [conv: 3, relu, conv: 3]}
          other: {body: [bn, {conv: 3}]}
          unit:
            children: numbered
            params: {layer: block}
            body: [{branches: [layer, identity], merge: sum}]
        input: [3, 4, 4]
        body: [unit: {layer: inner}, unit: {layer: other}]
        """,
    )
    assert 'self.add_module("0", Inner())' in source
    assert 'self.add_module("0", Other())' in source


def test_sizes_of_what_only_some_have_follow_from_what_goes_in(specs: Specs) -> None:
    """The input, the layer before, both side by side, and `in_channels` of a step after another."""
    source = emitted(
        specs,
        """
        blocks:
          unit:
            params: {out: int, pre: false, post: false, back: false}
            body:
              - branches:
                  - identity
                  - - bn:
                      when: pre
                    - conv: {out: out, kernel: 3, padding: 1}
                    - conv: in_channels
                      when: back
                merge: concat
              - bn:
                when: post
        body:
          - unit: 8
          - unit: {out: 32, pre: true}
          - unit: {out: 48, post: true}
          - unit: {out: 96, back: true}
        """,
    )
    assert classes(source) == ["Unit", "Net"]
    assert "if pre:\n            self.bn1 = nn.BatchNorm2d(in_channels)" in source
    assert "if post:\n            self.bn2 = nn.BatchNorm2d(in_channels + out)" in source
    assert "if back:\n            self.conv2 = nn.Conv2d(out, out, 1)" in source
