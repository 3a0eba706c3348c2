"""The live module: it is the emitted source, and it goes wherever modules go."""

from __future__ import annotations

import copy
import inspect
import io
import os
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import netspec
from netspec import Network
from netspec.backends.torch.module import load_source
from netspec.catalog import shipped
from tests.torch_backend.checks import samples
from tests.torch_backend.test_goldens import FOLDER

SMALL = {
    "alexnet": (3, 63, 63),
    "densenet121": (3, 32, 32),
    "lenet5": (1, 32, 32),
    "resnet18": (3, 32, 32),
    "resnet50": (3, 32, 32),
    "vgg11_bn": (3, 32, 32),
}
"""A network of each family, and an input that suits it."""
LEAST = {
    "inception_resnet_v2": 75,
    "inception_v1": 79,
    "inception_v3": 299,
    "inception_v3_noaux": 75,
    "inception_v4": 75,
    "unet_572": 188,
    "unet_recursive_572": 188,
    "very_deep_polynet": 75,
}
"""The least side of images, for networks that 64 is too little for."""
EXPORTED = ("dense_lists", "fractal", "inception", "shared_blocks", "skips")
FEATURES = ("clashes", *EXPORTED)
"""`torch.export` cannot reach children that are called `type` or `forward`."""


def shipped_networks() -> list[str]:
    """Of every shipped file the network with the fewest parameters, and those that have outputs in
    training only.
    """
    chosen: list[str] = []
    for name, variants in shipped().items():
        networks = {variant: netspec.load(variant) for variant in variants or [name]}
        smallest = min(networks, key=lambda variant: networks[variant].params)
        late = [variant for variant in networks if networks[variant].program.train_only]
        chosen += dict.fromkeys([smallest, *late])
    return chosen


SHIPPED = shipped_networks()


def network(name: str) -> Network:
    if name in FEATURES:
        return netspec.load(FOLDER / "specs" / f"{name}.yaml")
    full = netspec.load(name)
    if len(full.program.inputs) > 1:
        return full
    return netspec.load(name, input=SMALL.get(name) or small_input(name))


def inputs_of(net: Network, batch: int = 2) -> list[torch.Tensor]:
    inputs = samples(net.program, batch)
    return [x.float() if x.is_floating_point() else x for x in inputs]


def small_input(name: str) -> tuple[int, ...]:
    """The spec's own input, images cut down to 64 x 64 or to what the network takes."""
    channels, *sizes = netspec.load(name).input_shape
    return (channels, *(min(size, LEAST.get(name, 64)) for size in sizes))


@pytest.fixture(scope="module")
def resnet() -> Network:
    return network("resnet18")


@pytest.fixture(scope="module")
def module(resnet: Network) -> nn.Module:
    return resnet.module().eval()


@pytest.fixture(scope="module")
def images(resnet: Network) -> torch.Tensor:
    return torch.randn(2, *resnet.input_shape)


def test_its_source_is_the_emitted_one(resnet: Network, module: nn.Module) -> None:
    assert inspect.getsource(type(module)) in resnet.source()
    assert inspect.getsource(sys.modules[type(module).__module__]) == resnet.source()


def test_a_traceback_shows_its_lines(module: nn.Module) -> None:
    with pytest.raises(RuntimeError) as caught:
        module(torch.zeros(2, 5, 32, 32))
    shown = "".join(traceback.format_exception(caught.value))
    assert "x = F.relu(self.bn1(self.conv1(x)))" in shown


def test_a_second_module_has_the_same_class_and_other_weights(resnet: Network) -> None:
    a, b = resnet.module(), resnet.module()
    assert type(a) is type(b)
    assert not torch.equal(a.state_dict()["fc.weight"], b.state_dict()["fc.weight"])


def test_a_deep_copy(module: nn.Module, images: torch.Tensor) -> None:
    copied = copy.deepcopy(module)
    assert type(copied) is type(module)
    assert copied.state_dict()["fc.weight"] is not module.state_dict()["fc.weight"]
    torch.testing.assert_close(copied(images), module(images))


def test_a_state_dict_round_trip(resnet: Network, module: nn.Module, images: torch.Tensor) -> None:
    buffer = io.BytesIO()
    torch.save(module.state_dict(), buffer)
    buffer.seek(0)
    other = resnet.module().eval()
    other.load_state_dict(torch.load(buffer, weights_only=True))
    torch.testing.assert_close(other(images), module(images))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_in_this_process(protocol: int, module: nn.Module, images: torch.Tensor) -> None:
    restored = pickle.loads(pickle.dumps(module, protocol))
    assert type(restored) is type(module)
    torch.testing.assert_close(restored(images), module(images))


def test_a_pickle_carries_the_source_once(resnet: Network, module: nn.Module) -> None:
    assert pickle.dumps(module).count(b"import torch.nn.functional as F") == 1


def test_a_subclass_is_pickled_as_python_does(resnet: Network) -> None:
    base: Any = type(resnet.module(device="meta"))
    derived = type("Derived", (base,), {"__module__": __name__})
    globals()["Derived"] = derived
    try:
        assert type(pickle.loads(pickle.dumps(derived()))) is derived
    finally:
        del globals()["Derived"]


FRESH = """
import inspect, pickle, sys, torch
folder = sys.argv[1]
images, expected = torch.load(folder + "/tensors.pt")
with open(folder + "/module.pickle", "rb") as file:
    pickled = pickle.load(file)
saved = torch.load(folder + "/module.pt", weights_only=False)
for module in (pickled, saved):
    assert torch.equal(module(images), expected)
    assert "class ResNet18" in inspect.getsource(type(module))
assert type(pickled) is type(saved)
"""


def test_pickling_into_a_fresh_process(
    module: nn.Module, images: torch.Tensor, tmp_path: Path
) -> None:
    (tmp_path / "module.pickle").write_bytes(pickle.dumps(module))
    torch.save(module, tmp_path / "module.pt")
    torch.save((images, module(images).detach()), tmp_path / "tensors.pt")
    subprocess.run([sys.executable, "-c", FRESH, str(tmp_path)], check=True)


SPAWN = """
import multiprocessing, torch, netspec

def run(module, images, queue):
    queue.put(module(images).detach().numpy())

if __name__ == "__main__":
    module = netspec.load("lenet5").module()
    images = torch.randn(2, 1, 32, 32)
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=run, args=(module, images, queue))
    process.start()
    result = torch.from_numpy(queue.get(timeout=60))
    process.join()
    assert torch.allclose(result, module(images), atol=1e-6)
"""


def test_spawned_processes_take_it(tmp_path: Path) -> None:
    script = tmp_path / "spawn.py"
    script.write_text(SPAWN)
    root = str(Path(netspec.__file__).parent.parent)
    environment = os.environ | {"PYTHONPATH": root}
    subprocess.run([sys.executable, str(script)], check=True, env=environment)


@pytest.mark.parametrize("name", [*SHIPPED, *FEATURES])
def test_it_compiles_without_graph_breaks(name: str) -> None:
    torch._dynamo.reset()
    net = network(name)
    module, inputs = net.module().eval(), inputs_of(net)
    compiled = torch.compile(module, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(*inputs), module(*inputs))
    torch.compile(module.train(), fullgraph=True, backend="eager")(*inputs)


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_inductor_compiles_it() -> None:
    torch._dynamo.reset()
    module = network("lenet5").module().eval()
    images = torch.randn(2, 1, 32, 32)
    compiled = torch.compile(module, fullgraph=True)
    torch.testing.assert_close(compiled(images), module(images), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", [*SMALL, *EXPORTED])
def test_it_exports_with_a_dynamic_batch(name: str) -> None:
    net = network(name)
    module = net.module().eval()
    shapes = ({0: torch.export.Dim("batch", min=2)},)
    program = torch.export.export(
        module, (torch.randn(3, *net.input_shape),), dynamic_shapes=shapes
    )
    images = torch.randn(5, *net.input_shape)
    torch.testing.assert_close(program.module()(images), module(images), rtol=1e-4, atol=1e-4)


def test_it_is_made_on_the_meta_device(resnet: Network) -> None:
    module = resnet.module(device="meta")
    assert {tensor.device.type for tensor in module.state_dict().values()} == {"meta"}


def test_it_is_made_in_another_type(resnet: Network) -> None:
    module = resnet.module(dtype=torch.bfloat16, memory_format=torch.channels_last)
    assert {p.dtype for p in module.parameters()} == {torch.bfloat16}
    weight = module.get_parameter("conv1.weight")
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert torch.get_default_dtype() is torch.float32


def test_defaults_are_restored_after_a_failure(resnet: Network) -> None:
    with pytest.raises(TypeError):
        resnet.module(dtype=torch.int64)
    assert torch.get_default_dtype() is torch.float32


def test_source_that_fails_leaves_no_module_behind() -> None:
    with pytest.raises(ZeroDivisionError):
        load_source("1 / 0\n", "netspec_failing")
    assert "netspec_failing" not in sys.modules


@pytest.mark.parametrize("name", SMALL)
def test_dropout_and_statistics_follow_the_mode(name: str) -> None:
    net = network(name)
    module = net.module()
    images = torch.randn(4, *net.input_shape)
    module.train()(images)
    module.eval()
    torch.testing.assert_close(module(images), module(images))
