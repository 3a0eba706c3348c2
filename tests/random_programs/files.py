"""Whole specs: inputs, parameters, blocks, body, outputs, spread over one or several files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from netspec.tensor import Tensor
from tests.random_programs import branches, contracts, loops, operands, std, uses, weights
from tests.random_programs.blocks import draw_block, draw_recursive, tensor
from tests.random_programs.expressions import exactly
from tests.random_programs.fitting import fitted, one_of_several
from tests.random_programs.home import Home
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Scope, modified, tensors_of
from tests.random_programs.steps import sequence
from tests.random_programs.text import Node, document, flow
from tests.random_programs.uses import use_of

KINDS = (branches, contracts, loops, operands, std, uses, weights)
"""Imported for the kinds of steps that they enter."""
DEFAULTS: tuple[dict[str, dict[str, Any]], ...] = (
    {},
    {"conv": {"bias": False}},
    {"conv": {"bias": False}, "bn": {"eps": 0.001, "momentum": 0.2}},
    {"linear": {"bias": False}, "leaky_relu": {"slope": 0.3}},
)


@dataclass(frozen=True)
class Spec:
    """The files of a spec, the name by which it is loaded, and the outputs that it must have."""

    files: dict[str, str]
    address: str
    outputs: tuple[Tensor, ...]

    def write(self, folder: Path) -> str:
        """Write the files; returns what to load."""
        for name, text in self.files.items():
            (folder / name).write_text(text)
        return str(folder / self.address)

    def __repr__(self) -> str:
        parts = [f"--- {name}\n{text}" for name, text in self.files.items()]
        return "\n" + "\n".join(
            [*parts, f"--- {self.address} -> {', '.join(map(str, self.outputs))}"]
        )

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """How Hypothesis shows it."""
        printer.text(repr(self))


@st.composite
def specs(draw: st.DrawFn, most: int = 18) -> Spec:
    """A valid spec."""
    pen = Pen(draw, draw(st.integers(2, most)))
    library = Home("parts.", pen.choose(DEFAULTS), _params(pen)) if pen.chance(25) else None
    home = Home("", pen.choose(DEFAULTS), _params(pen))
    for each in (library, home):
        for _ in range(pen.integer(0 if each is home else 1, 2) if each else 0):
            assert each is not None
            (draw_recursive if pen.chance(20) else draw_block)(pen, each)
    if library is not None:
        home.known += library.known
    top, outputs = _body(pen, home)
    main: dict[str, Node] = {"netspec": 1, "name": "drawn"}
    main |= {"use": {"parts": "parts.yaml"}} if library and library.known else {}
    main |= _sections(home, top) | top
    files = _laid_out(pen, main)
    if "use" in main:
        assert library is not None
        files["parts.yaml"] = {"netspec": 1, **_sections(library, {})}
    address = "drawn.yaml@small" if "variants" in files["drawn.yaml"] else "drawn.yaml"
    return Spec({name: document(text) for name, text in files.items()}, address, outputs)


def _params(pen: Pen) -> dict[str, Any]:
    params: dict[str, Any] = {pen.name("k"): pen.integer(1, 6) for _ in range(pen.integer(0, 2))}
    if pen.chance(40):
        params[pen.name("widths")] = tuple(pen.integer(1, 6) for _ in range(pen.integer(1, 3)))
    if pen.chance(30):
        params[pen.name("wide")] = pen.chance(50)
    return params


def _sections(home: Home, top: dict[str, Node]) -> dict[str, Node]:
    """Params that are used, defaults and blocks."""
    used = set(re.findall(r"[A-Za-z_]\w*", flow([home.blocks, top])))
    params = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in home.params.items()
        if name in used
    }
    made: dict[str, Node] = {"params": params} if params else {}
    made |= {"defaults": home.defaults} if home.defaults else {}
    return made | ({"blocks": home.blocks} if home.blocks else {})


def _laid_out(pen: Pen, main: dict[str, Node]) -> dict[str, dict[str, Node]]:
    """As one file, as one with variants, or as one that extends another."""
    layout = pen.choose(["plain", "plain", "plain", "variants", "extends", "both"])
    params = main.get("params", {})
    if layout == "plain" or not params:
        return {"drawn.yaml": main}
    other = {name: _another(value) for name, value in params.items()}
    claims = {"claims": main["claims"]} if "claims" in main else {}
    base = {key: value for key, value in main.items() if key != "claims"} | {"params": other}
    if layout == "variants":
        variants = {"other": {}, "small": {"params": params, **claims}}
        return {"drawn.yaml": base | {"variants": variants}}
    if layout == "extends":
        top = {"netspec": 1, "name": "drawn", "extends": "base.yaml", "params": params, **claims}
        return {"drawn.yaml": top, "base.yaml": base | {"name": "base"}}
    base |= {"variants": {"small": {"params": params}}, "name": "base"}
    top = {"netspec": 1, "name": "drawn", "extends": "base.yaml@small", **claims}
    return {"drawn.yaml": top, "base.yaml": base}


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return [v + 1 for v in value] if isinstance(value, list) else value + 1


# ------------------------------------------------------------------------------- body and outputs


def _body(pen: Pen, home: Home) -> tuple[dict[str, Node], tuple[Tensor, ...]]:
    inputs = _inputs(pen)
    scope = Scope(home, [dict(home.params)], [tuple(inputs.values())])
    top: dict[str, Node] = {}
    body: list[Node] = []
    narrowed = False
    if len(inputs) == 1 and "input" in inputs:
        top["input"] = _sizes(pen, home, inputs["input"])
    else:
        top["inputs"] = {name: _declared(pen, home, x) for name, x in inputs.items()}
        scope.names |= {name: [x] for name, x in inputs.items()}
        if len(inputs) > 1 and pen.chance(60):
            name = pen.choose(list(inputs))
            scope.flows = [(inputs[name],)]
            narrowed = True  # inputs that no step takes are a fault
            body.append(modified("identity", from_=name))
    body += sequence(pen, scope, 6)
    for known in home.known:
        if known.name not in flow(body) and pen.chance(60):
            body.append(use_of(pen, scope, known))
    if not scope.single:
        body.append(one_of_several(pen, scope))
    top["body"] = body
    outputs = _outputs(pen, scope, top)
    if narrowed:
        said = flow(body) + flow(top.get("outputs", []))
        taken = set(re.findall(r"\w+", said))
        top["inputs"] = {name: x for name, x in top["inputs"].items() if name in taken}
    return top, outputs


def _inputs(pen: Pen) -> dict[str, Tensor]:
    names = ["input"] if pen.chance(60) else [pen.name("x_") for _ in range(pen.integer(1, 3))]
    inputs = {name: tensor(pen, pen.choose([3, 3, 3, 2, 1, 4])) for name in names}
    if names != ["input"] and pen.chance(40):
        inputs[names[-1]] = Tensor((pen.integer(1, 6),), "int64")
    return inputs


def _declared(pen: Pen, home: Home, x: Tensor) -> Node:
    sizes = _sizes(pen, home, x)
    return {"shape": sizes, "dtype": x.dtype} if x.dtype != "float32" else sizes


def _sizes(pen: Pen, home: Home, x: Tensor) -> Node:
    scope = Scope(home, [dict(home.params)], [()])
    return [exactly(pen, scope, [size]).node for size in x.shape]


def _outputs(pen: Pen, scope: Scope, top: dict[str, Node]) -> tuple[Tensor, ...]:
    """What flows at the end, or several named steps, some of them in training only."""
    body, last = top["body"], scope.tensors[0]
    if last.dtype == "int64" and pen.chance(50):
        body += fitted(pen, scope, [Tensor((3,))])
        last = scope.tensors[0]
    if not pen.chance(40):
        top["claims"] = [{"shape": list(last.shape), "source": "the generator"}]
        return (last,)
    name = pen.name("end_")
    body.append(modified("tanh" if last.dtype != "int64" else "identity", name=name))
    wires = {name: last}
    for tap, per_world in scope.names.items():
        found = list(tensors_of(per_world[0]))
        if len(found) == 1 and isinstance(per_world[0], Tensor) and pen.chance(30):
            wires[tap] = found[0]
    order = list(wires) if pen.chance(50) else list(reversed(wires))
    if not pen.chance(60) and all("." not in tap for tap in order):
        top["outputs"] = order
        return tuple(wires[tap] for tap in order)
    named = {pen.name("y"): tap for tap in order}
    given: dict[str, Node] = dict(named)
    late = [key for key, tap in named.items() if tap != name and pen.chance(40)]
    if late:
        given["train_only"] = late
    top["outputs"] = given
    return tuple(wires[tap] for tap in order)
