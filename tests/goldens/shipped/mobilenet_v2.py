"""MobileNetV2, of inverted residuals with linear bottlenecks, under torchvision's
names.

MobileNetV2: Inverted Residuals and Linear Bottlenecks, Table 2, arXiv:1801.04381.
3,504,872 parameters, 300,774,272 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from mobilenet_v2.yaml,
sha256:296acf3e8857.
"""

import torch
from torch import nn


class ConvBn(nn.Sequential):
    """A convolution, normalised and cut off at 0 and 6."""

    def __init__(
        self,
        in_channels: int,
        out: int,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
    ) -> None:
        super().__init__(
            nn.Conv2d(
                in_channels,
                out,
                kernel,
                stride=stride,
                padding=kernel // 2,
                groups=groups,
                bias=False,
            ),
            nn.BatchNorm2d(out),
            nn.ReLU6(),
        )


class InvertedResidual(nn.Module):
    """A depthwise 3x3 convolution on expanded channels, projected linearly to a few."""

    def __init__(
        self, in_channels: int, out: int, expansion: int, stride: int = 1
    ) -> None:
        super().__init__()
        hidden = expansion * in_channels
        self.residual = stride == 1 and in_channels == out
        layers: list[nn.Module] = []
        if expansion != 1:
            layers.append(ConvBn(in_channels, hidden))
        layers += [
            ConvBn(hidden, hidden, kernel=3, stride=stride, groups=hidden),
            nn.Conv2d(hidden, out, 1, bias=False),
            nn.BatchNorm2d(out),
        ]
        self.conv = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.conv(x)
        if self.residual:
            out = out + x
        return out


class MobileNetV2(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(
            ConvBn(3, 32, kernel=3, stride=2),
            InvertedResidual(32, 16, 1),
            InvertedResidual(16, 24, 6, stride=2),
            InvertedResidual(24, 24, 6),
            InvertedResidual(24, 32, 6, stride=2),
            *(InvertedResidual(32, 32, 6) for _ in range(2)),
            InvertedResidual(32, 64, 6, stride=2),
            *(InvertedResidual(64, 64, 6) for _ in range(3)),
            InvertedResidual(64, 96, 6),
            *(InvertedResidual(96, 96, 6) for _ in range(2)),
            InvertedResidual(96, 160, 6, stride=2),
            *(InvertedResidual(160, 160, 6) for _ in range(2)),
            InvertedResidual(160, 320, 6),
            ConvBn(320, 1280),
        )
        linear = nn.Linear(1280, classes)
        self.classifier = nn.Sequential(nn.Dropout(p=0.2), linear)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
        nn.init.normal_(linear.weight, std=0.01)
        nn.init.zeros_(linear.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)  # [1280, 7, 7]
        x = x.mean((2, 3))  # [1280]
        return self.classifier(x)  # [1000]


def mobilenet_v2(classes: int = 1000) -> MobileNetV2:
    """The network of mobilenet_v2.yaml, with fresh weights."""
    return MobileNetV2(classes)


# netspec where 29b6011e561b mobilenet_v2.yaml 14:27 25:32-34 26-33:32 35:33 36:34 40:35
# 47:37 48:49 49-50:44-46 51:42 52:44-46 53:44 54:45 55:46 57:44-46 60:44-46 62:49 66:53
# 69:54-59 70:54 71-82:57 83:59 85:64 86:63 87-89:23 90-91:24 94:54-59 95:60 96:63-64
