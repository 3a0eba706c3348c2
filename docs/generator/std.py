"""docs/std.md: the blocks of the standard library, from their files."""

from __future__ import annotations

from collections.abc import Mapping

from docs.generator.markdown import code, fenced, page, table
from netspec.elaborate.environment import standard_block, standard_names
from netspec.schema.wording import block_values
from netspec.syntax.spec import Block

INTRODUCTION = """\
Blocks that every spec can use by name, written in the language itself. A block of the same name in
a spec hides the one here. Parameters without a default must be given."""


def std_page() -> str:
    blocks = [standard_block(name) for name in sorted(standard_names())]
    return page("The standard library", INTRODUCTION, *(_entry(b) for b in blocks if b))


def _entry(block: Block) -> str:
    rows = [[code(name), *block_values(p)] for name, p in block.parameters.items()]
    source = f"Source: {citation(block.home.citation)}."
    return "\n\n".join(
        [
            f"## {block.name}",
            f"{block.about} {source}",
            table(["parameter", "type", "default"], rows),
            fenced("yaml fragment", _definition(block)),
        ]
    )


def _definition(block: Block) -> str:
    """The file from `defaults` or `blocks` on."""
    lines = block.home.source.lines
    start = "defaults:" if "defaults:" in lines else "blocks:"
    return "\n".join(lines[lines.index(start) :])


def citation(source: Mapping[str, str]) -> str:
    """A citation in one line, its arXiv number, DOI or address as a link."""
    parts = [f"*{source['title']}*", *(source[key] for key in ("authors", "year") if key in source)]
    if "arxiv" in source:
        parts.append(f"[arXiv:{source['arxiv']}](https://arxiv.org/abs/{source['arxiv']})")
    if "doi" in source:
        parts.append(f"[doi:{source['doi']}](https://doi.org/{source['doi']})")
    parts += [source[key] for key in ("url", "where") if key in source]
    return ", ".join(parts)
