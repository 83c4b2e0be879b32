"""What a model in a folder is called."""

from __future__ import annotations

from pathlib import Path

from rxt.io.listing import COMMIT

TRAINED, RECIPE = "model", "recipe.json"
"""The folder in which every training run leaves its model, and what lies beside it."""


def model_name(folder: Path) -> str:
    """In the hub's cache the id of its repository; else the name of the folder, or of its run where training has given
    it the name of all models."""
    return repository_of(folder) or (folder.parent.name if _is_of_a_run(folder) else folder.name)


def _is_of_a_run(folder: Path) -> bool:
    try:
        return folder.name == TRAINED and (folder.parent / RECIPE).is_file()
    except OSError:  # it lies in a folder that may not be entered
        return False


def repository_of(snapshot: Path) -> str | None:
    """The id of the repository that a snapshot's folder in the hub's cache belongs to, None for any other folder."""
    kind, _, name = snapshot.parent.parent.name.partition("--")
    is_snapshot = kind == "models" and snapshot.parent.name == "snapshots" and COMMIT.fullmatch(snapshot.name)
    return name.replace("--", "/", 1) if is_snapshot and name else None
