"""The laws of the house, kept by the computer: staircases, light imports, small rooms, things that may not appear."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_FILE_LINES = 350
MODULES = sorted(path for room in ("rxt", "app") for path in (ROOT / room).rglob("*.py"))
PACKAGES = sorted({path.parent for path in MODULES})
RESOURCES = sorted(path for path in (ROOT / "resources").rglob("*") if path.is_file())


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run_python(code: str) -> str:
    """What a fresh interpreter prints; fails with its error output."""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.strip()


def test_that_imports_follow_the_staircases() -> None:
    run_python("import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))")


HEAVY = "torch", "tokenizers", "safetensors", "huggingface_hub"
WINDOW = "PySide6", "pyqtgraph", "qtawesome"


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("rxt", (*HEAVY, *WINDOW, "numpy")),
        ("rxt.events", (*HEAVY, *WINDOW)),
        ("rxt.config", (*HEAVY, *WINDOW)),
        ("app.main", HEAVY),
    ],
)
def test_that_an_import_stays_light(module: str, forbidden: tuple[str, ...]) -> None:
    loaded = run_python(f"import sys, {module}; print(*(n for n in {forbidden!r} if n in sys.modules))")
    assert loaded == "", f"import {module} also imports {loaded}"


def test_that_the_model_needs_no_window() -> None:
    run_python(
        f"import sys; sys.modules.update(dict.fromkeys({WINDOW!r}))\n"
        "import rxt\nfor name in rxt.__all__: getattr(rxt, name)\n"
        "import rxt.cli"
    )


@pytest.mark.parametrize("path", PACKAGES, ids=name)
def test_that_a_package_states_its_law(path: Path) -> None:
    room = path / "__init__.py"
    assert room.exists(), f"{name(path)} has no __init__.py"
    assert ast.get_docstring(ast.parse(room.read_text(encoding="utf-8"))), f"{name(room)} does not say what its law is"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_that_a_module_says_what_it_is_and_fits_on_a_few_screens(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first_sentence = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0]
    assert len(first_sentence) > 10, f"{name(path)} has no docstring that says what it is"
    assert len(text.splitlines()) <= LONGEST_FILE_LINES, f"{name(path)} is longer than {LONGEST_FILE_LINES} lines"


def calls_of(path: Path) -> set[str]:
    """The names that are called in a file, as `print` or `.processEvents`."""
    calls = (node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return {
        call.id if isinstance(call, ast.Name) else f".{call.attr}"
        for call in calls
        if isinstance(call, ast.Name | ast.Attribute)
    }


@pytest.mark.parametrize(
    "path", [path for path in MODULES if not name(path).startswith(("rxt/cli.py", "rxt/chat/"))], ids=name
)
def test_that_only_the_command_line_prints(path: Path) -> None:
    assert "print" not in calls_of(path)


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it; `from a import b` is both a and a.b."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {node.module, *(f"{node.module}.{item.name}" for item in node.names)}
    return found


def importers_of(*modules: str) -> set[str]:
    """The files that import one of these modules, or something of it."""
    return {
        name(path)
        for path in MODULES
        if any(found == module or found.startswith(f"{module}.") for found in imports_of(path) for module in modules)
    }


def outside(files: set[str], *rooms: str) -> list[str]:
    return sorted(file for file in files if not file.startswith(rooms))


def test_that_only_the_engine_sees_more_of_the_model_than_its_events() -> None:
    def is_more(found: str) -> bool:
        room, *rest = found.split(".")
        return room == "torch" or (room == "rxt" and rest[:1] != ["events"])

    def sees(path: Path) -> bool:
        found = imports_of(path)
        if name(path).startswith("app/store/"):  # how a file survives a power cut has nothing to do with a model
            found -= {"rxt.io.files", "rxt.io.files.sync_folder"}
        return any(map(is_more, found))

    assert outside({name(path) for path in MODULES if sees(path)}, "rxt/", "app/engine/") == []


def test_that_only_the_store_opens_a_database() -> None:
    assert outside(importers_of("sqlite3"), "app/store/") == []


def test_that_widgets_are_in_the_views_alone() -> None:
    assert outside(importers_of("PySide6.QtWidgets"), "app/views/", "app/main.py", "app/theme.py") == []


def test_that_the_terminal_is_written_to_in_the_rooms_that_contributing_names() -> None:
    streams = {"stdout", "stderr", "__stdout__", "__stderr__"}

    def writes(path: Path) -> bool:
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        return any(
            isinstance(node, ast.Attribute)
            and node.attr in streams
            and isinstance(node.value, ast.Name)
            and node.value.id == "sys"
            for node in nodes
        )

    writing = {name(path) for path in MODULES if writes(path)}
    writing |= importers_of("tqdm", *(f"sys.{stream}" for stream in streams))
    library = "rxt/cli.py", "rxt/chat/", "rxt/bench/commands.py", "rxt/training/commands.py", "rxt/io/hub.py"
    assert outside(writing, *library, "app/main.py", "app/crash_log.py") == []


@pytest.mark.parametrize("path", [path for path in MODULES if name(path).startswith("app/")], ids=name)
def test_that_no_code_of_the_window_runs_events_inside_events(path: Path) -> None:
    assert not calls_of(path) & {".processEvents", "QEventLoop", ".QEventLoop"}


def test_that_there_are_resources() -> None:
    assert RESOURCES


@pytest.mark.parametrize("path", RESOURCES, ids=name)
def test_that_a_resource_can_be_opened(path: Path) -> None:
    content = path.read_bytes()
    assert content, f"{name(path)} is empty"
    match path.suffix:
        case ".png":
            assert content.startswith(b"\x89PNG\r\n\x1a\n")
            assert content.endswith(b"IEND\xaeB`\x82")
        case ".svg":
            assert ElementTree.fromstring(content).tag.endswith("svg")  # noqa: S314 # our own file
        case ".json":
            json.loads(content)
        case ".jsonl":
            [json.loads(line) for line in content.splitlines()]
        case ".toml":
            tomllib.loads(content.decode())
        case ".safetensors":
            header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
            ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
            assert 8 + int.from_bytes(content[:8], "little") + max(ends) == len(content)
        case ".md" | ".txt" | ".qss" | ".csv" | "":
            content.decode()
        case suffix:
            pytest.fail(f"nothing checks resources of the kind {suffix}: teach this test how to open one")


def test_that_signals_and_calls_keep_the_reference_counts_of_none_true_and_false() -> None:
    # PySide6 6.12.0 on Python 3.11 loses one reference of None at every void call and one of True at every emit, until
    # the process aborts. In a process of its own, so that the loss could not take the other tests with it.
    losses = run_python(
        "import sys\n"
        "from PySide6.QtCore import QObject, Signal\n"
        "class Bell(QObject):\n"
        "    rung = Signal(bool)\n"
        "class Ear(QObject):\n"
        "    def hear(self, loud): self.loud = loud\n"
        "bell, ear = Bell(), Ear()\n"
        "bell.rung.connect(ear.hear)\n"
        "count = lambda: [sys.getrefcount(value) for value in (None, True, False)]\n"
        "bell.rung.emit(True); before = count()\n"
        # Keep enough references that a broken binding is reported and does not abort.
        "reserve = [None] * 400_000 + [True] * 400_000 + [False] * 400_000; before = count()\n"
        "for n in range(50_000): bell.rung.emit(True); bell.rung.emit(False); bell.blockSignals(False)\n"
        "print(*(b - a for b, a in zip(before, count())))\n"
    )
    assert all(abs(int(loss)) < 100 for loss in losses.split()), f"references lost of None, True and False: {losses}"


def test_that_names_of_tests_state_behaviour() -> None:
    empty_words = re.compile(r"_(works?|working|correct|correctly|properly|as_expected|are_handled|is_handled)(_|$)")
    vague = [
        f"{name(path)}: {node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and empty_words.search(node.name)
    ]
    assert not vague, f"say what happens instead: {vague}"
