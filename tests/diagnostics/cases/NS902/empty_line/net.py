"""A layer."""

from torch import nn
#! NS902 line 4 is empty ... hint: name a line that something stands on

class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 2)


# netspec where 0123456789ab net.yaml 6:4 9:5
