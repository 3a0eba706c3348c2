"""The factory function: the network for other values of the params that its code honours."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn

import netspec
from netspec import Network
from netspec.backends.torch.module import load_source
from netspec.backends.torch.source.names import variable
from netspec.diagnostics import Report
from netspec.elaborate import elaborate
from netspec.program import Program
from netspec.syntax.spec import SpecFile
from tests.torch_backend.networks import SHIPPED, inputs_of, network

MOST_MACS = 10**8
"""Of networks that are run; of larger ones the shapes are compared."""
HONOURED = {
    "densenet121": ["classes"],
    "googlenet": ["classes"],
    "highway50": ["units", "classes"],
    "vgg16": ["hidden", "classes"],
    "resnet50": ["classes"],
    "vit_b_16": ["dropout", "classes"],
    "two_spirals": [],
    "wavenet": ["channels", "skip_channels", "steps"],
}
FAMILY = """
netspec: 1
name: {name}
params: {{{params}}}
input: [3, 16, 16]
body:
{body}
"""


def emitted(net: Network) -> ModuleType:
    return load_source(net.source(), f"netspec_factory_{variable(net.name)}_{hash(net.source())}")


def factory(net: Network) -> Callable[..., nn.Module]:
    found: Callable[..., nn.Module] = getattr(emitted(net), variable(net.name))
    return found


@cache
def honoured(name: str) -> tuple[tuple[str, int | float], ...]:
    parameters = inspect.signature(factory(network(name))).parameters.values()
    return tuple((parameter.name, parameter.default) for parameter in parameters)


def other(value: int | float) -> int | float:
    return 0.25 if isinstance(value, float) else max(2, value // 2 + 1)


@pytest.mark.parametrize("name", HONOURED)
def test_what_shipped_networks_honour(name: str) -> None:
    net = netspec.load(name)
    assert [param for param, _ in honoured(name)] == HONOURED[name]
    assert all(net.program.params[param] == value for param, value in honoured(name))


@pytest.mark.parametrize("name", SHIPPED)
def test_other_values_give_the_networks_of_those_values(name: str) -> None:
    for param, value in honoured(name):
        assert_is_the_network(name, param, other(value))


def assert_is_the_network(name: str, param: str, value: int | float) -> None:
    net = network(name)
    size = net.input_shape if net.sizes else None
    other = netspec.load(net.document.address, input=size, **{param: value})
    own = other.module(device="meta")
    with torch.device("meta"):
        made = factory(net)(**{param: value})
    found = [(key, tensor.shape) for key, tensor in made.state_dict().items()]
    assert found == [(key, tensor.shape) for key, tensor in own.state_dict().items()]
    if other.macs <= MOST_MACS:
        assert_same_outputs(factory(net)(**{param: value}), other)
    else:
        inputs = [x.to("meta") for x in inputs_of(other)]
        assert shapes_of(made.eval()(*inputs)) == shapes_of(own.eval()(*inputs))


def assert_same_outputs(made: nn.Module, other: Network) -> None:
    own = other.module().eval()
    made.load_state_dict(own.state_dict())
    inputs = inputs_of(other)
    with torch.no_grad():
        torch.testing.assert_close(made.eval()(*inputs), own(*inputs))


def shapes_of(outputs: torch.Tensor | tuple[torch.Tensor | None, ...]) -> list[torch.Size | None]:
    several = outputs if isinstance(outputs, tuple) else (outputs,)
    return [None if output is None else output.shape for output in several]


# ------------------------------------------------------------------------------ specs of their own


def spec(tmp_path: Path, body: str, params: str, name: str = "small") -> Network:
    path = tmp_path / f"{name.strip('_')}.yaml"
    path.write_text(FAMILY.format(name=name, params=params, body=body))
    return netspec.load(path)


def signature(net: Network) -> str:
    found = inspect.signature(factory(net))
    return str(found.replace(return_annotation=inspect.Signature.empty))


def test_a_param_under_a_condition_is_not_honoured(tmp_path: Path) -> None:
    body = "  - conv: 8\n  - dropout: p\n    when: p > 0\n  - conv: classes"
    net = spec(tmp_path, body, "p: 0.5, classes: 4")
    assert signature(net) == "(classes: int = 4)"


@pytest.mark.parametrize(
    "body",
    [
        "  - conv: 8\n  - relu:\n    when: n > 900\n  - conv: n",
        "  - conv: 8 if n < 200 else 12\n  - conv: n",
        "  - conv: max(n, 350)\n  - conv: n",
        "  - conv: 8\n  - relu:\n    when: n == 77 or n == 78\n  - conv: n",
        "  - conv: n\nasserts:\n  - {that: n < 500, else: too many}",
        "  - conv: n\nasserts:\n  - {that: n % 2 == 0, else: odd}",
        "  - conv: 8\n  - relu:\n    when: n % 7 == 1\n  - conv: n",
        "  - conv: 8\n  - relu:\n    when: sqrt(n) > 30 or log2(n) > 12\n  - conv: n",
        "  - conv: 8\n  - relu:\n    when: n ** 2 > 10 ** 5\n  - conv: n",
        "  - conv: divisible(n, 500)\n  - conv: n",
        "  - relu:\n    when: n\n  - leaky_relu: n",
        "  - {conv: 8, name: a, repeat: 3}\n  - identity:\n    from: a[n > 200]\n  - conv: n",
        "  - for: {k: '[k for k in [n, 8] if k < 400]'}\n    conv: k\n  - conv: n",
    ],
)
def test_a_param_that_something_is_decided_by_is_not_honoured(body: str, tmp_path: Path) -> None:
    """However far from its value, and from those tried, the decision turns."""
    assert signature(spec(tmp_path, body, "n: 10")) == "()"


@pytest.mark.parametrize(
    "step", ["relu:\n    when: in_channels > 700", "conv: min(in_channels, 500)"]
)
def test_nor_is_one_that_decides_by_a_shape(step: str, tmp_path: Path) -> None:
    body = f"  - conv: 2 * n\n  - {step}\n  - conv: 8"
    assert signature(spec(tmp_path, body, "n: 10")) == "()"


@pytest.mark.parametrize("step", ["conv: n // 200 + 4", "unit: n // 200 + 4", "unit"])
def test_nor_one_that_is_rounded_to_the_same_where_it_was_tried(step: str, tmp_path: Path) -> None:
    """A shape, an argument and a default that are constant only near the param's value."""
    body = f"  - conv: n\n  - {step}\n  - conv: 8\nblocks:\n"
    body += "  unit: {params: {width: in_channels // 200 + 4}, body: [conv: width]}"
    text = body if "unit" in step else body.partition("\nblocks")[0]
    assert signature(spec(tmp_path, text, "n: 10")) == "()"


def test_what_is_rounded_is_an_expression_of_the_param(tmp_path: Path) -> None:
    body = "  - conv: n\n  - conv: in_channels // 3\n  - conv: n // 2"
    net = spec(tmp_path, body, "n: 10")
    assert signature(net) == "(n: int = 10)"
    for n in (3, 4, 5, 11, 998):
        assert_same_outputs(factory(net)(n), netspec.load(net.document.address, n=n))


def test_a_fraction_that_is_compared_is_not_honoured(tmp_path: Path) -> None:
    for when in ("p == 0.125", "floor(4 * p) == 3", "ceil(10 * p) == 3", "not p"):
        body = f"  - conv: 8\n  - relu:\n    when: {when}\n  - dropout: p / 2\n  - dropout: q"
        assert signature(spec(tmp_path, body, "p: 0.5, q: 0.25")) == "(q: float = 0.25)"


def test_params_stand_in_the_order_of_the_spec(tmp_path: Path) -> None:
    body = "  - conv: n\n  - dropout: p\n  - bn: {momentum: q}"
    found = signature(spec(tmp_path, body, "q: 0.2, p: 0.5, n: 4"))
    assert found == "(q: float = 0.2, p: float = 0.5, n: int = 4)"


def test_a_size_that_is_no_expression_is_not_honoured(tmp_path: Path) -> None:
    body = "  - conv: 2 * width\n  - conv: 8\n  - flatten\n  - linear: width"
    assert signature(spec(tmp_path, body, "width: 4")) == "(width: int = 4)"
    body = "  - branches: [identity, conv: width]\n    merge: concat\n  - conv: 8"
    assert signature(spec(tmp_path, body, "width: 4")) == "()"


def test_params_that_are_only_good_together(tmp_path: Path) -> None:
    """A product of two params is an expression of both, and each alone is honoured."""
    body = "  - conv: {out: a * b}"
    net = spec(tmp_path, body, "a: 4, b: 6")
    made = factory(net)(a=3, b=5)
    assert made.state_dict()["conv.weight"].shape[0] == 15


def test_an_inner_class_is_handed_the_param(tmp_path: Path) -> None:
    blocks = "blocks:\n  head:\n    body:\n      - [relu, global_avg_pool, linear: classes]\n"
    path = tmp_path / "inner.yaml"
    text = FAMILY.format(name="inner", params="classes: 4", body="  - conv: 8\n  - head")
    path.write_text(text.replace("body:\n  - conv", f"{blocks}body:\n  - conv"))
    net = netspec.load(path)
    assert "Head(classes)" in net.source()
    assert factory(net)(classes=7)(torch.zeros(1, 3, 16, 16)).shape == (1, 7)


@pytest.mark.parametrize("name", ["torch", "list", "Net-2", "class", "_x", "F"])
def test_its_name_clashes_with_nothing(name: str, tmp_path: Path) -> None:
    net = spec(tmp_path, "  - conv: classes", "classes: 4", name=name)
    source = net.source()
    made = load_source(source, f"netspec_named_{abs(hash(source))}")
    (function,) = [f for f in vars(made).values() if inspect.isfunction(f)]
    assert type(function(5)).__name__ == net.module().__class__.__name__
    assert function(5)(torch.zeros(1, 3, 4, 4)).shape == (1, 5, 4, 4)


def test_shape_comments_are_those_of_the_defaults() -> None:
    source = netspec.load("densenet121").source()
    assert "return self.classifier(x)  # [1000]" in source
    assert "self.classifier = nn.Linear(1024, classes)" in source


def test_trying_other_values_leaves_the_spec_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "netspec: 1\nparams: {classes: 10}\ninput: [3]\n"
        "blocks: {head: {body: [{linear: classes}]}}\nbody: [head]\n"
    )
    own = netspec.load(path)
    file, found = own._compiled[0], []

    def elaborated(tried: SpecFile, report: Report) -> Program:
        found.append(([*tried.overrides], [*file.overrides]))
        return elaborate(tried, report)

    monkeypatch.setattr("netspec.compilation.elaborate", elaborated)
    (output,) = own._program_of({"classes": 7}).root.outputs
    assert output.type.shape == (7,)
    assert found == [(["classes"], [])]
    assert "head = Head(3, classes)" in own.source() or "nn.Linear(3, classes)" in own.source()
