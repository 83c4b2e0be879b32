"""What the project says about itself is true: version, commands, map, licences, examples, provenance."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
CODE = sorted(path for room in ("rxt", "app") for path in (ROOT / room).rglob("*.py"))

LEFT_OVER = re.compile(r"\.venv|\.git|__pycache__|\.\w+_cache|\.hypothesis|.+\.egg-info|build|dist|runs")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_that_the_version_stands_in_one_place() -> None:
    literal = re.compile(rf"""["']{re.escape(PROJECT["version"])}["']""")
    assert [name(path) for path in CODE if literal.search(path.read_text(encoding="utf-8"))] == []


def test_that_the_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = re.search(r"^## \[(.+?)\] - (Unreleased|\d{4}-\d{2}-\d{2})$", changelog, re.MULTILINE)
    assert heading is not None
    assert heading[1] == PROJECT["version"]


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README.md", "CONTRIBUTING.md"])
def test_that_every_make_command_exists(text: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)", text, re.MULTILINE))
    assert named
    assert {a or b for a, b in named} <= targets


def test_that_the_readme_names_commands_of_the_command_line() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "rxt", "--help"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert shown.returncode == 0, shown.stderr
    named = set(re.findall(r"python -m rxt ([a-z]+)", README))
    assert {command for command in named if not re.search(rf"\b{command}\b", shown.stdout)} == set()


def test_that_the_lines_for_windows_name_a_python_that_this_runs_on() -> None:
    oldest, too_new = map(int, re.findall(r"3\.(\d+)", PROJECT["requires-python"]))
    named = re.findall(r"`py (?:-3\.(\d+) )?-m venv", README + CONTRIBUTING)
    assert named
    assert all(minor and oldest <= int(minor) < too_new for minor in named)
    assert f"3.{oldest} to 3.{too_new - 1} that `py --list`" in README


def test_that_the_map_in_the_readme_shows_every_file() -> None:
    block = README.partition("<!-- map: make map -->")[2].partition("<!-- end of the map -->")[0]
    trail: list[str] = []
    drawn = set()
    for line in block.splitlines():
        if not (entry := re.match(r"( *)([\w.]+(?:\.py|/))(?: |$)", line)):
            continue
        depth = len(entry[1]) // 2
        trail[depth:] = [entry[2].rstrip("/")]
        drawn.add("/".join(trail))
    missing = {name(path) for path in CODE if path.name != "__init__.py"} - drawn
    gone = {path for path in drawn if not (ROOT / path).exists()}
    assert (missing, gone) == (set(), set()), "make map redraws the map"


def test_that_the_pictures_and_files_the_readme_links_to_exist() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README + CONTRIBUTING)
    pictures = re.findall(r"""(?:src|srcset)="([^"]+)\"""", README)
    assert pictures
    assert [link for link in links + pictures if not (ROOT / link).exists()] == []


def test_that_the_example_for_notebooks_remembers(tmp_path: Path) -> None:
    example = re.search(r"```python\n(.+?)```", README, re.DOTALL)
    assert example is not None
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{example[1]}"
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("changed most") == 2
    assert (tmp_path / "alice.safetensors").exists()


@pytest.mark.parametrize("script", [ROOT / ".ci" / "run", *sorted((ROOT / "tools").glob("*.sh"))], ids=name)
def test_that_a_script_is_executable_and_strict(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert re.search(r"^set -e?uo pipefail$", script.read_text(encoding="utf-8"), re.MULTILINE)
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


def test_that_the_licence_is_the_apache_licence_word_for_word() -> None:
    text = (ROOT / "LICENSE").read_bytes()
    assert hashlib.sha256(text).hexdigest() == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
    assert PROJECT["license"] == "Apache-2.0"
    for plain_word in ("patent-pending", "non-commercial", "CC-BY", "CC0", "QtAwesome"):
        assert plain_word in README


def test_that_an_installed_copy_has_all_resources() -> None:
    setup = PYPROJECT["tool"]["setuptools"]
    carried = [path.relative_to(ROOT) for path in tracked_files()]
    packages = {".".join(path.parent.parts) for path in carried if path.parts[0] == "resources"}
    assert "resources.models.mneme-tiny" in packages
    found = setup["packages"]["find"]["include"]  # setuptools takes folders without modules for packages too
    assert [package for package in packages if not any(fnmatchcase(package, pattern) for pattern in found)] == []
    assert setup["package-data"]["*"] == ["*"]


def test_that_the_commands_of_an_installed_copy_exist() -> None:
    for target in (*PROJECT["scripts"].values(), *PROJECT["gui-scripts"].values()):
        module, _, function = target.partition(":")
        assert callable(getattr(importlib.import_module(module), function))


def tracked_files() -> list[Path]:
    """The files of the project: what git would carry, or everything that is not a build's leftover."""
    listed = (
        subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        if shutil.which("git") and (ROOT / ".git").exists()
        else None
    )
    if listed is not None and listed.returncode == 0:
        return [path for entry in listed.stdout.decode().split("\0") if entry and (path := ROOT / entry).is_file()]
    found: list[Path] = []
    for folder, below, files in os.walk(ROOT):
        below[:] = [entry for entry in below if not LEFT_OVER.fullmatch(entry)]
        found += [Path(folder, file) for file in files]
    return found


def test_that_no_file_names_a_place_on_someones_machine() -> None:
    places = re.compile(rb"(?<![\w.~*:/)])/(?:home|root|Users|work|opt|mnt|media|srv)/[\w.-]")
    found = [
        f"{name(path)}: {match[0].decode()}"
        for path in tracked_files()
        if b"\0" not in (content := path.read_bytes()) and (match := places.search(content))
    ]
    assert found == []


def test_that_no_tracked_file_is_executable_code_in_disguise() -> None:
    assert [
        name(path) for path in tracked_files() if path.suffix in (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
    ] == []


def test_that_the_golden_numbers_say_where_they_come_from() -> None:
    golden = ROOT / "tests" / "golden"
    provenance = (golden / "README.md").read_text(encoding="utf-8")
    assert re.search(r"\brxlm`? \d+\.\d+\.\d+", provenance), "name the reference package and its version"
    assert re.search(r"\b(fp32|float32)\b", provenance)
    folders = sorted(path for path in golden.iterdir() if path.is_dir() and path.name != "__pycache__")
    assert folders
    for folder in folders:
        assert (folder / "golden.safetensors").exists(), f"{name(folder)} holds no numbers"
        assert (folder / "golden.json").exists()
