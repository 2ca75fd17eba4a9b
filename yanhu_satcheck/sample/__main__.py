"""`python -m yanhu_satcheck.sample DIR` writes both sample quarters below DIR."""

import sys
from pathlib import Path

from . import make

if len(sys.argv) != 2:
    sys.exit("usage: python -m yanhu_satcheck.sample DIR")
make(Path(sys.argv[1]))
