# The weights are those of ten classes, the network has 26.
import netspec
import torch

torch.save(netspec.load("lenet5").module().state_dict(), "lenet5.pth")
network = netspec.load("lenet5", classes=26)
#> network = netspec.load("lenet5")
network.load_weights(network.module(), "lenet5.pth")  #! NS702 2 keys of another shape or type ... output.weight: float32 [10, 84] in the file, float32 [26, 84] in the network
