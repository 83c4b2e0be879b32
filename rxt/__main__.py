"""`python -m rxt`."""

import sys

from rxt.cli import main

if __name__ == "__main__":
    sys.exit(main())
