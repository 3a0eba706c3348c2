# NVIDIA's and AMD's GPUs go by the name `cuda` in torch.
import netspec

model = netspec.load("lenet5").module(device="gpu")  #! NS008 there is no device `gpu` here ... hint: torch says: Expected one of cpu, cuda
#> model = netspec.load("lenet5").module(device="cpu")
