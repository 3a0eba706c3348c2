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
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(64, 64, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(64, 128, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(128, 128, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(128, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(256, 512, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(512, 512, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(512, 512, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(512, 512, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(512, 512, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(512, 512, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
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


# netspec where c2efb0f5df33 vgg.yaml@vgg16 15:25 18:30-34 19:30 20:33 21:30 22:33 23:34
# 24:30 25:33 26:30 27:33 28:34 29:30 30:33 31:30 32:33 33:30 34:33 35:34 36:30 37:33
# 38:30 39:33 40:30 41:33 42:34 43:30 44:33 45:30 46:33 47:30 48:33 49:34 51:40-46 52:40
# 53:41 54:42 55:43 56:44 57:45 58:46 60:20-21 61-64:20 65-67:21 70:30-34 71:35 72:37
# 73:40-46
