"""Vision transformers, which read an image as a sequence of patches, under
torchvision's names.

An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale, Fig. 1,
Table 1, arXiv:2010.11929.
86,567,656 parameters, 17,563,828,224 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from vit.yaml@vit_b_16,
sha256:c07a95a17535.
"""

from collections import OrderedDict

import torch
from torch import nn


class EncoderLayer(nn.Module):
    """Self-attention, then two linear layers on each token, both residual and
    normalised before.
    """

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(768, eps=1e-6)
        self.self_attention = nn.MultiheadAttention(768, 12, batch_first=True)
        self.dropout = nn.Dropout(p=dropout)
        self.ln_2 = nn.LayerNorm(768, eps=1e-6)
        self.mlp = nn.Sequential(
            nn.Linear(768, 3072),
            nn.GELU(),
            nn.Dropout(p=dropout),
            nn.Linear(3072, 768),
            nn.Dropout(p=dropout),
        )
        for module in self.mlp:
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.normal_(module.bias, std=1e-6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.ln_1(x)  # [197, 768]
        out = self.self_attention(out, out, out, need_weights=False)[0]
        x = x + self.dropout(out)
        mlp = self.mlp(self.ln_2(x))
        return x + mlp


class Encoder(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(
            nn.init.normal_(torch.zeros(1, 197, 768), std=0.02)
        )
        self.dropout = nn.Dropout(p=dropout)
        self.layers = nn.Sequential(
            OrderedDict(
                (f"encoder_layer_{i}", EncoderLayer(dropout)) for i in range(12)
            ),
        )
        self.ln = nn.LayerNorm(768, eps=1e-6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.pos_embedding.expand(x.shape[0], -1, -1)  # [197, 768]
        x = self.layers(self.dropout(x))
        return self.ln(x)


class VitB16(nn.Module):
    def __init__(self, dropout: float = 0.0, classes: int = 1000) -> None:
        super().__init__()
        self.class_token = nn.Parameter(torch.zeros(1, 1, 768))
        self.conv_proj = nn.Conv2d(3, 768, 16, stride=16)
        self.encoder = Encoder(dropout)
        head = nn.Linear(768, classes)
        self.heads = nn.Sequential(OrderedDict(head=head))
        nn.init.trunc_normal_(self.conv_proj.weight, std=(1 / 768) ** 0.5)
        if self.conv_proj.bias is not None:
            nn.init.zeros_(self.conv_proj.bias)
        nn.init.zeros_(head.weight)
        nn.init.zeros_(head.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        class_token = self.class_token.expand(x.shape[0], -1, -1)  # [1, 768]
        x = self.conv_proj(x)  # [768, 14, 14]
        x = torch.unflatten(torch.flatten(x, 1), 1, (768, -1))  # [768, 196]
        x = torch.permute(x, (0, 2, 1))  # [196, 768]
        x = self.encoder(torch.cat([class_token, x], 1))  # [197, 768]
        x = x[:, 0]  # [768]
        return self.heads(x)  # [1000]


def vit_b_16(dropout: float = 0.0, classes: int = 1000) -> VitB16:
    """The network of vit.yaml@vit_b_16, with fresh weights."""
    return VitB16(dropout, classes)


# netspec where 87a5f5e5a34c vit.yaml@vit_b_16 17:22 24:28 25:30 26:32 27:36 28:40-46
# 29:40 30:42 31:43 32:44 33:46 35:40-46 36-38:41 41:28 42:30 43:32-33 44:36-46 45:47
# 48:65-77 51-52:65 54:70 55-57:74 60:77 63:65-68 64:70-74 65:77 68:50 71:52 72:54
# 73:65-77 74-75:82 76-78:57 79-80:84 83:52 84:54 85:58 86:59 87:60-77 88:79 89:82
