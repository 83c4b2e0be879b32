"""The folder of saved memories: what it holds, and the trash that deleted ones go to.

Nothing here reads a memory itself: the list comes from the headers of the files.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine.messages import SnapshotInfo
from rxt.errors import RxtError

if TYPE_CHECKING:
    from app.engine.library import SnapshotHeader

PATTERN = "*.safetensors"
_log = logging.getLogger(__name__)


class SnapshotFolder:
    """The memories in `folder`; deleted ones move to `trash`. `read` reads the header of one file."""

    def __init__(self, folder: Path, trash: Path, read: Callable[[Path], SnapshotHeader]) -> None:
        self.folder = folder
        self._trash = trash
        self._read = read

    def create(self) -> None:
        """Creates the folder, for its owner only. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def info(self, path: Path) -> SnapshotInfo:
        """What the header of a file says. Raises RxtError, OSError or ValueError where it cannot be read."""
        header = self._read(path)
        return SnapshotInfo(
            path=path,
            title=header.title,
            description=header.description,
            model=header.model,
            fingerprint=header.fingerprint,
            created=header.created,
            turns=header.turns,
            size_bytes=path.stat().st_size,
        )

    def list(self) -> tuple[SnapshotInfo, ...]:
        """The memories, the newest first. Files that cannot be read are left out; the log counts and names them."""
        found: list[SnapshotInfo] = []
        unreadable: list[str] = []
        for path in sorted(self.folder.glob(PATTERN)):
            try:
                found.append(self.info(path))
            except (RxtError, OSError, ValueError) as error:
                unreadable.append(f"{path.name!a}: {error}")
        if unreadable:
            _log.warning("%d files in %s are no readable memories: %s", len(unreadable), self.folder, unreadable[:10])
        return tuple(sorted(found, key=lambda info: (info.created, info.path.name), reverse=True))

    def delete(self, path: Path) -> Path:
        """Moves a file of the folder to the trash; returns its new place.

        Raises ValueError for a file that is not in the folder, OSError where it cannot be moved.
        """
        if path.resolve().parent != self.folder.resolve():
            raise ValueError("only memories of the library can be deleted here; this file was left where it is")
        self._trash.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self._trash / path.name
        number = 1
        while target.exists():
            target = self._trash / f"{path.stem}-{number}{path.suffix}"
            number += 1
        os.replace(path, target)
        return target
