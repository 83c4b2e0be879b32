"""The folder of a run: opened, and held for as long as the run lasts, so that no other writes there meanwhile."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rxt.io.pretrained import CONFIG, TOKENIZER
from rxt.io.weights import INDEX, WEIGHTS
from rxt.training.checkpoint import TrainingError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCK = ".training.lock"
IN_USE = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK, errno.ENOENT)
"""What systems say of a lock that another has, and of one that another has just removed."""


def open_folder(folder: Path) -> None:
    """Makes the folder of a run where there is none. Raises TrainingError where nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise TrainingError(f"Nothing can be written to the folder {folder} ({reason}). Nothing was trained.") from None


def check_for_models(folder: Path) -> None:
    """Raises TrainingError where a model lies in the folder of a run that has no checkpoint yet."""
    if (folder / "model").exists():
        raise TrainingError(
            f"{folder / 'model'} is there already, and no checkpoint to go on from. Nothing was changed: move it "
            "away, or name another folder with --out."
        )
    for name in (CONFIG, WEIGHTS, INDEX):
        if (folder / name).exists():
            raise TrainingError(
                f"{folder} holds a model ({name}), whose {TOKENIZER} a run would replace. Nothing was changed: name "
                "another folder with --out."
            )


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder belongs to this process; the system lets it go however the process ends. Raises TrainingError where
    another process has it, or nothing can be written there."""
    open_folder(folder)
    path = folder / LOCK
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not _is_locked(descriptor, path):
            raise TrainingError(
                f"Another training is running in {folder}, and goes on. This one was not begun: wait for it, or name "
                "another folder with --out."
            )
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # Windows removes no open file; it is empty and means nothing
                path.unlink()
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int, path: Path) -> bool:
    """Locks the open file; False where another has it."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(descriptor), path.stat())  # not one that a run has just removed
    except OSError as error:
        # Some file systems know no locks: there a run goes on without.
        return error.errno not in IN_USE
