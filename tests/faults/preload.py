"""Starts Python again with the calls of failing_calls.c before those of the system; needs a C compiler and Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

SOURCE = Path(__file__).with_name("failing_calls.c")


def is_possible() -> bool:
    return sys.platform == "linux" and shutil.which("cc") is not None


def run_preloaded(arguments: Sequence[str]) -> int:
    """Runs `python -m tests.faults` with these arguments; its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "failing_calls.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
        command = [sys.executable, "-m", "tests.faults", *arguments]
        return subprocess.run(command, env={**os.environ, "LD_PRELOAD": str(library)}, check=False).returncode
