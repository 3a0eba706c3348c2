# A test of a spec compares with the emitted module on a machine without torch.
import netspec

netspec.load("lenet5").compare()  #! NS004 torch, which is not installed ... hint: `pip install torch`
