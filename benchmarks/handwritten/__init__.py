"""Networks as people write them in PyTorch, under the names of the published weights.

Independent of netspec: what its figures, its source and its speed are held against.
"""

from collections.abc import Callable

from torch import nn

from benchmarks.handwritten.densenet import densenet121
from benchmarks.handwritten.googlenet import googlenet
from benchmarks.handwritten.mobilenet_v2 import mobilenet_v2
from benchmarks.handwritten.preresnet import preresnet1001
from benchmarks.handwritten.resnet import resnet50, resnet152
from benchmarks.handwritten.vgg import vgg16

BUILDERS: dict[str, Callable[..., nn.Module]] = {
    "densenet121": densenet121,
    "googlenet": googlenet,
    "mobilenet_v2": mobilenet_v2,
    "preresnet1001": preresnet1001,
    "resnet50": resnet50,
    "resnet152": resnet152,
    "vgg16": vgg16,
}
