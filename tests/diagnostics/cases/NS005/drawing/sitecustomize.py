import sys

sys.modules["pygraphviz"] = None
