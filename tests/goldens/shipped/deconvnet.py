"""What in an image excites a unit: the convolutions of ZFNet, and back to the pixels
through the switches of their pools and their own filters transposed.

Visualizing and Understanding Convolutional Networks, Sec. 2.1, Fig. 1 and 3,
arXiv:1311.2901.
3,726,464 parameters, 2,218,821,888 multiply-accumulates per sample.
Input image [3, 224, 224], chosen [256, 13, 13], output [3, 224, 224]. Emitted by
netspec from deconvnet.yaml, sha256:a9344f809384.
"""

import torch
import torch.nn.functional as F
from torch import nn


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

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.conv(x))  # [256, 13, 13]
        x = F.relu(self.top(x, x2))
        return F.conv_transpose2d(x, self.conv.weight, padding=1)  # [384, 13, 13]


class LayerWithLayer(nn.Module):
    """A rectified convolution, pooled or not; what stands above it; and the way back:
    unpooled by the switches of the pool, rectified, through the same filters
    transposed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(384, 384, 3, padding=1)
        self.layer = Layer()

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.conv(x))  # [384, 13, 13]
        x = F.relu(self.layer(x, x2))
        return F.conv_transpose2d(x, self.conv.weight, padding=1)


class LayerWithLayer2(nn.Module):
    """A rectified convolution, pooled or not; what stands above it; and the way back:
    unpooled by the switches of the pool, rectified, through the same filters
    transposed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(256, 384, 3, padding=1)
        self.layer = LayerWithLayer()

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.conv(x))  # [384, 13, 13]
        x = F.relu(self.layer(x, x2))
        return F.conv_transpose2d(x, self.conv.weight, padding=1)  # [256, 13, 13]


class Layer2(nn.Module):
    """A rectified convolution, pooled or not; what stands above it; and the way back:
    unpooled by the switches of the pool, rectified, through the same filters
    transposed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(96, 256, 5, stride=2)
        self.layer = LayerWithLayer2()

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
        return F.conv_transpose2d(x, self.conv.weight, stride=2)  # [96, 55, 55]


class Layer3(nn.Module):
    """A rectified convolution, pooled or not; what stands above it; and the way back:
    unpooled by the switches of the pool, rectified, through the same filters
    transposed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 96, 7, stride=2, padding=1)
        self.layer = Layer2()

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
        return F.conv_transpose2d(
            x, self.conv.weight, stride=2, padding=1, output_padding=1
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


# netspec where e379cb5d6e4b deconvnet.yaml 16:70 18:70 21:27 29:40 30:50 33:40-42
# 34:50,56 35:57 38:27 46:40 47:48 50:40-42 51:48,56 52:57 55:27 63:40 64:48 67:40-42
# 68:48,56 69:57 72:27 80:40 81:48 84:40-42 85-87:43 88:46-48 89-91:54 92:56 93:57 96:27
# 104:40 105:48 108:40-42 109-111:43 112:46-48 113-115:54 116:56 117-119:57 122:67
# 125:67 126-130:24 133:67
