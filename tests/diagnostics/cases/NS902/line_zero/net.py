"""A layer."""

from torch import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 2)


# netspec where 0123456789ab net.yaml 6:4 9:5
