"""MobileNetV2, of inverted residuals with linear bottlenecks, under torchvision's
names.

MobileNetV2: Inverted Residuals and Linear Bottlenecks, Table 2, arXiv:1801.04381.
3,504,872 parameters, 300,774,272 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from mobilenet_v2.
"""

import torch
from torch import nn


class ConvBn(nn.Sequential):
    """A convolution, normalised and cut off at 0 and 6."""

    def __init__(
        self, in_channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1
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

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            ConvBn(32, 32, 3, groups=32),
            nn.Conv2d(32, 16, 1, bias=False),
            nn.BatchNorm2d(16),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)  # [16, 112, 112]


class InvertedResidual2(nn.Module):
    """A depthwise 3x3 convolution on expanded channels, projected linearly to a few."""

    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        hidden = 6 * in_channels
        self.conv = nn.Sequential(
            ConvBn(in_channels, hidden, 1),
            ConvBn(hidden, hidden, 3, stride=stride, groups=hidden),
            nn.Conv2d(hidden, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)


class InvertedResidualWithSum(nn.Module):
    """A depthwise 3x3 convolution on expanded channels, projected linearly to a few."""

    def __init__(self, out: int) -> None:
        super().__init__()
        hidden = 6 * out
        self.conv = nn.Sequential(
            ConvBn(out, hidden, 1),
            ConvBn(hidden, hidden, 3, groups=hidden),
            nn.Conv2d(hidden, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x) + x


class MobileNetV2(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            ConvBn(3, 32, 3, stride=2),
            InvertedResidual(),
            InvertedResidual2(16, 24, stride=2),
            InvertedResidualWithSum(24),
            InvertedResidual2(24, 32, stride=2),
            *(InvertedResidualWithSum(32) for _ in range(2)),
            InvertedResidual2(32, 64, stride=2),
            *(InvertedResidualWithSum(64) for _ in range(3)),
            InvertedResidual2(64, 96),
            *(InvertedResidualWithSum(96) for _ in range(2)),
            InvertedResidual2(96, 160, stride=2),
            *(InvertedResidualWithSum(160) for _ in range(2)),
            InvertedResidual2(160, 320),
            ConvBn(320, 1280, 1),
        )
        self.classifier = nn.Sequential(nn.Dropout(p=0.2), nn.Linear(1280, 1000))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)  # [1280, 7, 7]
        x = x.mean((2, 3))  # [1280]
        return self.classifier(x)  # [1000]
