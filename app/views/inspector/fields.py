"""Small fields of the lab's views."""

from __future__ import annotations

from PySide6.QtWidgets import QSpinBox

from app.views.wheel_guard import WheelGuard

INDENT_PX = 8


def spin_box(name: str, low: int, high: int, prefix: str = "", suffix: str = "") -> QSpinBox:
    """A whole number from low to high; `name` is its accessible name."""
    result = QSpinBox()
    WheelGuard(result)
    result.setAccessibleName(name)
    result.setRange(low, high)
    result.setPrefix(prefix)
    result.setSuffix(suffix)
    result.lineEdit().setTextMargins(INDENT_PX, 0, 0, 0)  # the style sheet's padding does not reach the letters
    return result
