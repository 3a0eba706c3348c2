"""How many examples a test draws.

A few, the same each time; with the environment variable `EXAMPLES=5000` so many, others each time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_many = int(os.environ.get("EXAMPLES", 0))


def examples(few: int) -> settings:
    """The settings of a test that draws `few` examples unless more are asked for."""
    return settings(
        max_examples=_many or few,
        derandomize=not _many,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
