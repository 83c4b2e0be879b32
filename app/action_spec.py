"""What a line of the table of actions says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.actions import Commands


class Menu(StrEnum):
    FILE = "&File"
    CHAT = "&Chat"
    MEMORY = "&Memory"
    VIEW = "&View"
    HELP = "&Help"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One line of the table. `run` is None for an action that a dock brings along; `group`: only one is checked.

    shortcut: the key it has unless the person chose another.
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
