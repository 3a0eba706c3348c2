"""Stages of 3x3 convolutions, each ended by max pooling, then three linear layers.

Very Deep Convolutional Networks for Large-Scale Image Recognition, Table 1, columns A,
B, D and E, arXiv:1409.1556.
138,357,544 parameters, 15,470,264,320 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from vgg.yaml@vgg16,
sha256:35ebacb4ba7a.
"""

import torch
import torch.nn.functional as F
from torch import nn


class VGG16(nn.Module):
    def __init__(self, hidden: int = 4096, classes: int = 1000) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        in_channels = 3
        for n, width in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
            for _ in range(n):
                layers += [nn.Conv2d(in_channels, width, 3, padding=1), nn.ReLU()]
                in_channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Linear(25088, hidden),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(hidden, classes),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.01)
                nn.init.zeros_(module.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)  # [512, 7, 7]
        x = F.adaptive_avg_pool2d(x, 7)
        x = torch.flatten(x, 1)  # [25088]
        return self.classifier(x)  # [1000]


def vgg16(hidden: int = 4096, classes: int = 1000) -> VGG16:
    """The network of vgg.yaml@vgg16, with fresh weights."""
    return VGG16(hidden, classes)


# netspec where fec8f0c2b943 vgg.yaml@vgg16 15:25 18-21:30-34 22:30-33 23:30-34 24:34
# 25:30-34 26:40-46 27:40 28:41 29:42 30:43 31:44 32:45 33:46 35:20-21 36-39:20 40-42:21
# 45:30-34 46:35 47:37 48:40-46
