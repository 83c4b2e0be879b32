"""What a model in a folder is called."""

from __future__ import annotations

from pathlib import PurePath

from rxt.io.listing import COMMIT

TRAINED = "model"
"""The folder in which every training run leaves its model: what tells models apart is the name of the run."""


def model_name(folder: PurePath) -> str:
    """In the hub's cache the id of its repository; else the name of the folder, or of the one around it where training
    has given it that of all models."""
    named = folder.parent if folder.name == TRAINED and folder.parent.name else folder
    return repository_of(named) or named.name


def repository_of(snapshot: PurePath) -> str | None:
    """The id of the repository that a snapshot's folder in the hub's cache belongs to, None for any other folder."""
    kind, _, name = snapshot.parent.parent.name.partition("--")
    is_snapshot = kind == "models" and snapshot.parent.name == "snapshots" and COMMIT.fullmatch(snapshot.name)
    return name.replace("--", "/", 1) if is_snapshot and name else None
