"""What a step consists of, on which inputs."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import netspec
from netspec.backends.torch.bench import inference_step, samples, steps, training_step
from netspec.backends.torch.placement import Placement


class Probe(nn.Module):
    """Remembers how it was run."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 3)
        self.seen: list[tuple[bool, bool, bool]] = []

    def forward(self, x: Tensor) -> Tensor:
        without = self.linear.weight.grad is None
        self.seen.append((self.training, torch.is_inference_mode_enabled(), without))
        y: Tensor = self.linear(x)
        return y


class Outputs(NamedTuple):
    scores: Tensor
    auxiliary: Tensor | None
    maps: Tensor


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[torch.device]:
    """Where steps wait for the device to finish."""
    found: list[torch.device] = []
    monkeypatch.setattr(steps, "wait", found.append)
    return found


def test_inference_keeps_no_graph(waits: list[torch.device]) -> None:
    module = Probe()
    step = inference_step(module, [torch.ones(2, 4)])
    step()
    step()
    assert module.seen == [(False, True, True)] * 2
    assert waits == [torch.device("cpu")] * 2


def test_a_training_step_goes_down_the_gradient(waits: list[torch.device]) -> None:
    """Its gradients are its own, not added to those of the step before."""
    module, x = Probe(), torch.ones(2, 4)
    before = module.linear.weight.detach().clone()
    F.cross_entropy(module(x), torch.tensor([0, 1])).backward()  # type: ignore[no-untyped-call]
    gradient = module.linear.weight.grad
    assert gradient is not None
    gradient = gradient.clone()
    step = training_step(module, [x])
    step()
    step()
    assert module.seen[1:] == [(True, False, True)] * 2
    assert module.linear.weight.grad is not None
    torch.testing.assert_close(module.linear.weight.grad, gradient, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(module.linear.weight.detach(), before, rtol=0, atol=1e-4)
    assert not torch.equal(module.linear.weight.detach(), before)
    assert len(waits) == 2


def test_the_loss_is_of_all_outputs() -> None:
    scores, other, maps = torch.randn(4, 3), torch.randn(4, 3), torch.randn(4, 2, 5, 5)
    labels = torch.tensor([0, 1, 2, 0])
    expected = F.cross_entropy(scores, labels) + F.cross_entropy(other, labels) + maps.mean()
    torch.testing.assert_close(steps.loss(Outputs(scores, other, maps)), expected)
    indices = torch.arange(4)
    given = {"a": [scores, other], "b": (maps, indices), "c": None}
    torch.testing.assert_close(steps.loss(given), expected)


def test_the_loss_of_half_precision_is_summed_in_float32() -> None:
    assert steps.loss(torch.randn(4, 3, dtype=torch.bfloat16)).dtype is torch.float32


def test_indices_are_those_of_an_embedding() -> None:
    network = netspec.load("wide_and_deep")
    given = samples(network.program)
    assert any(sample.below for sample in given)
    inputs = [sample.batch(64, Placement.of("cpu", "float64")) for sample in given]
    for x, value in zip(inputs, network.program.inputs, strict=True):
        assert x.shape == (64, *value.shape)
        assert x.dtype is (torch.int64 if value.dtype == "int64" else torch.float64)
    inference_step(network.module(dtype="float64"), inputs)()


def test_images_have_channels_last_if_weights_do() -> None:
    (sample,) = samples(netspec.load("lenet5", input=(1, 32, 32)).program)
    (video,) = samples(netspec.load("r3d_18").program)
    place = Placement.of("cpu", "bfloat16", "channels_last")
    assert sample.batch(2, place).is_contiguous(memory_format=torch.channels_last)
    assert video.batch(1, place).is_contiguous(memory_format=torch.channels_last_3d)
    assert sample.batch(2, place).dtype is torch.bfloat16


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("make", [inference_step, training_step])
def test_steps_end_when_the_gpu_has_finished(make: object) -> None:
    module = nn.Linear(4096, 4096, device="cuda")
    step = (inference_step if make is inference_step else training_step)(
        module, [torch.randn(4096, 4096, device="cuda")]
    )
    step()
    assert torch.cuda.current_stream().query()
