# A script asks for the module where torch is not installed.
import netspec

model = netspec.load("lenet5").module()  #! NS004 torch, which is not installed ... hint: `pip install torch`
