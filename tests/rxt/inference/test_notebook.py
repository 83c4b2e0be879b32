"""The example of the help page runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[3] / "resources" / "help" / "notebook.md"


def test_that_the_example_for_notebooks_runs_as_it_is_printed() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 5
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)  # noqa: S102  (of a page of this project)
    assert names["writes"].weights.shape[:2] == (names["model"].memory_shape[0], 1)
    assert names["forgotten"].shape == (3, 3)
