"""The memory of a chat as a file: what it is called, where it may go, and that it is never put over something else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rxt.errors import RxtError
from rxt.inference.session import Session
from rxt.io.files import in_free_place
from rxt.io.snapshot import SnapshotInfo, save_grown, save_snapshot

SNAPSHOT = ".safetensors"
_TAKEN = "{} is there already, and stays as it is. Name another file."


class MemoryFile:
    """Saves the memory of a chat. origin: the seed of its first memory, or the saved one that it was, from `opened`.

    Over that file, the title and the note of the saved one stay.
    """

    def __init__(self, session: Session, origin: int | SnapshotInfo, opened: Path | None) -> None:
        self._session = session
        self._origin = origin
        self._opened = opened
        self._own = set() if opened is None else {opened.absolute()}

    def check(self, path: Path) -> Path:
        """The file that is meant, with the ending that the window looks for. Raises RxtError where something else is
        there, or only a folder can be: what this chat was opened from or has saved itself is all that is replaced."""
        path = _named(path)
        if self._is_taken(path):
            raise RxtError(_TAKEN.format(path))
        return path

    def check_before(self, path: Path) -> None:
        """As `check`, for a file that is written when the chat is over. Raises RxtError where its folder is missing or
        nothing can be written there, too: the memory would then be lost."""
        folder = self.check(path).parent
        if not folder.is_dir():
            raise RxtError(f"There is no folder {folder} to keep the memory in. Make it, or name another.")
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            reason = error.strerror or str(error)
            raise RxtError(f"Nothing can be written to the folder {folder} ({reason}). Name another.") from None

    def save(self, path: Path) -> tuple[Path, SnapshotInfo]:
        """Saves the memory with all turns that it has lived through, also those before it was opened here."""
        path = self.check(path)
        try:
            return path, self._save(path)
        except FileExistsError:  # since then
            raise RxtError(_TAKEN.format(path)) from None

    def save_beside(self, path: Path) -> tuple[Path, Path]:
        """Saves under this name or, where it is taken by now, beside it. Returns the file, and the one meant."""
        meant = _named(path)
        if meant.absolute() in self._own:
            self._save(meant)
            return meant, meant
        return in_free_place(meant, self._save), meant

    def _save(self, path: Path) -> SnapshotInfo:
        """Raises FileExistsError where something else is there by now."""
        session, origin = self._session, self._origin
        memory, model, turns = session.memory, session.model, len(session.turns)
        is_new = path.absolute() not in self._own
        if isinstance(origin, int):
            info = save_snapshot(path, memory, model=model, turns=turns, seed=origin, is_new=is_new)
        else:
            opened = self._opened
            info = save_grown(path, memory, model=model, origin=origin, turns=turns, opened=opened, is_new=is_new)
        self._own.add(path.absolute())
        return info

    def _is_taken(self, path: Path) -> bool:
        return os.path.lexists(path) and path.absolute() not in self._own


def _named(path: Path) -> Path:
    """The file that a typed name means; a point in it makes no ending. Raises RxtError where only a folder can be."""
    try:
        path = path.expanduser()
    except RuntimeError as error:  # the home of nobody
        raise RxtError(f"{path} cannot be found: {error}") from None
    if path.name in ("", ".."):
        raise RxtError(f"{path} is a folder. Name a file in it.")
    return path if path.suffix.lower() == SNAPSHOT else path.with_name(path.name + SNAPSHOT)
