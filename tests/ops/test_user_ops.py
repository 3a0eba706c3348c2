"""Ops of a user's own, registered from Python."""

from __future__ import annotations

import copy
import io
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from pydantic import PositiveInt
from torch import nn

import netspec
from netspec import Network
from netspec.analysis.state import state_dict
from netspec.backends.torch import (
    Lowering,
    Operand,
    call,
    infix,
    lowering,
    lowers,
    option,
    registered,
    value,
)
from netspec.ops import Op, ShapeError, Tensors, Weight, base, op

CENTRED = '''
class Centred(nn.Module):
    """Factors per channel on the distance from a running mean over channels."""

    def __init__(self, channels: int, times: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), float(times)))
        self.register_buffer("mean", torch.zeros(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        per_channel = (-1, *(1 for _ in x.shape[2:]))
        return F.relu(x - self.mean.view(per_channel)) * self.weight.view(per_channel)
'''


@pytest.fixture(autouse=True)
def own_ops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two ops that are known while a test runs: `centred` with weights, `gate` of two inputs."""
    base.names()
    monkeypatch.setattr(base, "_registry", {**base._registry})
    monkeypatch.setattr(lowering, "_table", {**lowering._table})

    @op("centred", group="homemade")
    class Centred(Op):
        """`weight * max(x - mean, 0)` per channel. FLOPs: 3 per element."""

        times: PositiveInt = 1

        def infer(self, inputs: Tensors) -> Tensors:
            if len(inputs[0].shape) != 3:
                raise ShapeError("NS301", f"centred takes [C, H, W], not {inputs[0]}", "like this")
            return inputs

        def weights(self, inputs: Tensors) -> dict[str, Weight]:
            channels = inputs[0].shape[:1]
            mean = Weight(channels, "zeros", trainable=False)
            return {"weight": Weight(channels, "times"), "mean": mean}

        def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
            return 3 * outputs[0].elements

    @lowers(Centred)
    def centred(given: Centred, inputs: Tensors) -> Lowering:
        channels = value("channels", inputs[0].shape[0])
        return registered(call("Centred", channels, option("times", given.times, 1)), CENTRED)

    @op("gate", group="merge")
    class Gate(Op):
        """`sigmoid(a) * b` of two tensors of one shape."""

        arity = (2, 2)
        merges = True

        def infer(self, inputs: Tensors) -> Tensors:
            return inputs[:1]

    @lowers(Gate)
    def gate(given: Gate, inputs: Tensors) -> Lowering:
        return Lowering(infix("*", call("torch.sigmoid", Operand(0)), Operand(1)))


SPEC = """netspec: 1
name: own
params: {times: 3}
input: [4, 8, 8]
blocks:
  unit: {params: {n: int}, body: [centred: n, relu]}
body:
  - conv: 6
  - unit: times
  - unit: 5
  - centred:
    name: last
    repeat: 2
  - branches: [identity, conv: 6]
    merge: gate
"""


@pytest.fixture
def network(tmp_path: Path) -> Network:
    (tmp_path / "own.yaml").write_text(SPEC)
    return netspec.load(tmp_path / "own.yaml")


@pytest.fixture
def module(network: Network) -> nn.Module:
    return network.module().eval()


@pytest.fixture
def images() -> torch.Tensor:
    return torch.rand(2, 4, 8, 8)


def test_weights_are_counted_and_have_their_keys(network: Network, module: nn.Module) -> None:
    assert [key for key in state_dict(network.program) if "conv" not in key] == [
        f"{path}.{name}"
        for path in ("unit1.centred", "unit2.centred", "last.0", "last.1")
        for name in ("weight", "mean")
    ]
    assert list(state_dict(network.program)) == list(module.state_dict())
    assert (network.params, network.buffers) == (4 * 6 + 6 + 36 + 6 + 4 * 6, 4 * 6)


def test_without_a_rule_for_flops_the_status_is_partial(network: Network) -> None:
    assert network.macs == (24 + 36) * 64
    assert network.cost.unknown == {"gate"}
    assert network.stats().to_dict()["status"] == "partial"


def test_the_source_has_its_helper_and_the_names_of_the_spec(network: Network) -> None:
    source = network.source()
    assert source.count("class Centred(nn.Module):") == 1
    assert "self.centred = Centred(6, times=n)" in source
    assert "self.last = nn.Sequential(*(Centred(6) for _ in range(2)))" in source
    assert "torch.sigmoid(" in source


def test_the_diagram_shows_it(network: Network) -> None:
    assert "centred" in network.dot()
    assert "gate" in network.dot()


def test_facts_and_module_agree(network: Network, module: nn.Module, images: torch.Tensor) -> None:
    network.compare()
    assert module.state_dict()["unit1.centred.weight"].tolist() == [3.0] * 6
    x = module.get_submodule("conv1")(images)
    torch.testing.assert_close(module.get_submodule("unit1")(x), 3 * torch.relu(x))


def test_it_trains(module: nn.Module, images: torch.Tensor) -> None:
    module.train()(images).sum().backward()
    assert all(weight.grad is not None for weight in module.parameters())


def test_it_compiles_without_graph_breaks(module: nn.Module, images: torch.Tensor) -> None:
    torch._dynamo.reset()
    compiled = torch.compile(module, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(images), module(images))


def test_it_is_copied_pickled_and_saved(module: nn.Module, images: torch.Tensor) -> None:
    saved = io.BytesIO()
    torch.save(module, saved)
    saved.seek(0)
    loaded = torch.load(saved, weights_only=False)
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module)), loaded):
        torch.testing.assert_close(other(images), module(images))


FRESH = """
import pickle, sys, torch
module, images, expected = pickle.load(open(sys.argv[1], "rb"))
torch.testing.assert_close(module(images), expected)
"""


def test_a_process_that_does_not_know_the_op_takes_its_pickle(
    module: nn.Module, images: torch.Tensor, tmp_path: Path
) -> None:
    path = tmp_path / "module.pickle"
    path.write_bytes(pickle.dumps((module, images, module(images).detach())))
    subprocess.run([sys.executable, "-c", FRESH, str(path)], check=True)


@pytest.mark.parametrize(
    ("step", "code", "column"),
    [
        ("[flatten, centred]", "NS301", 17),
        ("[centred: 0]", "NS204", 17),
        ("[centred: {time: 2}]", "NS202", 18),
        ("[gate]", "NS306", 8),
        ("[{branches: [relu, tanh], merge: centred}]", "NS302", 40),
    ],
)
def test_its_faults_are_located(step: str, code: str, column: int, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(f"netspec: 1\ninput: [4, 8, 8]\nbody: {step}\n")
    with pytest.raises(netspec.SpecError) as caught:
        netspec.load(tmp_path / "bad.yaml")
    (fault,) = caught.value.diagnostics
    assert fault.span is not None
    assert (fault.code, fault.span.line, fault.span.column) == (code, 3, column)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("relu", "already registered by netspec.ops.activation.ReLU"),
        ("centred", "already registered by tests.ops.test_user_ops"),
        ("squeeze_excite", "the standard library has a block of that name"),
        ("from", "not a name that specs can use"),
        ("my.op", "not a name that specs can use"),
    ],
)
def test_a_name_that_is_not_free(name: str, reason: str) -> None:
    class Other(Op):
        """Another one."""

    with pytest.raises(ValueError, match=f"no op can be called '{name}': {reason}"):
        op(name, group="other")(Other)


def test_an_argument_is_not_called_as_a_modifier() -> None:
    class Repeated(Op):
        """An op that a spec could not tell from a loop."""

        repeat: int

    with pytest.raises(ValueError, match="no argument of an op can be called 'repeat'"):
        op("repeated", group="other")(Repeated)


FIRST_OF_ALL = """
from netspec.ops import Op, op
try:
    @op("relu", group="activation")
    class Mine(Op):
        pass
except ValueError as error:
    print(error)
"""


def test_the_newcomer_is_refused_even_if_it_comes_first() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_OF_ALL], capture_output=True, text=True)
    assert "already registered by netspec.ops.activation.ReLU" in done.stdout


@pytest.mark.parametrize(
    "helper",
    [
        "def helper(x):\n    return x\n",
        "import math\n\nclass Helper(nn.Module):\n    pass\n",
        "    class Helper(nn.Module):\n        pass\n",
        "class Helper:\n    pass\n",
    ],
)
def test_a_helper_is_one_class(helper: str) -> None:
    with pytest.raises(ValueError, match="the source of one class"):
        registered(call("Helper"), helper)


def test_two_ops_cannot_bring_different_helpers_of_one_name(tmp_path: Path) -> None:
    @op("dropping", group="homemade")
    class Dropping(Op):
        """`x`."""

        def infer(self, inputs: Tensors) -> Tensors:
            return inputs

    @lowers(Dropping)
    def dropping(given: Dropping, inputs: Tensors) -> Lowering:
        return registered(call("DropPath"), "class DropPath(nn.Identity):\n    pass\n")

    path = tmp_path / "two.yaml"
    path.write_text("netspec: 1\nname: two\ninput: [4]\nbody: [dropping, drop_path: 0.5]\n")
    with pytest.raises(netspec.SpecError, match=r"NS603.*bring helper classes `DropPath`"):
        netspec.load(path).source()
