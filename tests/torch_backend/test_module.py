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
from tests.torch_backend.networks import EXPORTED, SMALL, network


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
    assert "x = F.relu_(self.bn1(self.conv1(x)))" in shown


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
