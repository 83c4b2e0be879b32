"""What a model in a folder is called."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest

from rxt.io.model_name import model_name

COMMIT = "a1" * 20


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("/x/mneme-tiny", "mneme-tiny"),
        ("runs/juniper/model", "juniper"),
        ("model", "model"),
        (f"/cache/models--owner--name/snapshots/{COMMIT}", "owner/name"),
        ("/cache/models--owner--name/snapshots/main", "main"),
        (f"/cache/models--name/snapshots/{COMMIT}", "name"),
    ],
)
def test_that_a_model_is_called_by_its_folder_its_run_or_its_repository(folder: str, name: str) -> None:
    assert model_name(PurePosixPath(folder)) == name
    assert model_name(PureWindowsPath(folder)) == name
