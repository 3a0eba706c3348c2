# A notebook draws a network where pygraphviz is not installed.
import netspec
from netspec.backends.graphviz import render

network = netspec.load("lenet5")
picture = render(network.dot(), "svg")  #! NS005 svg is drawn by pygraphviz
#> picture = network.dot()
