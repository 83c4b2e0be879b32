"""Machine code for this very processor: a C source is compiled once, kept, and loaded. Without a compiler, nothing."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import logging
import os
import platform
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import platformdirs

from rxt.io.files import read_bounded, write_atomically

STEP = Path(__file__).with_name("native") / "step.c"
FLAGS = (
    "-O3", "-march=native", "-std=gnu11", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math",
    "-fassociative-math", "-fno-signed-zeros", "-ffp-contract=fast", "-fPIC", "-shared",
)  # fmt: skip
"""Sums may be taken in any order; NaN and infinity stay what they are, and no mode of the processor is changed."""
WIDE = ("-mprefer-vector-width=512",)
"""Where the processor has such registers at all: on x86."""
LIMIT_S = 30
DEVELOPER_TOOLS = "/usr/bin/xcode-select"
_SOURCE_BYTES = _LIBRARY_BYTES = 2**24
_LOG = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Where compiled code is kept."""
    return Path(platformdirs.user_cache_dir("mneme")) / "native"


def compiled(source: Path = STEP, folder: Path | None = None) -> ctypes.CDLL | None:
    """The library of a C source, compiled now or earlier; None where there is no compiler or it fails.

    folder: where it is kept, by default in the user's cache. Takes a second or two the first time, then milliseconds.
    """
    found = filter(None, map(shutil.which, ("cc", "gcc", "clang")))
    compiler = next((one for one in found if not _is_stand_in(one)), None)
    if os.name != "posix" or compiler is None:
        return None
    try:
        folder = _private(cache_folder() if folder is None else folder)
        code = read_bounded(source, _SOURCE_BYTES)
        path = folder / f"{source.stem}-{_name(code)}.so"
        if path.exists():
            with contextlib.suppress(OSError):  # damaged, or of another system that shares the folder
                return ctypes.CDLL(str(path))
        write_atomically(path, _compile(compiler, source))
        return ctypes.CDLL(str(path))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        _LOG.info("%s was not compiled; slower code is used instead: %s", source.name, error)
        return None


def _is_stand_in(compiler: str) -> bool:
    """Whether a Mac has it in name only: run without the developer tools, it opens a window that offers them."""
    if platform.system() != "Darwin" or Path(compiler).parent != Path("/usr/bin"):
        return False
    try:
        asked = subprocess.run(  # noqa: S603
            [DEVELOPER_TOOLS, "-p"], check=False, timeout=LIMIT_S, capture_output=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return True
    return asked.returncode != 0


def _private(folder: Path) -> Path:
    """Code is loaded only from a folder that only this user can write to. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    status = folder.stat()
    if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"others can write to {folder}")
    return folder


def _name(code: bytes) -> str:
    """Of the source, the flags and the processor: a home folder may be shared by different machines."""
    parts = [code, " ".join(_flags()).encode(), platform.machine().encode(), _processor()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:20]


def _flags() -> tuple[str, ...]:
    return FLAGS + WIDE if platform.machine() in ("x86_64", "AMD64") else FLAGS


def _processor() -> bytes:
    try:
        lines = Path("/proc/cpuinfo").read_bytes().splitlines()
    except OSError:
        return platform.node().encode()
    return next((line for line in lines if line.startswith((b"flags", b"Features"))), platform.node().encode())


def _compile(compiler: str, source: Path) -> bytes:
    """Raises OSError, ValueError or SubprocessError."""
    with tempfile.TemporaryDirectory(prefix="mneme-") as folder:
        target = Path(folder) / "step.so"
        command = [compiler, *_flags(), str(source), "-o", str(target), "-lm", "-lpthread"]
        subprocess.run(command, check=True, timeout=LIMIT_S, capture_output=True, stdin=subprocess.DEVNULL)  # noqa: S603
        return read_bounded(target, _LIBRARY_BYTES)
