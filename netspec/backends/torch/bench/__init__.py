"""Speed and memory of modules, measured. Importing it imports torch."""

from netspec.backends.torch.bench.contestant import Contestant, of_function, of_source
from netspec.backends.torch.bench.figures import Latency, Ratio, speed_ratio
from netspec.backends.torch.bench.inputs import samples
from netspec.backends.torch.bench.outcome import Outcome, Result, bench
from netspec.backends.torch.bench.rounds import Limit, Progress, measure
from netspec.backends.torch.bench.settings import Settings, environment
from netspec.backends.torch.bench.steps import inference_step, training_step

__all__ = [
    "Contestant",
    "Latency",
    "Limit",
    "Outcome",
    "Progress",
    "Ratio",
    "Result",
    "Settings",
    "bench",
    "environment",
    "inference_step",
    "measure",
    "of_function",
    "of_source",
    "samples",
    "speed_ratio",
    "training_step",
]
