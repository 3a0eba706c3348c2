"""Writes the generated pages, tables, console outputs and diagrams of docs/; `--check` compares."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from docs.generator.pages import main  # found only now: a script's path has its folder alone

    sys.exit(main())
