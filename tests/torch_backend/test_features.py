"""Networks with weights and tensors of every kind go wherever modules go."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import netspec
from tests.torch_backend.checks import samples
from tests.torch_backend.test_goldens import FOLDER

NAMES = ("again", "captions", "shared_in_loops", "tensors", "towers", "weights")
WITH_CONSTANTS = ("shared_in_loops", "tensors", "weights")


def network(name: str) -> netspec.Network:
    return netspec.load(FOLDER / "specs" / f"{name}.yaml")


def inputs_of(name: str, batch: int = 2) -> list[torch.Tensor]:
    inputs = samples(network(name).program, batch)
    return [x.float() if x.is_floating_point() else x for x in inputs]


def assert_same(found: object, expected: object) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_compiling_without_graph_breaks(name: str) -> None:
    torch._dynamo.reset()
    module, inputs = network(name).module(), inputs_of(name)
    compiled = torch.compile(module, fullgraph=True, backend="eager")
    assert type(compiled(*inputs)) is type(module(*inputs))
    module.eval()
    assert_same(compiled(*inputs), module(*inputs))


@pytest.mark.parametrize("name", NAMES)
def test_exporting_with_a_dynamic_batch(name: str) -> None:
    module, inputs = network(name).module().eval(), inputs_of(name, 3)
    shapes = [{0: torch.export.Dim("batch", min=2)} for _ in inputs]
    program = torch.export.export(module, tuple(inputs), dynamic_shapes=shapes)
    assert_same(program.module()(*(others := inputs_of(name, 5))), module(*others))


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_has_weights_of_its_own(name: str) -> None:
    module, inputs = network(name).module().eval(), inputs_of(name)
    copied, before = copy.deepcopy(module), module(*inputs)
    assert_same(copied(*inputs), before)
    for tensor in module.state_dict().values():
        tensor.zero_()
    assert_same(copied(*inputs), before)


FRESH = """
import pickle, sys, torch
with open(sys.argv[1], "rb") as file:
    module, inputs, expected = pickle.load(file)
torch.testing.assert_close(module(*inputs), expected)
"""


@pytest.mark.parametrize("name", ["captions", "tensors", "weights"])
def test_pickling_into_a_fresh_process(name: str, tmp_path: Path) -> None:
    module, inputs = network(name).module().eval(), inputs_of(name)
    path = tmp_path / "module.pickle"
    path.write_bytes(pickle.dumps((module, inputs, module(*inputs).detach())))
    subprocess.run([sys.executable, "-c", FRESH, str(path)], check=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_meta_device(name: str) -> None:
    module = network(name).module(device="meta").eval()
    assert {tensor.device.type for tensor in module.state_dict().values()} == {"meta"}
    output = module(*(x.to("meta") for x in inputs_of(name)))
    assert {y.device.type for y in several(output) if y is not None} == {"meta"}


def several(output: torch.Tensor | tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return output if isinstance(output, tuple) else (output,)


@pytest.mark.parametrize("name", NAMES)
def test_a_training_step_changes_all_but_constants(name: str) -> None:
    torch.manual_seed(0)
    module, inputs = network(name).module().train(), inputs_of(name, 8)
    before = {key: tensor.clone() for key, tensor in module.state_dict().items()}
    optimiser = torch.optim.SGD(module.parameters(), lr=0.1)
    torch.autograd.backward([y.square().sum() for y in several(module(*inputs))])
    optimiser.step()
    trained = {key for key, _ in module.named_parameters()}
    changed = {key for key, new in module.state_dict().items() if not new.equal(before[key])}
    statistics = {key for key in before if key.rpartition(".")[2].startswith(("running", "num_"))}
    assert all(key.endswith("bias") for key in trained - changed), "normalised away"
    assert changed <= trained | statistics
    assert (set(before) > trained | statistics) == (name in WITH_CONSTANTS)
