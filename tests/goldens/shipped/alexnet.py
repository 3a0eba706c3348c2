"""AlexNet on one device, with torchvision's widths and names.

One weird trick for parallelizing convolutional neural networks, arXiv:1404.5997.
61,100,840 parameters, 714,188,480 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from alexnet.yaml,
sha256:9a9ea77341e0.
"""

import torch
import torch.nn.functional as F
from torch import nn


class AlexNet(nn.Module):
    def __init__(self, hidden: int = 4096, classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(),
            nn.Linear(9216, hidden),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)  # [256, 6, 6]
        x = F.adaptive_avg_pool2d(x, 6)
        x = torch.flatten(x, 1)  # [9216]
        return self.classifier(x)  # [1000]


def alexnet(hidden: int = 4096, classes: int = 1000) -> AlexNet:
    """The network of alexnet.yaml, with fresh weights."""
    return AlexNet(hidden, classes)


# netspec where 6041bb6f53ae alexnet.yaml 14:17 17:18-30 18:18 19:19 20:20 21:21 22:22
# 23:23 24:24 25:25 26:26 27:27 28:28 29:29 30:30 32:36-42 33:36 34:37 35:38 36:39 37:40
# 38:41 39:42 43:18-30 44:31 45:33 46:36-42
