"""ViT has torchvision's keys, and its layers are torch's own encoder layers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

import netspec
from netspec.analysis.state import state_dict
from tests.std.one_step import built, sample

SMALL: dict[str, Any] = {
    "patch": 4,
    "width": 8,
    "heads": 2,
    "layers": 2,
    "classes": 5,
    "input": (3, 8, 12),
}

LAYER = [
    ("ln_1.weight", (768,)),
    ("ln_1.bias", (768,)),
    ("self_attention.in_proj_weight", (2304, 768)),
    ("self_attention.in_proj_bias", (2304,)),
    ("self_attention.out_proj.weight", (768, 768)),
    ("self_attention.out_proj.bias", (768,)),
    ("ln_2.weight", (768,)),
    ("ln_2.bias", (768,)),
    ("mlp.0.weight", (3072, 768)),
    ("mlp.0.bias", (3072,)),
    ("mlp.3.weight", (768, 3072)),
    ("mlp.3.bias", (768,)),
]
VIT_B_16 = [
    ("class_token", (1, 1, 768)),
    ("conv_proj.weight", (768, 3, 16, 16)),
    ("conv_proj.bias", (768,)),
    ("encoder.pos_embedding", (1, 197, 768)),
    *((f"encoder.layers.encoder_layer_{i}.{k}", shape) for i in range(12) for k, shape in LAYER),
    ("encoder.ln.weight", (768,)),
    ("encoder.ln.bias", (768,)),
    ("heads.head.weight", (1000, 768)),
    ("heads.head.bias", (1000,)),
]
"""The state dict of torchvision's `vit_b_16`, in order."""


def test_vit_has_torchvisions_keys() -> None:
    network = netspec.load("vit_b_16")
    assert [(key, w.shape) for key, w in state_dict(network.program).items()] == VIT_B_16
    entries = network.module(device="meta").state_dict()
    assert [(key, tuple(entry.shape)) for key, entry in entries.items()] == VIT_B_16
    assert network.params == 86_567_656
    assert network.buffers == 0


@pytest.mark.parametrize(
    ("variant", "params"),
    [("vit_b_32", 88_224_232), ("vit_l_16", 304_326_632), ("vit_l_32", 306_535_400)],
)
def test_the_other_sizes_have_torchvisions_counts(variant: str, params: int) -> None:
    assert netspec.load(variant).params == params


def encoder_layer(layer: nn.Module, width: int, heads: int) -> nn.Module:
    """torch's own encoder layer, with the weights of ours."""
    own = nn.TransformerEncoderLayer(
        width, heads, 4 * width, 0.0, "gelu", layer_norm_eps=1e-6, batch_first=True, norm_first=True
    )
    names = {"ln_1": "norm1", "ln_2": "norm2", "mlp.0": "linear1", "mlp.3": "linear2"}
    weights = {}
    for key, weight in layer.state_dict().items():
        part, _, leaf = key.rpartition(".")
        name = names.get(part, part.replace("self_attention", "self_attn"))
        weights[f"{name}.{leaf}"] = weight
    own.load_state_dict(weights)
    return own.double().eval()


def test_vit_encodes_patches_behind_a_class_token() -> None:
    network = netspec.load("vit_b_16", **SMALL)
    module: Any = built(network)
    x = sample(network)
    with torch.no_grad():
        patches = module.conv_proj(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([module.class_token.expand(2, -1, -1), patches], 1)
        tokens = tokens + module.encoder.pos_embedding
        for layer in module.encoder.layers:
            tokens = encoder_layer(layer, 8, 2)(tokens)
        expected = module.heads(module.encoder.ln(tokens)[:, 0])
        torch.testing.assert_close(module(x), expected)
    assert module.encoder.ln.eps == 1e-6


def test_vit_starts_as_torchvisions() -> None:
    torch.manual_seed(0)
    module: Any = netspec.load("vit_b_16", layers=1).module()
    weights = module.state_dict()
    for key in ("class_token", "heads.head.weight", "heads.head.bias", "conv_proj.bias"):
        assert not weights[key].any(), key
    assert weights["encoder.pos_embedding"].std().item() == pytest.approx(0.02, rel=0.02)
    assert weights["conv_proj.weight"].std().item() == pytest.approx((3 * 16**2) ** -0.5, rel=0.02)
    mlp = module.encoder.layers.encoder_layer_0.mlp
    assert mlp[0].weight.abs().max().item() == pytest.approx((6 / (768 + 3072)) ** 0.5, rel=1e-3)
    assert mlp[3].bias.std().item() == pytest.approx(1e-6, rel=0.2)
