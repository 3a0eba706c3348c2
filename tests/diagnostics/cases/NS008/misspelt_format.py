# The memory format for GPUs with tensor cores, misspelt.
import netspec

model = netspec.load("lenet5").module(memory_format="channel_last")  #! NS008 there is no memory format ... hint: did you mean `channels_last`?
#> model = netspec.load("lenet5").module(memory_format="channels_last")
