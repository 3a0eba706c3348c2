"""`python -m fuzz TARGET SECONDS`: one target, for so long, until something is found.

What is found goes to tests/robustness/found, where a test replays it.
"""

from __future__ import annotations

import sys
import warnings

import atheris

with atheris.instrument_imports(include=["netspec", "yaml"]):
    from fuzz.targets import TARGETS

from fuzz.seeds import DICTIONARY, FOUND, ROOT, write_seeds

MEGABYTES, SECONDS_EACH, LONGEST = 1024, 5, 8192


def main(target: str, seconds: str) -> None:
    corpus = ROOT / "build" / "fuzz" / target
    write_seeds(target, corpus)
    (FOUND / target).mkdir(parents=True, exist_ok=True)
    options = [
        *("-print_final_stats=1", f"-max_total_time={seconds}"),
        *(f"-rss_limit_mb={MEGABYTES}", f"-timeout={SECONDS_EACH}", f"-max_len={LONGEST}"),
        *(f"-dict={DICTIONARY}", f"-artifact_prefix={FOUND / target}/"),
    ]
    warnings.simplefilter("ignore")
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
