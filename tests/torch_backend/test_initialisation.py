"""How emitted modules fill their weights: each as its step, or the network's `init`, says."""

from __future__ import annotations

import pytest
import torch

from netspec import Network
from netspec.program import Init, Instance, Program
from tests.language.programs import Specs
from tests.torch_backend.checks import assert_formatted, assert_typed, checked_source

UNIT = "blocks: {unit: {params: {out: 8}, body: [conv: out, bn, relu, {conv: out, name: last}]}}\n"


def constants(instance: Instance) -> dict[str, float]:
    """The weights of a body that start at a constant, by their keys."""
    found: dict[str, float] = {}
    for call in instance.calls:
        inner = constants(call.target) if isinstance(call.target, Instance) else {}
        own = {key: _constant(init) for key, init in call.weighting.init.items()}
        for path in [] if call.weighting.again else call.paths:
            found |= {".".join([*path, key]): value for key, value in (inner | own).items()}
    return found


def _constant(init: Init) -> float:
    ((_, value),) = init.arguments
    assert isinstance(value, int | float)
    return value


def checked(network: Network) -> str:
    """The source, once its module's constants are the program's and its other weights random."""
    source = checked_source(network.program)
    _check(network.program, network.module())
    return source


def _check(program: Program, module: torch.nn.Module) -> None:
    wanted = constants(program.root)
    state = module.state_dict()
    assert wanted.keys() <= state.keys()
    for key, entry in state.items():
        values = entry.unique().tolist()
        if key in wanted:
            assert values == [wanted[key]], key
        elif key.endswith("weight") and entry.dim() > 1:
            assert len(values) > 1, key


RULE = "for module in self.modules():\n            if isinstance(module, nn.Conv2d):\n"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("[{conv: 8, repeat: 3}]", RULE),
        ("[{unit: , repeat: 3}, conv: 4]", RULE),
        ("[{do: [conv: 8, relu, conv: 4], name: f}, conv: 4]", RULE),
        ("[{do: [unit, conv: 8], repeat: 3, name: f}]", RULE),
        ("[{conv: 8, name: f}, {conv: 8, tie: {weight: f.weight}}, unit, again: f]", RULE),
        ("[unit, {conv: 8, fixed: true}, conv: 8]", RULE),
        ("[unit, {conv: 8, when: false}, {do: [{conv: 8, name: type}], name: g}]", RULE),
        ("[conv: 8]", "nn.init.ones_(self.conv.weight)"),
        ("[unit, {conv: 8, init: {weight: 5}}]", "nn.init.constant_(self.conv.weight, 5)"),
        (
            "[unit, {do: [relu, {conv: 8, init: {weight: 5}}], name: f}]",
            "(conv.weight, 5)",
        ),
        ("[unit, {do: [{conv: 8, init: {weight: 5}}], name: f, repeat: 4}]", "self.f.modules():"),
        ("[{unit: , init: {conv.weight: 5}}]", 'get_parameter("conv.weight"), 5)'),
        ("[{unit: , fixed: true, init: {conv.weight: 5}}]", 'get_buffer("conv.weight"), 5)'),
        (
            "[unit, conv: 8, {conv: 8, init: {weight: 5}, name: type}]",
            "nn.init.constant_(conv.weight, 5)",
        ),
    ],
)
def test_the_init_of_a_file(specs: Specs, body: str, says: str) -> None:
    text = f"init: {{conv: {{weight: 1, bias: 2}}}}\n{UNIT}body: {body}\n"
    assert says in checked(specs.load(text))


EXCEPTIONS = """
init: {conv: {weight: 1}}
blocks:
  unit: {params: {out: 8}, body: [conv: out, bn, {conv: out, name: last, init: {weight: 2}}]}
  deep: {body: [conv: 8, {do: [relu, {conv: 8, init: {weight: 3}}], name: inner}]}
  listed: {children: numbered, body: [conv: 8, relu, {conv: 8, init: {weight: 4}}]}
  given: {params: {start: float}, body: [conv: 8, {conv: 8, name: last, init: {weight: start}}]}
  maybe:
    params: {start: bool}
    body:
      - conv: 8
      - conv: 8
        init: {weight: 6}
        when: start
"""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "[tanh, conv: 8, tanh, conv: 8, tanh, conv: 8, unit, {unit: 4, name: v}]",
            "(module, Unit)",
        ),
        ("[unit, {unit: 4, name: other}]", "nn.init.constant_(self.last.weight, 2)"),
        ("[unit]", "nn.init.constant_(self.unit.last.weight, 2)"),
        ("[deep, deep]", "nn.init.constant_(conv.weight, 3)"),
        ("[listed, listed]", "nn.init.constant_(conv2.weight, 4)"),
        ("[given: 7, given: 8]", "nn.init.constant_(self.last.weight, start)"),
        ("[maybe: true, maybe: false]", "nn.init.constant_(self.conv2.weight, 6)"),
    ],
)
def test_exceptions_are_told_after_the_rule_or_there_is_none(
    specs: Specs, body: str, says: str
) -> None:
    body = body.replace("[", "[conv: 8, relu, conv: 8, relu, ", 1)
    assert says in checked(specs.load(f"{EXCEPTIONS}body: {body}\n"))


def test_linear_layers_within_an_attention_are_left_alone(specs: Specs) -> None:
    body = "init: {linear: {weight: 1}}\nbody: [attention: 2, {linear: 8, repeat: 4}]\n"
    source = checked(specs.load(body, input="[5, 8]"))
    assert "self.modules()" not in source


def test_modules_of_a_helper_are_left_alone(specs: Specs) -> None:
    """The helper for channels-first layer normalisation is an `nn.LayerNorm`."""
    body = "init: {ln: {weight: 0}}\nbody: [ln, ln, ln, {ln: {axis: 0}}]\n"
    assert "isinstance(module, nn.LayerNorm)" not in checked(specs.load(body))


def test_what_differs_by_the_size_of_the_input_is_an_expression_of_it(specs: Specs) -> None:
    init = "init: {conv: {weight: {constant: {val: 1 / in_channels}}}}\n"
    source = checked(specs.load(f"{init}body: [conv: 4, conv: 2, conv: 8]\n"))
    assert "nn.init.constant_(module.weight, 1 / module.in_channels)" in source


def test_modules_that_start_alike_in_a_sequence_are_filled_in_a_loop(specs: Specs) -> None:
    step = "{linear: 8, init: {weight: 3}}"
    body = f"body:\n  - {{do: [{step}, relu, {step}], name: f}}\n  - linear: 8\n"
    source = checked(specs.load(body, input="[8]"))
    assert "for module in self.f:\n            if isinstance(module, nn.Linear):" in source


def test_modules_that_a_generator_makes_may_start_in_ways_of_their_own(specs: Specs) -> None:
    def text(start: int) -> str:
        return f"{{linear: 8, init: {{weight: {start}}}}}"

    runs = f"{{do: [{text(3)}], repeat: 3}}, {{do: [{text(4)}], repeat: 3}}"
    source = checked(specs.load(f"body: [{{do: [{runs}], name: f}}]\n", input="[8]"))
    assert "initialised(" in source


def test_the_source_is_formatted_and_typed(specs: Specs) -> None:
    text = f"{EXCEPTIONS}body: [{{conv: 8, repeat: 4}}, unit, unit: 4, deep, listed, given: 7]\n"
    folder = specs.folder / "emitted"
    folder.mkdir()
    (folder / "net.py").write_text(checked(specs.load(text)))
    assert_formatted(folder)
    assert_typed(folder)
