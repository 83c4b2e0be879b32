"""What the lists of chats and of saved memories share: their roles."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import Qt


class ListRole(IntEnum):
    """What a line tells besides its title (Qt.DisplayRole)."""

    DETAIL = Qt.ItemDataRole.UserRole + 1
    KEY = Qt.ItemDataRole.UserRole + 2
    IS_CURRENT = Qt.ItemDataRole.UserRole + 3
