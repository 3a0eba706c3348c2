"""docs/zoo.md: the shipped specs, their figures and what came of their claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docs.generator.diagrams import DRAWN, FOLDER
from docs.generator.markdown import code, page, table
from docs.generator.std import citation
from netspec.analysis.claims import Verdict
from netspec.catalog import documents, shipped, shipped_files
from netspec.network import Network
from netspec.tensor import Tensor

INTRODUCTION = """\
The specs that ship with netspec. `netspec stats NAME` takes a name of this page; a name with `@` is
a variant of a file and is also known without what stands before the `@`. Figures are for one sample
of the input in the spec; [numbers.md](numbers.md) says what they count. Weights start by PyTorch's
defaults, unless the spec says otherwise by [`init`](language.md#weights)."""
CLAIMED = """\
Figures that papers and weights pages print, each held against what netspec computes. A *disputed*
one differs, and the spec says why."""


def zoo_page() -> str:
    families = {name: list(_networks(name)) for name in shipped()}
    networks = [network for family in families.values() for network in family]
    return page(
        "The zoo",
        INTRODUCTION,
        table(
            ["network", "input", "output", "params", "MACs", "claimed figures"],
            [_figures(network) for network in networks],
            "lllrrr",
        ),
        "## Files",
        "\n".join(_file(name, family[0]) for name, family in families.items()),
        "## Claims",
        CLAIMED,
        table(
            ["network", "figure", "printed", "computed", "verdict", "source"],
            [_claim(network, v) for network in networks for v in network.verdicts()],
            "llrrll",
        ),
        "## Diagrams",
        *(f"### {name}\n\n![{name}]({FOLDER}/{name}.svg)" for name in DRAWN),
    )


def _networks(name: str) -> Iterator[Network]:
    for document in documents(name):
        yield Network(document, {}, {})


def _figures(network: Network) -> list[str]:
    verdicts = network.verdicts()
    disputed = sum(verdict.claim.disputed is not None for verdict in verdicts)
    return [
        code(network.document.address),
        _shapes(network.program.inputs),
        _shapes(network.program.outputs),
        f"{network.params:,}",
        f"{network.macs:,}",
        f"{len(verdicts)}" + (f", {disputed} disputed" if disputed else ""),
    ]


def _shapes(tensors: Iterable[Tensor]) -> str:
    return ", ".join(code(str(tensor)) for tensor in tensors)


def _file(name: str, network: Network) -> str:
    program = network.program
    path = f"../specs/{shipped_files()[name].name}"
    return f"- [{name}.yaml]({path}): {program.about} {citation(program.source)}."


def _claim(network: Network, verdict: Verdict) -> list[str]:
    claim = verdict.claim
    return [
        code(network.name),
        verdict.quantity,
        verdict.printed,
        verdict.computed,
        f"disputed: {claim.disputed}" if claim.disputed else "holds",
        claim.source or "",
    ]
