"""What a model in a folder is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from rxt.io.model_name import RECIPE, model_name

COMMIT = "a1" * 20


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("tiny", "tiny"),
        ("alice/model", "model"),
        (f"models--owner--name/snapshots/{COMMIT}", "owner/name"),
        ("models--owner--name/snapshots/main", "main"),
        (f"models--name/snapshots/{COMMIT}", "name"),
    ],
)
def test_that_a_model_is_called_by_its_folder_or_its_repository(tmp_path: Path, folder: str, name: str) -> None:
    assert model_name(tmp_path / folder) == name


def test_that_a_model_that_was_trained_is_called_by_its_run(tmp_path: Path) -> None:
    (tmp_path / "juniper").mkdir()
    (tmp_path / "juniper" / RECIPE).write_text("{}", encoding="utf-8")
    assert model_name(tmp_path / "juniper" / "model") == "juniper"
    assert model_name(tmp_path / "juniper" / "copy") == "copy"


def test_that_a_model_whose_run_cannot_be_looked_at_is_called_by_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> bool:
        raise PermissionError(13, "not yours")

    monkeypatch.setattr(Path, "is_file", refuse)
    assert model_name(tmp_path / "model") == "model"
