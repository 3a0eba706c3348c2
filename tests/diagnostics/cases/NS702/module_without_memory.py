# The module is on the meta device, which has no memory.
import netspec
import torch

network = netspec.load("lenet5")
torch.save(network.module().state_dict(), "lenet5.pth")
module = network.module(device="meta")
#> module = network.module(device="meta").to_empty(device="cpu")
network.load_weights(module, "lenet5.pth")  #! NS702 `c1.weight` is on the meta device
