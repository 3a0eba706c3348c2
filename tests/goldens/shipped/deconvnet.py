"""What in an image excites a unit: the convolutions of ZFNet, and back to the pixels
through the switches of their pools and their own filters transposed.

Visualizing and Understanding Convolutional Networks, Sec. 2.1, Fig. 1 and 3,
arXiv:1311.2901.
3,726,464 parameters, 2,218,821,888 multiply-accumulates per sample.
Input image [3, 224, 224], chosen [256, 13, 13], output [3, 224, 224]. Emitted by
netspec from deconvnet.yaml, sha256:a9344f809384.
"""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import nn

ModuleT = TypeVar("ModuleT", bound=nn.Module)


def without(module: ModuleT, *weights: str) -> ModuleT:
    """The module less some weights of its own: it is applied with others in their place."""
    for name in weights:
        module.register_parameter(name, None)
    return module


class Top(nn.Module):
    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        return x * x2  # [256, 13, 13]


class Layer(nn.Module):
    """A rectified convolution, pooled or not; what stands above it; and the way back:
    unpooled by the switches of the pool, rectified, through the same filters
    transposed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(384, 256, 3, padding=1)
        self.top = Top()
        self.conv_transpose = without(
            nn.ConvTranspose2d(256, 384, 3, padding=1, bias=False), "weight"
        )

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.conv(x))  # [256, 13, 13]
        x = F.relu(self.top(x, x2))
        return torch.func.functional_call(
            self.conv_transpose, {"weight": self.conv.weight}, x
        )  # [384, 13, 13]


class LayerWithLayer(nn.Module):
    """A rectified convolution, pooled or not; what stands above it; and the way back:
    unpooled by the switches of the pool, rectified, through the same filters
    transposed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(384, 384, 3, padding=1)
        self.layer = Layer()
        self.conv_transpose = without(
            nn.ConvTranspose2d(384, 384, 3, padding=1, bias=False), "weight"
        )

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.conv(x))  # [384, 13, 13]
        x = F.relu(self.layer(x, x2))
        return torch.func.functional_call(
            self.conv_transpose, {"weight": self.conv.weight}, x
        )


class LayerWithLayer2(nn.Module):
    """A rectified convolution, pooled or not; what stands above it; and the way back:
    unpooled by the switches of the pool, rectified, through the same filters
    transposed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(256, 384, 3, padding=1)
        self.layer = LayerWithLayer()
        self.conv_transpose = without(
            nn.ConvTranspose2d(384, 256, 3, padding=1, bias=False), "weight"
        )

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.conv(x))  # [384, 13, 13]
        x = F.relu(self.layer(x, x2))
        return torch.func.functional_call(
            self.conv_transpose, {"weight": self.conv.weight}, x
        )  # [256, 13, 13]


class Layer2(nn.Module):
    """A rectified convolution, pooled or not; what stands above it; and the way back:
    unpooled by the switches of the pool, rectified, through the same filters
    transposed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(96, 256, 5, stride=2)
        self.layer = LayerWithLayer2()
        self.conv_transpose = without(
            nn.ConvTranspose2d(256, 96, 5, stride=2, bias=False), "weight"
        )

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.conv(x))  # [256, 26, 26]
        x, indices = F.max_pool2d(
            x, 3, stride=2, padding=1, return_indices=True
        )  # [256, 13, 13]
        x = self.layer(F.local_response_norm(x, 5, k=2.0), x2)
        x = F.max_unpool2d(
            x, indices, (3, 3), stride=(2, 2), padding=(1, 1), output_size=(26, 26)
        )  # [256, 26, 26]
        x = F.relu(x)
        return torch.func.functional_call(
            self.conv_transpose, {"weight": self.conv.weight}, x
        )  # [96, 55, 55]


class Layer3(nn.Module):
    """A rectified convolution, pooled or not; what stands above it; and the way back:
    unpooled by the switches of the pool, rectified, through the same filters
    transposed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 96, 7, stride=2, padding=1)
        self.layer = Layer2()
        self.conv_transpose = without(
            nn.ConvTranspose2d(
                96, 3, 7, stride=2, padding=1, output_padding=1, bias=False
            ),
            "weight",
        )

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.conv(x))  # [96, 110, 110]
        x, indices = F.max_pool2d(
            x, 3, stride=2, padding=1, return_indices=True
        )  # [96, 55, 55]
        x = self.layer(F.local_response_norm(x, 5, k=2.0), x2)
        x = F.max_unpool2d(
            x, indices, (3, 3), stride=(2, 2), padding=(1, 1), output_size=(110, 110)
        )  # [96, 110, 110]
        x = F.relu(x)
        return torch.func.functional_call(
            self.conv_transpose, {"weight": self.conv.weight}, x
        )  # [3, 224, 224]


class DeconvNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = Layer3()
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.normal_(module.weight, std=0.01)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, image: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
        return self.layer(image, chosen)  # [3, 224, 224]


def deconvnet() -> DeconvNet:
    """The network of deconvnet.yaml, with fresh weights."""
    return DeconvNet()


# netspec where e71c05d135d4 deconvnet.yaml 27:70 29:70 32:27 40:40 41:50 42-43:57
# 47:40-42 48:50,56 49-51:57 54:27 62:40 63:48 64-65:57 69:40-42 70:48,56 71-72:57 76:27
# 84:40 85:48 86-87:57 91:40-42 92:48,56 93-95:57 98:27 106:40 107:48 108-109:57
# 113:40-42 114-116:43 117:46-48 118-120:54 121:56 122-124:57 127:27 135:40 136:48
# 137-139:57 141:57 145:40-42 146-148:43 149:46-48 150-152:54 153:56 154-156:57 159:67
# 162:67 163-167:24 170:67
