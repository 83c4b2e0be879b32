"""Where things are kept: the user's data, and what ships with it.

Nothing is created before it is needed; folders are readable by their owner only.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
PRIVATE_FOLDER_MODE = 0o700


def private_folder(path: Path) -> Path:
    """The folder at `path`; it and its parents are made (mode 0700) where missing. Raises OSError where that fails."""
    for folder in (*reversed(path.parents), path):  # mkdir(parents=True) would leave the parents open to others
        if not folder.exists():
            folder.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
    return path


def unused(path: Path) -> Path:
    """`path`, or the next numbered name beside it that no file has."""
    number, candidate = 2, path
    while os.path.lexists(candidate):
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return candidate


def default_data_dir() -> Path:
    """The data folder of this system's conventions."""
    return Path(platformdirs.user_data_path("Mneme", appauthor=False))


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one data folder. Asking for a path creates nothing."""

    data_dir: Path

    @property
    def settings_file(self) -> Path:
        """The user's settings."""
        return self.data_dir / "settings.ini"

    @property
    def window_file(self) -> Path:
        """How the window was left: its size and its docks; what was typed and not sent is kept beside it."""
        return self.data_dir / "window.ini"

    @property
    def snapshots_dir(self) -> Path:
        """Memories that were saved without naming another folder."""
        return self.data_dir / "snapshots"

    @property
    def log_file(self) -> Path:
        return self.data_dir / "logs" / "mneme.log"

    @property
    def crash_file(self) -> Path:
        """Stack traces of crashes below Python."""
        return self.data_dir / "logs" / "crash.log"
