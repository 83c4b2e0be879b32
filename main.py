"""Starts the window."""

import gc
import sys

from app.main import run

if __name__ == "__main__":
    code = run()
    gc.freeze()  # the interpreter would walk through all of torch once more before it ends: half a second
    sys.exit(code)
