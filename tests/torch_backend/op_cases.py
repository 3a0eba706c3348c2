"""Arguments and input shapes for every op, in each number of dimensions that it has."""

from __future__ import annotations

from netspec.ops import base
from netspec.ops.base import Op
from netspec.syntax.formula import ACTIVATIONS, ELEMENTARY, Term, resolve_formula
from netspec.tensor import Tensor
from tests.torch_backend.by_hand import SPAN

CHANNELS, SEQUENCE, IMAGE, VOLUME = (6,), (6, 9), (6, 9, 8), (6, 5, 4, 7)

SHAPES = (CHANNELS, SEQUENCE, IMAGE, VOLUME)

Shape = tuple[int, ...] | Tensor

POINTWISE = (
    "1.7159 * tanh(2 / 3 * x)",
    "-x**2 + (-x)**2 - x**3 / -2 + (abs(x) + 1) ** -x",
    "x - (2 - x) - 1 / (2 / x) + (x + 1) * (x - 1) * 0.5",
    "(x**2)**2 + 2 ** (x**2 - 1) + -(x + 1) + -(-x)",
    "exp(-(x - 0.25) * (x - 0.25) / (2 * 0.5 * 0.5)) * cos(1.75 * x + 0.125) + log(1 + exp(-x))",
)


FUNCTIONS_OF_ONE = (*ACTIVATIONS, *ELEMENTARY)


def formula(text: str, *names: str) -> Term:
    return resolve_formula(text, SPAN, names or ("x",), {})


CASES: dict[str, list[tuple[dict[str, object], list[Shape]]]] = {
    "conv": [
        ({"out": 4, "kernel": 3}, [SEQUENCE]),
        ({"out": 4, "kernel": 3, "padding": "causal", "dilation": 2}, [SEQUENCE]),
        ({"out": 4, "kernel": (3,), "padding": "causal"}, [SEQUENCE]),
        ({"out": 4, "kernel": (1, 3), "stride": 2, "padding": (0, 1), "bias": False}, [IMAGE]),
        ({"out": 9, "kernel": 4, "padding": "same", "dilation": 2, "groups": 3}, [IMAGE]),
        ({"out": 4, "kernel": 3, "padding": 1, "padding_mode": "reflect"}, [IMAGE]),
        ({"out": 4, "kernel": (3, 3, 3), "padding": (1, 1, 1)}, [VOLUME]),
        ({"out": 4, "kernel": (3, 2, 3), "stride": (2, 1, 2), "padding": 1}, [VOLUME]),
        ({"out": 4, "kernel": 3, "padding": 1, "stride": 2, "padding_mode": "circular"}, [VOLUME]),
        (
            {"out": 4, "kernel": 3, "padding": (2, 1, 0), "padding_mode": "replicate", "groups": 2},
            [VOLUME],
        ),
        ({"out": 4, "kernel": 4, "padding": "same", "padding_mode": "reflect"}, [VOLUME]),
        (
            {"out": 4, "kernel": 3, "stride": 2, "padding": 1, "padding_mode": "circular"},
            [SEQUENCE],
        ),
    ],
    "linear": [({"out": 4}, [CHANNELS]), ({"out": 4, "bias": False}, [SEQUENCE])],
    "bn": [
        ({}, [CHANNELS]),
        ({}, [SEQUENCE]),
        ({"eps": 1e-3, "momentum": 0.01}, [IMAGE]),
        ({"affine": False}, [VOLUME]),
    ],
    "ln": [
        ({}, [CHANNELS]),
        ({}, [SEQUENCE]),
        ({"axis": 0}, [IMAGE]),
        ({"axis": 0}, [CHANNELS]),
        ({"axis": 0}, [SEQUENCE]),
        ({"axis": 0}, [VOLUME]),
        ({}, [VOLUME]),
        ({}, [IMAGE]),
    ],
    "gn": [
        ({"groups": 3}, [CHANNELS]),
        ({"groups": 2, "eps": 1e-3}, [IMAGE]),
        ({"groups": 3}, [SEQUENCE]),
        ({"groups": 2}, [VOLUME]),
    ],
    "lrn": [
        ({}, [IMAGE]),
        ({"size": 4, "alpha": 0.1, "k": 2.0}, [SEQUENCE]),
        ({"size": 3, "alpha": 0.1, "beta": 0.5}, [VOLUME]),
    ],
    "softmax": [
        ({}, [CHANNELS]),
        ({"axis": -1}, [IMAGE]),
        ({"axis": 1}, [IMAGE]),
        ({}, [SEQUENCE]),
        ({"axis": 2}, [VOLUME]),
    ],
    "log_softmax": [({}, [IMAGE]), ({}, [CHANNELS]), ({"axis": -1}, [SEQUENCE]), ({}, [VOLUME])],
    "max_pool": [
        ({}, [SEQUENCE]),
        ({"kernel": 3, "stride": 2, "padding": 1}, [IMAGE]),
        ({"kernel": (3, 2), "stride": (1, 2), "ceil": True}, [IMAGE]),
        ({"kernel": 2, "dilation": 2, "stride": 2}, [VOLUME]),
    ],
    "avg_pool": [
        ({}, [SEQUENCE]),
        ({"kernel": 3, "stride": 2, "padding": 1, "count_pad": False, "ceil": True}, [IMAGE]),
        ({"kernel": 2}, [VOLUME]),
    ],
    "adaptive_avg_pool": [({}, [SEQUENCE]), ({"size": (2, 3)}, [IMAGE]), ({"size": 2}, [VOLUME])],
    "adaptive_max_pool": [({}, [SEQUENCE]), ({"size": (2, 3)}, [IMAGE]), ({"size": 2}, [VOLUME])],
    "global_avg_pool": [({}, [SEQUENCE]), ({}, [IMAGE]), ({"keep": True}, [VOLUME])],
    "global_max_pool": [({}, [SEQUENCE]), ({}, [IMAGE]), ({"keep": True}, [VOLUME])],
    "concat": [
        ({}, [IMAGE, (2, 9, 8), IMAGE]),
        ({"axis": -1}, [IMAGE, (6, 9, 3)]),
        ({"axis": 1}, [IMAGE, IMAGE]),
        ({}, [CHANNELS]),
        ({}, [SEQUENCE, (2, 9)]),
        ({"axis": 2}, [VOLUME, (6, 5, 3, 7)]),
    ],
    "sum": [
        ({}, [IMAGE, IMAGE, IMAGE]),
        ({}, [CHANNELS, IMAGE]),
        ({}, [IMAGE]),
        ({}, [SEQUENCE, CHANNELS]),
        ({}, [VOLUME, VOLUME]),
    ],
    "mul": [
        ({}, [IMAGE, CHANNELS]),
        ({}, [VOLUME, CHANNELS]),
        ({}, [IMAGE, (6, 1, 1)]),
        ({}, [IMAGE, (1, 9, 8), CHANNELS]),
        ({}, [CHANNELS] * 3),
        ({}, [SEQUENCE, CHANNELS]),
    ],
    "mean": [
        ({}, [IMAGE, IMAGE, CHANNELS]),
        ({}, [IMAGE]),
        ({}, [CHANNELS, SEQUENCE]),
        ({}, [SEQUENCE, SEQUENCE]),
        ({}, [VOLUME, CHANNELS]),
    ],
    "max": [
        ({}, [IMAGE] * 5),
        ({}, [SEQUENCE, CHANNELS]),
        ({}, [CHANNELS, CHANNELS]),
        ({}, [VOLUME] * 3),
    ],
    "min": [
        ({}, [IMAGE, IMAGE]),
        ({}, [IMAGE]),
        ({}, [CHANNELS] * 3),
        ({}, [SEQUENCE, CHANNELS]),
        ({}, [VOLUME, VOLUME]),
    ],
    "sub": [
        ({}, [IMAGE, IMAGE]),
        ({}, [CHANNELS, IMAGE]),
        ({}, [SEQUENCE, CHANNELS]),
        ({}, [VOLUME, VOLUME]),
    ],
    "div": [
        ({}, [CHANNELS, CHANNELS]),
        ({}, [SEQUENCE, CHANNELS]),
        ({}, [IMAGE, IMAGE]),
        ({}, [VOLUME, CHANNELS]),
    ],
    "flatten": [({}, [IMAGE]), ({}, [CHANNELS]), ({}, [SEQUENCE]), ({}, [VOLUME])],
    "dropout_channels": [({}, [SEQUENCE]), ({"p": 0.2}, [IMAGE]), ({}, [VOLUME])],
    "lerp": [
        ({}, [IMAGE] * 3),
        ({}, [IMAGE, IMAGE, CHANNELS]),
        ({}, [CHANNELS, IMAGE, (6, 1, 1)]),
        ({}, [SEQUENCE] * 3),
        ({}, [VOLUME, VOLUME, CHANNELS]),
    ],
    "stack": [
        ({}, [IMAGE, IMAGE, IMAGE]),
        ({"axis": -1}, [SEQUENCE, SEQUENCE]),
        ({}, [CHANNELS]),
        ({"axis": 1}, [VOLUME, VOLUME]),
    ],
    "matmul": [
        ({}, [(6, 9), (9, 5)]),
        ({"transpose": True}, [(6, 9), (5, 9)]),
        ({}, [(3, 6, 9), (3, 9, 5)]),
        ({"transpose": True}, [IMAGE, IMAGE]),
        ({"transpose": True}, [VOLUME, VOLUME]),
    ],
    "glu": [
        ({}, [CHANNELS]),
        ({}, [IMAGE]),
        ({"axis": -1}, [IMAGE]),
        ({}, [SEQUENCE]),
        ({}, [VOLUME]),
        ({"axis": 2}, [VOLUME]),
    ],
    "maxout": [
        ({}, [CHANNELS]),
        ({"pieces": 3}, [IMAGE]),
        ({"pieces": 3}, [SEQUENCE]),
        ({}, [VOLUME]),
    ],
    "rbf": [({"out": 4}, [CHANNELS]), ({"out": 5}, [SEQUENCE])],
    "attention": [({"heads": 1}, [SEQUENCE]), ({"heads": 3}, [SEQUENCE])],
    "scaled_dot_product": [
        ({}, [(6, 9), (4, 9), (4, 5)]),
        ({}, [(3, 6, 9), (3, 4, 9), (3, 4, 9)]),
        ({}, [VOLUME, VOLUME, VOLUME]),
    ],
    "embedding": [
        ({"count": 4, "dim": 3}, [Tensor((5,), "int64")]),
        ({"count": 9, "dim": 6}, [Tensor((5, 2), "int64")]),
        ({"count": 5, "dim": 2}, [Tensor((2, 3, 2), "int64")]),
        ({"count": 4, "dim": 3}, [Tensor((2, 1, 3, 2), "int64")]),
    ],
    "bilinear": [
        ({"out": 4}, [CHANNELS, (5,)]),
        ({"out": 4, "bias": False}, [SEQUENCE, (6, 2)]),
    ],
    "affine": [
        ({}, [CHANNELS]),
        ({}, [IMAGE]),
        ({"bias": False}, [SEQUENCE]),
        ({"bias": False}, [VOLUME]),
        ({}, [VOLUME]),
    ],
    "instance_norm": [({}, [SEQUENCE]), ({"eps": 1e-3, "affine": True}, [IMAGE]), ({}, [VOLUME])],
    "rms_norm": [({}, [CHANNELS]), ({"eps": 1e-2}, [SEQUENCE]), ({}, [IMAGE]), ({}, [VOLUME])],
    "reshape": [
        ({"shape": (3, -1)}, [CHANNELS]),
        ({"shape": (-1,)}, [CHANNELS]),
        ({"shape": (2, 27, 8)}, [IMAGE]),
        ({"shape": (9, 6)}, [SEQUENCE]),
        ({"shape": (-1, 28)}, [VOLUME]),
    ],
    "permute": [
        ({"order": (1, 0)}, [SEQUENCE]),
        ({"order": (0, 2, 1)}, [IMAGE]),
        ({"order": (3, 0, 2, 1)}, [VOLUME]),
    ],
    "select": [
        ({"at": 0}, [SEQUENCE]),
        ({"at": -2, "axis": -1}, [IMAGE]),
        ({"at": (0, 2, 2)}, [IMAGE]),
        ({"at": (3, -1), "axis": 1}, [IMAGE]),
        ({"at": (0, 2, 2)}, [CHANNELS]),
        ({"at": 1, "axis": 2}, [VOLUME]),
    ],
    "channel_shuffle": [
        ({"groups": 2}, [SEQUENCE]),
        ({"groups": 3}, [IMAGE]),
        ({"groups": 2}, [VOLUME]),
    ],
    "conv_transpose": [
        ({"out": 4}, [SEQUENCE]),
        ({"out": 4, "kernel": (3, 2), "stride": (2, 1), "padding": 1}, [IMAGE]),
        ({"out": 9, "kernel": 3, "stride": 2, "output_padding": 1, "groups": 3}, [IMAGE]),
        ({"out": 4, "dilation": (1, 2, 2), "bias": False}, [VOLUME]),
        ({"out": 4, "kernel": 3, "stride": 2, "output_padding": 1}, [SEQUENCE]),
        (
            {"out": 4, "kernel": 2, "stride": 3, "padding": 1, "output_padding": (2, 0, 1)},
            [(6, 3, 2, 4)],
        ),
    ],
    "upsample": [
        ({}, [SEQUENCE]),
        ({"by": (2, 3), "mode": "bilinear"}, [IMAGE]),
        ({"by": 2, "mode": "bicubic"}, [IMAGE]),
        ({"mode": "linear", "size": 5}, [SEQUENCE]),
        ({"mode": "nearest-exact", "size": (4, 11)}, [IMAGE]),
        ({"by": 2, "mode": "trilinear"}, [VOLUME]),
    ],
    "pixel_shuffle": [({"by": 2}, [(8, 3, 5)])],
    "subsample": [({"by": 2}, [SEQUENCE]), ({"by": (2, 3)}, [IMAGE]), ({"by": 3}, [VOLUME])],
    "pad": [
        ({"by": ((2, 1),)}, [SEQUENCE]),
        ({"by": (1, (0, 2))}, [IMAGE]),
        ({"by": (1, (0, 2)), "mode": "reflect"}, [IMAGE]),
        ({"by": 1, "mode": "replicate"}, [VOLUME]),
        ({"by": 2, "mode": "circular"}, [IMAGE]),
        ({"by": ((2, 1),), "mode": "reflect"}, [SEQUENCE]),
        ({"by": (1, (2, 0), (0, 3)), "mode": "reflect"}, [VOLUME]),
        ({"by": ((1, 2), 0, (3, 0)), "mode": "circular"}, [VOLUME]),
        ({"by": (0, (2, 1), 1)}, [VOLUME]),
    ],
    "pad_channels": [
        ({"to": 9}, [CHANNELS]),
        ({"to": 8}, [IMAGE]),
        ({"to": 6}, [VOLUME]),
        ({"to": 7}, [SEQUENCE]),
    ],
    "crop": [({"top": 1, "right": 2}, [IMAGE]), ({"left": 3, "bottom": 4}, [IMAGE])],
    "split": [
        ({}, [IMAGE]),
        ({"parts": 3, "axis": 1}, [IMAGE]),
        ({"sizes": (1, 3, 2)}, [VOLUME]),
        ({"parts": 1}, [SEQUENCE]),
        ({"sizes": (4, 5), "axis": -1}, [SEQUENCE]),
        ({"sizes": (1, 3, 2)}, [CHANNELS]),
    ],
    "unstack": [
        ({}, [SEQUENCE]),
        ({"axis": -1}, [VOLUME]),
        ({}, [(1, 4)]),
        ({}, [IMAGE]),
        ({"axis": 1}, [IMAGE]),
    ],
    "max_unpool": [
        ({}, [SEQUENCE, Tensor(SEQUENCE, "int64")]),
        ({"kernel": (3, 2), "stride": 2, "padding": (1, 0)}, [IMAGE, Tensor(IMAGE, "int64")]),
        ({"size": (18, 17)}, [IMAGE, Tensor(IMAGE, "int64")]),
        ({"kernel": 3, "size": 15}, [(6, 5, 5), Tensor((6, 5, 5), "int64")]),
        ({}, [VOLUME, Tensor(VOLUME, "int64")]),
    ],
    "grid_sample": [
        ({}, [IMAGE, (2, 3)]),
        ({"size": (4, 11)}, [IMAGE, (6,)]),
        ({"size": 5}, [VOLUME, (12,)]),
        ({}, [VOLUME, (3, 4)]),
    ],
    "parameter": [
        ({"shape": (4,)}, [CHANNELS]),
        ({"shape": (1, 9)}, [SEQUENCE, IMAGE]),
        ({"shape": (2, 3, 4)}, [IMAGE]),
        ({"shape": (2, 3, 1, 4)}, [VOLUME]),
    ],
    "formula": [
        ({"expr": formula("a * tanh(b) - b / 2", "a", "b")}, [VOLUME, CHANNELS]),
        ({"expr": formula("a * sigmoid(b) + (1 - b) * a", "a", "b")}, [IMAGE, CHANNELS]),
        ({"expr": formula("max(b, 0.5, a, -2 / 3) - min(a, b, c)", *"abc")}, [SEQUENCE] * 3),
        ({"expr": formula("b ** 2 + a", "a", "b")}, [IMAGE, (6, 1, 1)]),
    ],
    "drop_join": [
        ({"p": 0.15}, [IMAGE] * 3),
        ({"p": 0.2, "global": 0}, [CHANNELS] * 2),
        ({"p": 0.5, "global": 1}, [SEQUENCE] * 2),
        ({"p": 0.15}, [VOLUME] * 2),
    ],
    "crop_to": [({}, [SEQUENCE, (2, 4)]), ({}, [IMAGE, (2, 6, 5)]), ({}, [VOLUME, (1, 5, 2, 2)])],
}
ELEMENTWISE: dict[str, list[dict[str, object]]] = {
    "prelu": [{}, {"per_channel": True}],
    "leaky_relu": [{}, {"slope": 0.2}],
    "elu": [{"alpha": 0.5}],
    "scale": [{"by": 0.5}],
    "shift": [{"by": -0.5}],
    "square": [{}],
    "sqrt": [{}],
    "hadamard": [{}],
    "dropout": [{}, {"p": 0.2}],
    "drop_path": [{"p": 0.2}],
}
WITHOUT_ARGUMENTS = (
    "gelu hard_sigmoid hard_swish mish relu relu6 selu sigmoid silu softplus tanh".split()
)
ELEMENTWISE |= {name: [{}] for name in WITHOUT_ARGUMENTS}
CASES |= {
    name: [(arguments, [shape]) for arguments in every for shape in SHAPES]
    for name, every in ELEMENTWISE.items()
}
CASES["formula"] += [({"expr": formula(text)}, [IMAGE]) for text in POINTWISE]
CASES["formula"] += [
    ({"expr": formula(f"{name}(abs(x) + 1)")}, [CHANNELS]) for name in FUNCTIONS_OF_ONE
]


def made(name: str, arguments: dict[str, object]) -> Op:
    op_class = base.find(name)
    assert op_class is not None
    return op_class(**arguments)
