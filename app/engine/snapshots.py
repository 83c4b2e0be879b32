"""The folder of saved memories: what it holds, and the trash that deleted ones go to for a time.

Law: a memory's numbers are never changed here. Files come in and go out whole and checked, or not at all.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import stat
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine.messages import SnapshotInfo
from app.engine.refusal import RefusedError
from app.engine.thumbnails import Thumbnails
from app.models.memory_names import MEMORY_SUFFIX
from app.paths import private_folder
from app.store.trash import DAY_S, EARLIEST, KEPT_DAYS
from rxt.errors import RxtError
from rxt.io.files import in_free_place, move_new, read_bounded, write_atomically

if TYPE_CHECKING:
    from app.engine.library import Library

PATTERN = f"*{MEMORY_SUFFIX}"
PROMPT = "system-prompt"
"""What the file of a system prompt is called."""
LIMIT_BYTES = 2**31
"""Larger files are no memories."""
LITTER_AGE_S = 86_400.0
_COPY = " (copy)"
_LITTER = re.compile(r"\..{1,20}\.[0-9a-f]{16}\.tmp", re.DOTALL)
"""The names that rxt.io.files.write_atomically gives to files that are not whole yet."""
_log = logging.getLogger(__name__)


class SnapshotFolder:
    """The memories in `folder`; deleted ones move to `trash`.

    Verbs raise RxtError, RefusedError or OSError with a sentence, and then every file is what it was.
    """

    def __init__(self, folder: Path, trash: Path, library: Library) -> None:
        self.folder = folder
        self._trash = trash
        self._library = library
        self._thumbnails = Thumbnails(library.read_snapshot)
        self._deleted: dict[Path, Path] = {}

    def create(self) -> None:
        """Creates the folder, for its owner only. Raises OSError."""
        private_folder(self.folder)

    def info(self, path: Path) -> SnapshotInfo:
        """What the header of a file says, with a picture if there was time for one.

        Raises RxtError, OSError or ValueError where the file cannot be read.
        """
        header = self._library.read_snapshot_info(path)
        picture = self._thumbnails.of(path)
        return SnapshotInfo(
            path=path,
            title=header.title,
            description=header.description,
            model=header.model,
            fingerprint=header.fingerprint,
            created=header.created,
            turns=header.turns,
            size_bytes=path.stat().st_size,
            origin=header.origin,
            shape=header.shape,
            synthetic=header.synthetic,
            norm=picture.norm if picture is not None else None,
            problem=picture.problem if picture is not None else "",
            sha256=header.sha256,
        )

    def list(self) -> tuple[SnapshotInfo, ...]:
        """The memories, the newest first. Files that cannot be read are left out; the log counts and names them."""
        self._thumbnails.begin()
        found: list[SnapshotInfo] = []
        unreadable: list[str] = []
        for path in sorted(self.folder.glob(PATTERN)):
            try:
                found.append(self.info(path))
            except (RxtError, OSError, ValueError) as error:
                unreadable.append(f"{path.name!a}: {error}")
        if unreadable:
            _log.warning("%d files in %s are not readable memories: %s", len(unreadable), self.folder, unreadable[:10])
        return tuple(sorted(found, key=lambda info: (info.created, info.path.name), reverse=True))

    def has_synthetic(self, sha256: str) -> bool:
        """Whether a memory of these numbers says here that no conversation has led to it: the store does not."""
        for path in self.folder.glob(PATTERN):
            with contextlib.suppress(RxtError, OSError, ValueError):
                header = self._library.read_snapshot_info(path)
                if header.synthetic and header.sha256 == sha256:
                    return True
        return False

    def sweep(self) -> None:
        """Removes what a kill left of files that were being written, LITTER_AGE_S ago or earlier, and what has been in
        the trash for KEPT_DAYS.

        Younger ones may belong to another process that is writing now.
        """
        for path in self._trash.glob(PATTERN):
            try:
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and _age_s(path, status) >= KEPT_DAYS * DAY_S:
                    path.unlink()
            except OSError:
                _log.info("%s was left in the trash", path.name, exc_info=True)
        for path in self.folder.glob(".*.tmp"):
            try:
                status = path.lstat()
                is_old = time.time() - status.st_mtime >= LITTER_AGE_S
                if is_old and stat.S_ISREG(status.st_mode) and _LITTER.fullmatch(path.name):
                    path.unlink()
            except OSError:
                _log.info("%s was left where it is", path.name, exc_info=True)

    def retitle(self, path: Path, title: str, description: str) -> None:
        """Gives a memory of the folder another title and note."""
        self._need_own(path)
        if not title:
            raise RefusedError("A memory needs a title; it keeps the one it has.")
        self._library.retitle_snapshot(path, title, description)

    def duplicate(self, path: Path) -> Path:
        """A copy beside `path`, titled as a copy; returns its place."""
        self._need_own(path)
        header = self._library.read_snapshot_info(path)
        target = self._copy(path, self.folder / path.name)
        try:
            self._library.retitle_snapshot(target, (header.title or path.stem) + _COPY, header.description)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return target

    def add(self, path: Path) -> Path:
        """Takes a copy of a file from elsewhere into the folder; returns its place."""
        self._library.read_snapshot(path)  # refused before anything is written
        self.create()
        return self._copy(path, self.folder / f"{path.stem or 'memory'}{MEMORY_SUFFIX}")

    def save(self, path: Path, write: Callable[..., object], beside: bool) -> Path:
        """Has `write` (path, is_new) make a memory, here or elsewhere; returns its place. beside: where something is at
        `path`, that is the next free name."""
        if path.parent == self.folder:
            self.create()
        if beside:
            return in_free_place(path, partial(write, is_new=True))
        write(path)
        return path

    def export(self, path: Path, target: Path) -> None:
        """Writes a copy of a memory to `target`, replacing what was there only when all of it is on the disk."""
        if target.suffix.lower() != MEMORY_SUFFIX:
            raise RefusedError(f"A memory file ends in {MEMORY_SUFFIX}; nothing was written.")
        if path.resolve() == target.resolve():
            return
        self._library.read_snapshot(path)
        write_atomically(target, _bytes(path))

    def delete(self, path: Path) -> Path:
        """Moves a file of the folder to the trash; returns its new place."""
        self._need_own(path)
        private_folder(self._trash)
        target = in_free_place(self._trash / path.name, partial(move_new, path))
        with contextlib.suppress(OSError):  # its time in the trash begins, not before what was saved or deleted last
            files = (*self.folder.glob(PATTERN), *self._trash.glob(PATTERN))
            began = max(time.time(), *(file.lstat().st_mtime for file in files))
            os.utime(target, (began, began))
        self._deleted[path] = target
        return target

    def restore(self, path: Path) -> Path:
        """Brings back the file that was deleted from `path`; returns its place, another one where that is taken."""
        deleted = self._deleted.get(path, self._trash / path.name)
        if not deleted.exists():
            raise RefusedError("This memory is not in the trash any more.")
        self.create()
        target = in_free_place(self.folder / path.name, partial(move_new, deleted))
        self._deleted.pop(path, None)
        return target

    def _need_own(self, path: Path) -> None:
        if path.resolve().parent != self.folder.resolve():
            raise RefusedError("Only memories of the library can be changed here; this file was left as it is.")

    def _copy(self, path: Path, wanted: Path) -> Path:
        """Copies a whole memory; what arrived is checked again, for a file can change while it is read."""
        target = in_free_place(wanted, partial(write_atomically, data=_bytes(path), is_new=True))
        try:
            self._library.read_snapshot(target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return target


def _age_s(path: Path, status: os.stat_result) -> float:
    """How long a file has been in the trash. Where a clock was wrong, its time begins anew rather than ending early.

    Nothing here sets the time of the last change; it follows the clock of the moment, however wrong that is.
    """
    now, written, changed = time.time(), status.st_mtime, status.st_ctime
    moved = max(written, changed)  # moving it there has changed one of them
    ahead = now + KEPT_DAYS * DAY_S
    if moved < EARLIEST:
        os.utime(path)
        return 0.0
    if os.name != "posix" or written <= ahead:
        return now - moved
    if changed > ahead:
        os.utime(path, (written, written))  # it was changed now, and still written then: either clock may be right
        return 0.0
    return now - changed


def _bytes(path: Path) -> bytes:
    try:
        return read_bounded(path, LIMIT_BYTES)
    except ValueError as error:
        raise RefusedError(f"This is not a memory file: {error}. Nothing was changed.") from None
