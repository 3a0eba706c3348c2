# Weights of 8 bits: quantisation is for weights that are trained.
import netspec

model = netspec.load("lenet5").module(dtype="int8")  #! NS008 there is no type of weights `int8` here ... float16
#> model = netspec.load("lenet5").module(dtype="bfloat16")
