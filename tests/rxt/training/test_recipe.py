"""A recipe is followed as written, or refused by section and key."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from rxt.config import ModelConfig
from rxt.training.recipe import Recipe, RecipeError

ROOT = Path(__file__).parents[3]


def write(path: Path, sections: dict[str, dict[str, Any]]) -> Path:
    lines = [f"[{name}]\n" + "".join(f"{key} = {value!r}\n" for key, value in values.items())
             for name, values in sections.items()]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_that_a_recipe_returns_from_its_file(recipe: Recipe, tmp_path: Path) -> None:
    assert Recipe.read(write(tmp_path / "recipe.toml", asdict(recipe))) == recipe


@pytest.mark.parametrize("path", sorted((ROOT / "resources" / "training").glob("*.toml")), ids=lambda path: path.name)
def test_that_the_recipes_of_the_project_describe_models(path: Path) -> None:
    ModelConfig.from_json(Recipe.read(path).model.to_document())


@pytest.mark.parametrize(
    ("section", "key", "value", "words"),
    [
        ("model", "layers", None, r"\[model\] lacks layers"),
        ("model", "layers", 1.5, r"\[model\] layers must be of type int"),
        ("model", "layers", True, r"\[model\] layers must be of type int"),
        ("model", "colour", 1, r"\[model\] has the unknown key 'colour'"),
        ("schedule", "learning_rate", "fast", r"\[schedule\] learning_rate must be of type float"),
        ("schedule", "learning_rate", -1.0, r"\[schedule\] learning_rate .* not negative"),
        ("schedule", "learning_rate", float("nan"), r"\[schedule\] learning_rate"),
        ("curriculum", "turns", [], r"\[curriculum\] turns"),
        ("curriculum", "turns", [2, 0], r"\[curriculum\] turns"),
    ],
)
def test_that_a_wrong_value_is_refused_by_section_and_key(
    recipe: Recipe, tmp_path: Path, section: str, key: str, value: Any, words: str
) -> None:
    sections = asdict(recipe)
    sections[section][key] = value
    if value is None:
        del sections[section][key]
    text = write(tmp_path / "recipe.toml", sections).read_text("utf-8").replace("True", "true")
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=words):
        Recipe.read(tmp_path / "recipe.toml")


def test_that_sections_are_refused_by_name(recipe: Recipe, tmp_path: Path) -> None:
    sections = asdict(recipe)
    with pytest.raises(RecipeError, match=r"unknown section \[extra\]"):
        Recipe.read(write(tmp_path / "more.toml", {**sections, "extra": {}}))
    del sections["data"]
    with pytest.raises(RecipeError, match=r"no section \[data\]"):
        Recipe.read(write(tmp_path / "less.toml", sections))


@pytest.mark.parametrize("text", ["[model", "\udcff"])
def test_that_what_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "recipe.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RecipeError, match="cannot be read as TOML"):
        Recipe.read(tmp_path / "recipe.toml")
