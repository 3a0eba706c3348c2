"""The effective spec: variant, `extends`, values from outside and defaults settled, as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from netspec.expand.defaults import with_defaults
from netspec.expand.effective import from_top, given, settled, without_unused
from netspec.expand.origins import Origins
from netspec.expand.writer import written

if TYPE_CHECKING:
    from netspec.catalog import Document
    from netspec.syntax.spec import SpecFile


def expanded(chosen: Document, file: SpecFile, params: Mapping[str, Any]) -> str:
    """A spec of the same program, for the same folder, that takes nothing from outside; behind each
    line, where its values came from. `params` are the values of the file's.
    """
    origins = Origins(chosen)
    start = settled(chosen.root, file.name)
    root, remarks = given(start, file, params, origins)
    root, staying = with_defaults(root, chosen, origins)
    root, dropped = (root, []) if root is start else without_unused(root, chosen)
    if staying:
        remarks.append(f"defaults stay where a step cannot say the same: {', '.join(staying)}")
    if dropped:
        remarks.append(f"params that nothing uses any more are left out: {', '.join(dropped)}")
    return "".join(f"# {remark}\n" for remark in remarks) + written(from_top(root, chosen), origins)
