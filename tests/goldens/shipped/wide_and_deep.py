"""A linear model of crossed features beside a deep one of embedded categories and
continuous features; the sum of both is the logit.

Wide & Deep Learning for Recommender Systems, Fig. 4, arXiv:1606.07792.
3,080,209 parameters, 1,894,416 multiply-accumulates per sample.
Input crossed_features [10000], category_ids [37], continuous [16], output [1]. Emitted
by netspec from wide_and_deep.yaml, sha256:3e0c41c6390f.
"""

import torch
from torch import nn


class WideAndDeep(nn.Module):
    def __init__(self, vocabulary: int = 37000) -> None:
        super().__init__()
        self.wide = nn.Linear(10000, 1, bias=False)
        self.embedding = nn.Embedding(vocabulary, 32)
        self.deep = nn.Sequential(
            nn.Linear(1200, 1024),
            nn.ReLU(),
            nn.Linear(1024, 512),
            nn.ReLU(),
            nn.Linear(512, 256),
            nn.ReLU(),
            nn.Linear(256, 1),
        )

    def forward(
        self,
        crossed_features: torch.Tensor,
        category_ids: torch.Tensor,
        continuous: torch.Tensor,
    ) -> torch.Tensor:
        wide = self.wide(crossed_features)  # [1]
        # the ids of a feature follow those of the feature before
        x = self.embedding(category_ids)  # [37, 32]
        x = torch.cat([torch.flatten(x, 1), continuous], 1)  # [1200]
        return torch.sigmoid(wide + self.deep(x))  # [1]


def wide_and_deep(vocabulary: int = 37000) -> WideAndDeep:
    """The network of wide_and_deep.yaml, with fresh weights."""
    return WideAndDeep(vocabulary)


# netspec where d708cdd3c15a wide_and_deep.yaml 14:22 17:22 18:25 19:35-36 20-25:35
# 26:36 35:22 37:25 38:28-29 39:35-39
