"""Speed and memory of modules, measured. Importing it imports torch."""

from netspec.backends.torch.bench.figures import Latency, Ratio, speed_ratio
from netspec.backends.torch.bench.rounds import Limit, measure
from netspec.backends.torch.bench.steps import inference_step, training_step

__all__ = [
    "Latency",
    "Limit",
    "Ratio",
    "inference_step",
    "measure",
    "speed_ratio",
    "training_step",
]
