"""What a line of the table of actions says."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.actions.table import Commands


class Menu(StrEnum):
    FILE = "&File"
    CHAT = "&Chat"
    MEMORY = "&Memory"
    VIEW = "&View"
    HELP = "&Help"


def first_keys(keys: str, mac: str, platform: str = sys.platform) -> str:
    """Those of an action that a Mac has for something else; Qt means Command by Ctrl there, and Control by Meta."""
    return mac if platform == "darwin" else keys


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One line of the table. `run` is None for an action that only goes on and off; `group`: only one is checked.

    shortcut: the key it has unless the user chose another. also: what else people may call it, to be found by.
    """

    id: str
    menu: Menu
    text: str
    shortcut: str
    icon: str
    tooltip: str
    run: Callable[[Commands], None] | None
    group: str = ""
    begins_section: bool = False
    also: str = ""
