"""Faults in a spec: where they are, what is wrong, how they came about and what would mend them.

A diagnostic is data; the formats turn it into text. Only the command line prints.
"""

from netspec.diagnostics.codes import CODES, GROUPS
from netspec.diagnostics.data import Diagnostic, Note, Source, Span
from netspec.diagnostics.errors import Report, SpecError, fault
from netspec.diagnostics.formats.human import excerpt, render
from netspec.diagnostics.spelling import nearest

__all__ = [
    "CODES",
    "GROUPS",
    "Diagnostic",
    "Note",
    "Report",
    "Source",
    "Span",
    "SpecError",
    "excerpt",
    "fault",
    "nearest",
    "render",
]
