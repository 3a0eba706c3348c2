"""A layer."""  #! NS901 nothing in this file says where it comes from ... hint: `netspec build` ends a file with a comment

from torch import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 2)


# netspec where net.yaml 6:4 9:5
#> # netspec where 0123456789ab net.yaml 6:4 9:5
