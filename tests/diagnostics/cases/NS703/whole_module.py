# The module was saved whole, not its state dict.
import netspec
import torch

network = netspec.load("lenet5")
module = network.module()
torch.save(module, "lenet5.pth")
#> torch.save(module.state_dict(), "lenet5.pth")
network.load_weights(module, "lenet5.pth")  #! NS703 it holds more than weights ... and loading that could run code
