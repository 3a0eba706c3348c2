"""Modules on other devices, of other number types, with channels last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest
import torch
from torch import nn

import netspec
from netspec import Network, SpecError
from tests.torch_backend.networks import SHIPPED, inputs_of, network, outputs_of

CHANNELS_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}
NO_BFLOAT16 = {"deconvnet", "inception_v1"}
"""torch 2.13 has no `local_response_norm` of bfloat16 on the CPU."""
NOT_WRITTEN = (torch.bfloat16, 5)
"""Weights, by type and axes, whose gradients by oneDNN (torch 2.13, CPU) can hold memory that
nobody wrote: `conv3d` by itself does so as well.
"""
cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.fixture(scope="module")
def resnet() -> Network:
    return network("resnet18")


def made(net: Network, **options: object) -> nn.Module:
    """Modules of one network with the same weights."""
    torch.manual_seed(0)
    return net.module(**options)  # type: ignore[arg-type]


def as_type(inputs: Sequence[torch.Tensor], dtype: torch.dtype) -> list[torch.Tensor]:
    return [x.to(dtype) if x.is_floating_point() else x for x in inputs]


def with_channels_last(inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    return [
        x.contiguous(memory_format=CHANNELS_LAST[x.dim()]) if x.dim() in CHANNELS_LAST else x
        for x in inputs
    ]


def require_gradients(net: Network, module: nn.Module, inputs: Sequence[torch.Tensor]) -> None:
    """Every output is finite, and every weight has a finite gradient, of its own type; in training
    where the network's own code does other things then.
    """
    outputs = outputs_of(module.train("training" in net.source())(*inputs))
    assert all(output.isfinite().all() for output in outputs)
    torch.stack([output.double().mean() for output in outputs]).sum().backward()  # type: ignore[no-untyped-call]
    for parameter in module.parameters():
        assert parameter.grad is not None
        assert parameter.grad.dtype is parameter.dtype
        if (parameter.dtype, parameter.dim()) != NOT_WRITTEN:
            assert parameter.grad.isfinite().all()


class Reference(NamedTuple):
    """A network, its module in float32 and what that makes of its inputs."""

    name: str
    net: Network
    module: nn.Module
    inputs: list[torch.Tensor]
    outputs: list[torch.Tensor]


@pytest.fixture(scope="module", params=SHIPPED)
def reference(request: pytest.FixtureRequest) -> Reference:
    net = network(request.param)
    module, inputs = made(net).eval(), inputs_of(net)
    with torch.inference_mode():
        return Reference(request.param, net, module, inputs, outputs_of(module(*inputs)))


# ------------------------------------------------------------------------------------- number types


def test_bfloat16_with_channels_last(reference: Reference) -> None:
    """Weights are drawn exactly and then rounded; integers stay what they are."""
    half = made(reference.net, dtype="bfloat16", memory_format="channels_last").eval()
    for key, tensor in reference.module.state_dict().items():
        wanted = tensor.bfloat16() if tensor.is_floating_point() else tensor
        assert torch.equal(half.state_dict()[key], wanted)
    inputs = with_channels_last(as_type(reference.inputs, torch.bfloat16))
    if reference.name in NO_BFLOAT16:
        with pytest.raises(NotImplementedError, match="avg_pool3d"):
            half(*inputs)
        return
    with torch.no_grad():
        outputs = outputs_of(half(*inputs))
    for output, wanted in zip(outputs, reference.outputs, strict=True):
        assert output.dtype is torch.bfloat16
        assert (output - wanted).abs().max() <= 0.05 * wanted.abs().max()
    require_gradients(reference.net, half, inputs)


@pytest.mark.parametrize("dtype", [torch.float64, "float64", torch.float16, torch.float32])
def test_types_and_their_names(resnet: Network, dtype: torch.dtype | str) -> None:
    tensors = resnet.module(device="meta", dtype=dtype).state_dict()
    wanted = getattr(torch, dtype) if isinstance(dtype, str) else dtype
    assert {tensor.dtype for tensor in tensors.values()} == {wanted, torch.int64}
    assert tensors["bn1.num_batches_tracked"].dtype is torch.int64
    assert torch.get_default_dtype() is torch.float32


def test_constants_of_the_spec_are_exact_in_float64() -> None:
    constants = netspec.load("neocognitron").module(dtype=torch.float64).get_buffer("us1.c.weight")
    assert constants.flatten()[0].item() == 0.10707660879420136


def test_the_default_type_is_the_users() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        module = netspec.load("two_spirals").module()
    finally:
        torch.set_default_dtype(torch.float32)
    assert {parameter.dtype for parameter in module.parameters()} == {torch.float64}


# ----------------------------------------------------------------------------------- memory formats


def test_convolutions_keep_channels_last(reference: Reference) -> None:
    """Those of several channels: one channel is last as well as first."""
    module = made(reference.net, memory_format=torch.channels_last).eval()
    others: list[str] = []

    def look(module: nn.Module, _: object, output: torch.Tensor) -> None:
        if not output.is_contiguous(memory_format=CHANNELS_LAST[output.dim()]):
            others.append(str(module))

    for part in module.modules():
        if isinstance(part, nn.Conv2d | nn.Conv3d) and part.in_channels > 1:
            part.register_forward_hook(look)
    inputs = with_channels_last(reference.inputs)
    with torch.no_grad():
        outputs = outputs_of(module(*inputs))
    torch.testing.assert_close(outputs, reference.outputs, rtol=1e-3, atol=1e-4)
    require_gradients(reference.net, module, inputs)
    assert others == []


@pytest.mark.parametrize("name", ["channels_last", "channels_last_3d"])
def test_channels_last_is_of_as_many_axes_as_a_weight_has(name: str) -> None:
    """Video networks convolve over three axes, images over two."""
    weights = network("r3d_18").module(memory_format=getattr(torch, name)).parameters()
    convolved = [weight for weight in weights if weight.dim() == 5]
    assert convolved
    for weight in convolved:
        assert weight.is_contiguous(memory_format=torch.channels_last_3d)


@pytest.mark.parametrize("given", [torch.contiguous_format, "preserve_format", None])
def test_other_formats_leave_weights_as_they_are(resnet: Network, given: object) -> None:
    assert all(weight.is_contiguous() for weight in made(resnet, memory_format=given).parameters())


# ------------------------------------------------------------------------------------------ devices


@pytest.mark.parametrize("dtype", [None, "bfloat16"])
@pytest.mark.parametrize("memory_format", [None, "channels_last"])
@pytest.mark.parametrize("name", ["lenet5_1998", "resnet18", "vit_b_16", "wide_and_deep"])
def test_without_memory(name: str, dtype: str | None, memory_format: str | None) -> None:
    net = network(name)
    module = net.module("meta", dtype, memory_format)
    assert {tensor.device.type for tensor in module.state_dict().values()} == {"meta"}
    wanted = getattr(torch, dtype or "float32")
    for output in outputs_of(module(*[x.to("meta") for x in as_type(inputs_of(net), wanted)])):
        assert output.device.type == "meta"
        assert output.dtype is wanted


FAULTS: list[dict[str, object]] = [
    {"device": "tpu"},
    {"device": "cpu:x"},
    {"device": 1.5},
    {"dtype": "bfloat"},
    {"dtype": "channels_last"},
    {"dtype": torch.int64},
    {"dtype": torch.complex64},
    {"memory_format": "channels_first"},
    {"memory_format": torch.float32},
]


@pytest.mark.parametrize("options", FAULTS, ids=str)
def test_what_is_not_there_is_a_fault(resnet: Network, options: dict[str, object]) -> None:
    with pytest.raises(SpecError) as caught:
        made(resnet, **options)
    (found,) = caught.value.diagnostics
    assert found.code == "NS008"
    assert str(next(iter(options.values()))) in found.message
    assert torch.get_default_dtype() is torch.float32


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
@pytest.mark.parametrize("device", ["cuda", "cuda:1", torch.device("cuda")])
def test_a_machine_without_cuda(resnet: Network, device: object) -> None:
    with pytest.raises(SpecError, match="no device `cuda"):
        made(resnet, device=device)


@cuda
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_on_cuda(reference: Reference, dtype: torch.dtype) -> None:
    """Nothing is left behind on the CPU, in either mode."""
    module = reference.net.module("cuda", dtype, torch.channels_last)
    inputs = [x.cuda() for x in with_channels_last(as_type(reference.inputs, dtype))]
    assert {tensor.device.type for tensor in module.state_dict().values()} == {"cuda"}
    outputs = outputs_of(module.eval()(*inputs))
    for output in (*outputs, *outputs_of(module.train()(*inputs))):
        assert output.device.type == "cuda"
        assert output.dtype is dtype
        assert output.isfinite().all()
    require_gradients(reference.net, module, inputs)
