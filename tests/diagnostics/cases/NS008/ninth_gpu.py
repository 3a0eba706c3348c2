# A script from a machine with more GPUs.
import netspec

model = netspec.load("lenet5").module(device="cuda:99")  #! NS008 there is no device `cuda:99` here ... hint: torch says
#> model = netspec.load("lenet5").module(device="cpu")
