# The weights are those of a network with batch normalisation.
import netspec
import torch

torch.save(netspec.load("vgg11_bn", classes=2, hidden=2).module().state_dict(), "vgg11.pth")
#> torch.save(netspec.load("vgg11", classes=2, hidden=2).module().state_dict(), "vgg11.pth")
network = netspec.load("vgg11", classes=2, hidden=2)
network.load_weights(network.module(), "vgg11.pth")  #! NS702 the file lacks 6 keys: features.3.weight  #! NS702 the network has no place for 46 keys  #! NS702 4 keys of another shape or type
