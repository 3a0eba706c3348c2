"""Weights that are used again, constant, tied, or started in a way of their own."""

from __future__ import annotations

import pytest
import torch

import netspec
from netspec import Network
from tests.language.programs import Specs
from tests.torch_backend.checks import checked_source

CONV = "{out: 8, kernel: 3, padding: 1}"


def forward(network: Network) -> str:
    """The network's last method."""
    return checked_source(network.program).rpartition("def forward")[2]


@pytest.mark.parametrize(
    ("step", "applied"),
    [
        (f"conv: {CONV}", "self.f(x)"),
        (f"do: [conv: {CONV}, bn, relu]", "self.f(x)"),
        (f"do: [conv: {CONV}, bn]\n    repeat: 2", "self.f(x)"),
        (f"branches: [conv: {CONV}, identity]\n    merge: sum", "self.f(x)"),
        (f"do: [conv: {CONV}, {{conv: 8, name: g}}, again: g]", "self.f(x)"),
        ("unit: 8", "self.f(x)"),
        ("do: [unit: 8, unit: 8]", "self.f(x)"),
        ("unit: 8\n    repeat: 3", "for layer in self.f:"),
    ],
)
def test_what_is_done_again_is_applied_again(specs: Specs, step: str, applied: str) -> None:
    blocks = "blocks: {unit: {params: {out: int}, body: [conv: out, bn, relu]}}"
    text = f"{blocks}\nbody:\n  - {step}\n    name: f\n  - max_pool\n  - again: f\n"
    network = specs.load(text)
    assert forward(network).count(applied) == 2


def test_applied_to_its_own_result_it_is_a_loop(specs: Specs) -> None:
    body = f"body:\n  - conv: {CONV}\n    name: f\n  - again: f\n    repeat: 5\n"
    assert "for _ in range(6):\n            x = self.f(x)" in forward(specs.load(body))


def test_twice_it_is_written_out(specs: Specs) -> None:
    body = f"body:\n  - conv: {CONV}\n    name: f\n  - again: f\n"
    assert forward(specs.load(body)).count("x = self.f(x)") == 1
    assert "return self.f(x)" in forward(specs.load(body))


BUILT_DIFFERENTLY = """
blocks:
  grow: {body: [conv: 8, upsample: {size: in_height * 2}]}
body:
  - grow:
    name: grow
  - again: grow
"""


def test_what_would_be_built_differently_is_a_fault(specs: Specs) -> None:
    network = specs.load(BUILT_DIFFERENTLY)
    with pytest.raises(netspec.SpecError) as caught:
        network.source()
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.span is not None) == ("NS604", True)
    assert diagnostic.message == (
        "`grow` is made once, for [8, 16, 16]; this would be another for [8, 32, 32]"
    )


@pytest.mark.parametrize("also", ["fixed: true", "name: g", "init: {bias: 0}"])
@pytest.mark.parametrize(
    ("body", "tied"),
    [
        ("- conv: 8\n    name: f", "f.weight"),
        ("- {do: [relu, conv: 8], name: f}", "f.1.weight"),
        ("- {do: [relu, {conv: 8, name: type}], name: f}", "f.type.weight"),
        ("- {conv: 8, repeat: 3, name: f}", "f.1.weight"),
        ("- {do: [{conv: 8, name: f}, relu], repeat: 3}", "f.2.weight"),
        ("- unit:\n    name: f", "f.inner.0.weight"),
        ("- numbered:\n    name: f", "f.1.weight"),
        ("- {branches: {a: {conv: 8}, b: identity}, merge: sum, name: f}", "f.a.weight"),
    ],
)
def test_ties_reach_into_modules(specs: Specs, body: str, tied: str, also: str) -> None:
    network = specs.load(
        f"""
blocks:
  unit: {{body: [relu, {{do: [conv: 8, bn], name: inner}}]}}
  numbered: {{children: numbered, body: [relu, conv: 8, bn]}}
body:
  {body}
  - conv: 8
    tie: {{weight: {tied}}}
    {also}
"""
    )
    checked_source(network.program)


@pytest.mark.parametrize(
    "body",
    [
        "[{conv: 8, name: f}, {do: [relu, {conv: 8, tie: {weight: f.weight}}], name: g}]",
        "[{do: [{conv: 8, name: a}, {conv: 8, tie: {weight: g.a.weight}}], name: g}]",
        "[{do: [{conv: 8, name: a}, {conv: 8, tie: {weight: g.a.weight}}], name: g}, again: g]",
        "[{conv: 8, name: f}, {conv: 8, tie: {weight: f.weight}, name: g}, relu, again: g]",
        "[{conv: 8, name: f}, {do: [{conv: 8, tie: {weight: f.weight}}, relu], repeat: 3}]",
    ],
)
def test_ties_stand_anywhere(specs: Specs, body: str) -> None:
    checked_source(specs.load(f"body: {body}").program)


FIXED = "{bn: , name: a, fixed: true}, {bn: , tie: {weight: g.a.bias}, fixed: true}"


@pytest.mark.parametrize(
    "body",
    [
        "[unit: , {unit: , fixed: true}]",
        "[{do: [unit, relu], fixed: true, name: f}]",
        f"[{{do: [{FIXED}], name: g}}]",
        "[outer: , {outer: , fixed: true}]",
    ],
)
def test_ties_hold_in_what_is_made_constant(specs: Specs, body: str) -> None:
    network = specs.load(
        f"""
blocks:
  unit: {{body: [{{bn: , name: a}}, {{bn: , tie: {{weight: a.bias}}}}]}}
  outer:
    body:
      - unit:
        name: u
      - {{do: [conv: 8, bn], name: f}}
      - bn:
        tie: {{weight: f.1.bias, bias: u.a.weight}}
input: [8, 4, 4]
body: {body}
"""
    )
    checked_source(network.program)


def test_a_tied_weight_learns_from_both_of_its_uses(specs: Specs) -> None:
    module = specs.load(
        """
body:
  - {linear: {out: 3, bias: false}, name: encoder}
  - {linear: {out: 5, bias: false}, name: decoder, tie: {weight: encoder.weight}}
""",
        input="[5]",
    ).module(dtype=torch.float64)
    weight = module.get_parameter("encoder.weight")
    x = torch.randn(4, 5, dtype=torch.float64)
    torch.autograd.backward(module(x).sum())
    other = weight.detach().clone().requires_grad_()
    torch.autograd.backward((x @ other.T @ other).sum())
    torch.testing.assert_close(weight.grad, other.grad)
    assert list(module.state_dict()) == ["encoder.weight"]


def test_how_weights_start(specs: Specs) -> None:
    state = (
        specs.load(
            """
blocks:
  unit: {params: {start: float}, body: [{linear: 4, init: {bias: start}}]}
body:
  - {linear: 4, name: a, init: {weight: {constant: {val: 2}}, bias: [1, 2, 3, -0.5]}}
  - {do: [{linear: 4, init: {weight: eye}}, relu], name: b}
  - {for: {s: [1, 5, -3]}, unit: s, name: "c{i}"}
  - {unit: 1, name: d, fixed: true, init: {linear.weight: 7}}
  - {parameter: {shape: [4]}, name: e, init: {weight: 9}}
  - {parameter: {shape: [4]}, name: f, fixed: true, init: {weight: [[1, 2, 3, 4]]}}
""",
            input="[4]",
        )
        .module()
        .state_dict()
    )
    assert state["a.weight"].unique().tolist() == [2]
    assert state["a.bias"].tolist() == [1, 2, 3, -0.5]
    assert state["b.0.weight"].equal(torch.eye(4))
    assert [state[f"c{i}.linear.bias"][0].item() for i in range(3)] == [1, 5, -3]
    assert (state["d.linear.weight"][0, 0], state["d.linear.bias"][0]) == (7, 1)
    assert (state["e"].tolist(), state["f"].tolist()) == ([[9] * 4], [[1, 2, 3, 4]])


def test_constants_are_buffers_at_their_places(specs: Specs) -> None:
    module = specs.load(
        """
blocks:
  unit: {body: [conv: 8, bn, {parameter: {shape: in_shape}, name: shift}]}
body:
  - unit:
    fixed: true
  - {do: [{conv: 8, fixed: true}, relu, conv: 8], name: f}
"""
    ).module()
    assert [key for key, _ in module.named_parameters()] == ["f.2.weight", "f.2.bias"]
    assert "unit.shift" in dict(module.named_buffers())


def test_constants_among_constants_come_before_what_is_made_constant(specs: Specs) -> None:
    inner = "{parameter: {shape: [4]}, name: a}, {parameter: {shape: [4]}, name: b, fixed: true}"
    text = f"""
blocks: {{unit: {{body: [{inner}, linear: 4]}}}}
body: [unit, {{unit: , fixed: true}}]
"""
    network = specs.load(text, input="[4]")
    checked_source(network.program)
    keys = [key for key in network.module().state_dict() if "linear" not in key]
    assert keys == ["unit1.a", "unit1.b", "unit2.b", "unit2.a"]


def test_a_tensor_that_no_list_holds_is_a_fault(specs: Specs) -> None:
    step = "{parameter: {shape: in_shape}, name: e, fixed: true}"
    network = specs.load(f"body: [{{do: [relu, {step}], repeat: 2}}]")
    with pytest.raises(netspec.SpecError) as caught:
        network.source()
    assert [d.code for d in caught.value.diagnostics] == ["NS605"]


def test_a_loop_over_parameters_calls_them_so(specs: Specs) -> None:
    step = "[{identity: , name: u}, {parameter: [16, 16, 16], name: p}, {sum: , from: u, p}]"
    step = step.replace("u, p}]", "'u, p'}]")
    network = specs.load(f"body:\n  - conv: 16\n  - repeat: 2\n    do: {step}\n")
    assert "for parameter in self.p:" in forward(network)


def test_a_table_of_numbers_stands_above_the_classes(specs: Specs) -> None:
    init = "{weight: '[[[[i + k / 8]] for k in range(8)] for i in range(16)]'}"
    steps = f"  - conv: 8\n  - conv: 16\n    name: c\n    init: {init}\n"
    network = specs.load(f"body:\n{steps}")
    source = checked_source(network.program)
    before, table, classes = source.partition("# fmt: off\nC_WEIGHT = (")
    assert table
    assert "class" not in before.partition("import")[2]
    assert "self.c.weight.data.copy_(torch.tensor(C_WEIGHT))" in classes
    wanted = [[i + k / 8 for k in range(8)] for i in range(16)]
    made = network.module().state_dict()["c.weight"]
    torch.testing.assert_close(made[:, :, 0, 0], torch.tensor(wanted))


@pytest.mark.parametrize(
    ("tied", "call"),
    [
        ("conv: {out: 8, kernel: 3, padding: 1, bias: false}", "F.conv2d(x, self.a.weight"),
        (
            "conv_transpose: {out: 8, kernel: 3, stride: 2, bias: false}",
            "F.conv_transpose2d(x, self.a.weight, stride=2)",
        ),
    ],
)
def test_an_op_without_weights_of_its_own_is_a_function(specs: Specs, tied: str, call: str) -> None:
    network = specs.load(
        f"""
body:
  - {{conv: {{out: 8, kernel: 3, padding: 1}}, name: a}}
  - relu
  - {{{tied}, tie: {{weight: a.weight}}}}
""",
        input="[8, 6, 6]",
    )
    source = checked_source(network.program)
    assert call in source
    assert "functional_call" not in source
