"""A classifier of MNIST behind a spatial transformer, as PyTorch's tutorial has it.

Spatial Transformer Networks, Sec. 3, arXiv:1506.02025.
27,360 parameters, 771,300 multiply-accumulates per sample.
Input [1, 28, 28], output [10]. Emitted by netspec from spatial_transformer_net.yaml,
sha256:54ca673a5a28.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Localisation(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 7)
        self.conv2 = nn.Conv2d(8, 10, 5)
        self.linear = nn.Linear(90, 32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)  # [8, 22, 22]
        x = F.max_pool2d(x, 2)  # [8, 11, 11]
        x = self.conv2(F.relu(x))  # [10, 7, 7]
        x = F.max_pool2d(x, 2)  # [10, 3, 3]
        x = F.relu(x)
        x = torch.flatten(x, 1)  # [90]
        return F.relu_(self.linear(x))  # [32]


class SpatialTransformer(nn.Module):
    """The input sampled on a grid that an affine map moves; the map comes of the input,
    through `localisation` and a linear layer, and starts as the identity.
    """

    def __init__(self) -> None:
        super().__init__()
        self.localisation = Localisation()
        self.theta = nn.Linear(32, 6)
        nn.init.zeros_(self.theta.weight)
        self.theta.bias.data.copy_(torch.tensor((1, 0, 0, 0, 1, 0)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.localisation(x)  # [32]
        theta = self.theta(out)  # [6]
        return F.grid_sample(
            x,
            F.affine_grid(
                torch.unflatten(theta, 1, (2, 3)),
                [*x.shape[:2], 28, 28],
                align_corners=False,
            ),
            align_corners=False,
        )  # [1, 28, 28]


class SpatialTransformerNet(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.transformer = SpatialTransformer()
        self.conv1 = nn.Conv2d(1, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.dropout_channels = nn.Dropout2d()
        self.linear1 = nn.Linear(320, 50)
        self.dropout = nn.Dropout()
        self.linear2 = nn.Linear(50, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.transformer(x)  # [1, 28, 28]
        x = self.conv1(x)  # [10, 24, 24]
        x = F.max_pool2d(x, 2)  # [10, 12, 12]
        x = self.conv2(F.relu(x))  # [20, 8, 8]
        x = self.dropout_channels(x)
        x = F.max_pool2d(x, 2)  # [20, 4, 4]
        x = F.relu(x)
        x = torch.flatten(x, 1)  # [320]
        x = self.dropout(F.relu_(self.linear1(x)))  # [50]
        return torch.log_softmax(self.linear2(x), 1)  # [10]


def spatial_transformer_net(classes: int = 10) -> SpatialTransformerNet:
    """The network of spatial_transformer_net.yaml, with fresh weights."""
    return SpatialTransformerNet(classes)


# netspec where 77416a0eb621 spatial_transformer_net.yaml 14:15 17:15 18:18 19:22 22:15
# 23:16 24:17-18 25:19 26:20 27:21 28:22-23 57:13 60:13 61:25 62:28 63:29 64:33 65:35
# 66:36 69:13 70:25 71:26 72:27-28 73:29 74:30 75:31 76:32 77:33-35 78:36-37
# std/spatial_transformer.yaml 31:7 38:15 39:16 40-41:18 44:15 45:16 46-51:19 53-54:19
