"""The networks as plain PyTorch, for the counters that need a module (torchvision's densenet121 and
resnet152; the pre-activation ResNet-1001 of He et al. 2016, arXiv 1603.05027).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


class DenseLayer(nn.Module):
    """BN-ReLU-conv1x1-BN-ReLU-conv3x3, concatenated to its input."""

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(self.relu(self.norm1(x)))
        y = self.conv2(self.relu(self.norm2(y)))
        return torch.cat([x, y], 1)


class DenseNet(nn.Module):
    """DenseNet for 224x224 images, with compression 0.5."""

    def __init__(self, growth: int, layers: list[int], classes: int = 1000) -> None:
        super().__init__()
        channels = 2 * growth
        parts: list[nn.Module] = [
            nn.Conv2d(3, channels, 7, 2, 3, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
        ]
        for stage, count in enumerate(layers):
            if stage > 0:
                parts += _transition(channels)
                channels //= 2
            parts += [DenseLayer(channels + k * growth, growth) for k in range(count)]
            channels += count * growth
        parts += [nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
        self.features = nn.Sequential(*parts)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.classifier(self.features(x).mean((2, 3)))
        return y


def _transition(channels: int) -> list[nn.Module]:
    return [
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels, channels // 2, 1, bias=False),
        nn.AvgPool2d(2),
    ]


class Bottleneck(nn.Module):
    """Convolutions 1x1, 3x3, 1x1, each normalised, and a shortcut."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or channels != 4 * width:
            projection = nn.Conv2d(channels, 4 * width, 1, stride, bias=False)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(4 * width))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        y += self.downsample(x)
        y = self.relu(y)
        return y


class PreActivationUnit(nn.Module):
    """BN-ReLU before each convolution; a projection starts from the first pre-activation."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut: nn.Module | None = None
        if stride != 1 or channels != 4 * width:
            self.shortcut = nn.Conv2d(channels, 4 * width, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(self.bn1(x))
        shortcut = x if self.shortcut is None else self.shortcut(y)
        y = self.relu(self.bn2(self.conv1(y)))
        y = self.conv3(self.relu(self.bn3(self.conv2(y))))
        y += shortcut
        return y


class Classifier(nn.Sequential):
    """Global average pooling and a linear layer."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def _stage(
    unit: type[Bottleneck] | type[PreActivationUnit],
    count: int,
    channels: int,
    width: int,
    stride: int,
) -> nn.Sequential:
    later = [unit(4 * width, width, 1) for _ in range(count - 1)]
    return nn.Sequential(unit(channels, width, stride), *later)


def densenet121() -> nn.Module:
    return DenseNet(32, [6, 12, 24, 16])


def resnet152() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, 1),
        _stage(Bottleneck, 3, 64, 64, 1),
        _stage(Bottleneck, 8, 256, 128, 2),
        _stage(Bottleneck, 36, 512, 256, 2),
        _stage(Bottleneck, 3, 1024, 512, 2),
        Classifier(2048, 1000),
    )


def preresnet1001() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False),
        _stage(PreActivationUnit, 111, 16, 16, 1),
        _stage(PreActivationUnit, 111, 64, 32, 2),
        _stage(PreActivationUnit, 111, 128, 64, 2),
        nn.BatchNorm2d(256),
        nn.ReLU(inplace=True),
        Classifier(256, 10),
    )


BUILDERS: dict[str, Callable[[], nn.Module]] = {
    "densenet121": densenet121,
    "resnet152": resnet152,
    "preresnet1001": preresnet1001,
}
INPUTS = {
    "densenet121": (3, 224, 224),
    "resnet152": (3, 224, 224),
    "preresnet1001": (3, 32, 32),
}
