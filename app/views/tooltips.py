"""Tooltips that show text as it is, without markup, and give it to screen readers."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def plain_tooltip(text: str) -> str:
    """`text` as a tooltip that shows it letter by letter; Qt would read markup in it."""
    return f"<p style='white-space: pre-wrap'>{html.escape(text)}</p>" if text else ""


def explain(widget: QWidget, text: str) -> None:
    """Gives a widget `text` as its tooltip, and as its description: a screen reader would else be read the markup."""
    widget.setToolTip(plain_tooltip(text))
    widget.setAccessibleDescription(text)
