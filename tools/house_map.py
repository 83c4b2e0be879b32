"""Redraws the map of the house in a README: every file of rxt and app with the first sentence of its docstring.

`house_map.py README.md` replaces what stands between the two marks; without a file it prints the map.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIRST_MARK, LAST_MARK = "<!-- map: make map -->\n", "<!-- end of the map -->\n"
WIDEST_SENTENCE = 125
# What has no docstring.
GROUND = {
    "resources/": "the bundled model, pictures of the help",
    "tests/": "mirrors the house; reference/ holds slow twins, golden/ numbers of the reference implementation",
    "tools/": "set-up, linting, screenshots, this map",
}


def first_sentence(path: Path) -> str:
    """The first sentence of the file's docstring, or its beginning where that is long."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    sentence = " ".join(docstring.partition("\n\n")[0].split())
    sentence = sentence.partition(". ")[0].removesuffix(".")
    for end in (": ", "; ", ", "):
        if len(sentence) > WIDEST_SENTENCE:
            sentence = sentence.partition(end)[0]
    return sentence


def rows(folder: Path, depth: int = 0) -> Iterator[tuple[str, str]]:
    """(indented name, sentence) of a package, its modules and its packages."""
    yield "  " * depth + folder.name + "/", first_sentence(folder / "__init__.py")
    entries = sorted(folder.iterdir(), key=lambda entry: (entry.is_dir(), entry.name))
    for entry in entries:
        if entry.is_dir() and (entry / "__init__.py").exists():
            yield from rows(entry, depth + 1)
        elif entry.suffix == ".py" and entry.name != "__init__.py":
            yield "  " * (depth + 1) + entry.name, first_sentence(entry)


def house_map() -> str:
    """The map as a block of Markdown."""
    lines = [("main.py", first_sentence(ROOT / "main.py"))]
    for room in ("rxt", "app"):
        lines += rows(ROOT / room)
    lines += GROUND.items()
    column = max(len(name) for name, _ in lines) + 2
    body = "\n".join(f"{name:<{column}}{sentence}".rstrip() for name, sentence in lines)
    return f"```text\n{body}\n```\n"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.stdout.write(house_map())
        sys.exit()
    readme = Path(sys.argv[1])
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(FIRST_MARK)
    _, mark, after = rest.partition(LAST_MARK)
    if not mark:
        sys.exit(f"{readme} has no place for the map: the lines {FIRST_MARK.strip()} and {LAST_MARK.strip()}")
    readme.write_text(before + FIRST_MARK + house_map() + LAST_MARK + after, encoding="utf-8")
