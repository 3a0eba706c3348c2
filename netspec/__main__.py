"""`python -m netspec` is the command `netspec`."""

import sys

from netspec.cli import main

sys.exit(main())
