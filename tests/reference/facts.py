"""The reference data of this folder, and the fill that its numerics were made with."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import math
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent


class Entry(NamedTuple):
    """One entry of a state dict."""

    key: str
    shape: tuple[int, ...]
    dtype: str
    is_parameter: bool


class Figures(NamedTuple):
    """What a model counts at one input, batch dimension left out."""

    name: str
    input: tuple[int, ...]
    output: tuple[int, ...]
    params: int
    buffers: int
    macs: int


class Computed(NamedTuple):
    """What a hand-written network counts; the file leaves some shapes and MACs out."""

    spec: str
    overrides: dict[str, Any]
    system: str
    variant: str
    input: tuple[int, ...] | None
    output: tuple[int, ...] | None
    params: int
    macs: int | None


@cache
def state_dicts() -> dict[str, list[Entry]]:
    """The entries of each model's state dict, in order."""
    with gzip.open(FOLDER / "state_dicts.json.gz", "rt") as file:
        models = json.load(file)
    return {
        name: [Entry(key, tuple(shape), *rest) for key, shape, *rest in entries]
        for name, entries in models.items()
    }


def figures() -> list[Figures]:
    with (FOLDER / "figures.csv").open(newline="") as file:
        return [
            Figures(
                row["name"],
                _without_batch(row["input_shape"]),
                _without_batch(row["output_shape"]),
                int(row["params_exact"]),
                int(row["buffer_elements"]),
                int(row["conv_linear_macs"]),
            )
            for row in csv.DictReader(file)
        ]


def computed() -> list[Computed]:
    with (FOLDER / "computed.csv").open(newline="") as file:
        return [
            Computed(
                row["spec"],
                json.loads(row["overrides"] or "{}"),
                row["system"],
                row["variant"],
                _without_batch(row["input_shape"]) or None,
                _without_batch(row["output_shape"]) or None,
                int(row["params_exact"]),
                int(row["conv_linear_macs"] or 0) or None,
            )
            for row in csv.DictReader(file)
        ]


def _without_batch(shape: str) -> tuple[int, ...]:
    return tuple(int(size) for size in shape.split("x")[1:])


def numerics(name: str) -> dict[str, Any]:
    """The expected outputs in `numerics/{name}.json`."""
    facts: dict[str, Any] = json.loads((FOLDER / "numerics" / f"{name}.json").read_text())
    return facts


def numerics_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("numerics/*.json"))


def filled(key: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The value of the state-dict entry `key`, in float64; it is cast to the entry's type next."""
    leaf = key.rpartition(".")[2]
    elements = math.prod(shape)
    if leaf == "num_batches_tracked":
        return np.zeros(shape)
    generator = _generator(key)
    if leaf == "running_var":
        return (0.5 + generator.random_sample(elements)).reshape(shape)
    values = generator.standard_normal(elements).reshape(shape)
    if leaf == "running_mean":
        return 0.1 * values
    if len(shape) >= 2:
        return values * math.sqrt(1.0 / math.prod(shape[1:]))
    return 1 + 0.1 * values if leaf == "weight" else 0.1 * values


def filled_input(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The input that the numerics were made with; `shape` has the batch dimension."""
    values = _generator("__input__").standard_normal(math.prod(shape))
    return values.reshape(shape).astype(np.float32)


def _generator(key: str) -> np.random.RandomState:
    digest = hashlib.sha256(f"0/{key}".encode()).digest()
    return np.random.RandomState(int.from_bytes(digest[:4], "little"))
