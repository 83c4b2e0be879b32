"""Small builders: labels that never read their text as markup, buttons with a look and a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QStyledItemDelegate,
    QWidget,
)

from app.views.elided import ElidedCombo
from app.views.wheel_guard import WheelGuard

if TYPE_CHECKING:
    from app.views.icons import Icons

ICON_PX = 18
Button = TypeVar("Button", bound=QPushButton)


def label(text: str = "", role: str = "", wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A plain-text label; `role` picks its look in the style sheet."""
    result = QLabel(parent)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setText(text)
    result.setWordWrap(wrap)
    if role:
        result.setProperty("role", role)
    return result


def button(
    text: str, kind: str = "", icon: str = "", icons: Icons | None = None, name: str = "", colour: str = "text"
) -> QPushButton:
    """A button; `kind` picks its look, `name` is its accessible name where it has no words."""
    return dressed(QPushButton(), text, kind, icon, icons, name, colour)


def scrolled(page: QWidget, object_name: str, name: str) -> QScrollArea:
    """An area without a frame in which a page moves up and down where there is no room for all of it."""
    area = QScrollArea()
    area.setObjectName(object_name)
    area.setAccessibleName(name)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    for part in (page, area.viewport()):
        part.setAutoFillBackground(False)
    return area


def dressed(
    result: Button,
    text: str,
    kind: str = "",
    icon: str = "",
    icons: Icons | None = None,
    name: str = "",
    colour: str = "text",
) -> Button:
    """A button of any class with the words and the look of `button`."""
    result.setText(text.replace("&", "&&"))
    result.setAutoDefault(False)
    result.setCursor(Qt.CursorShape.PointingHandCursor)
    result.setAccessibleName(name or text)
    if kind:
        result.setProperty("kind", kind)
    if icon and icons is not None:
        icons.set(result, icon, colour)
        result.setIconSize(QSize(ICON_PX, ICON_PX))
    if name and not text:
        result.setToolTip(name)
    return result


def combo(name: str) -> QComboBox:
    """A choice of one of a few; `name` is its accessible name. Its list is drawn by the style sheet."""
    result = ElidedCombo()
    WheelGuard(result)
    result.setItemDelegate(QStyledItemDelegate(result))  # Qt's own draws a menu and ignores the style sheet
    result.call(name)
    return result


def grouped(field: QSpinBox) -> QSpinBox:
    """A field whose thousands stand apart as in the window's sentences, 1,000, whatever the system's language. Not for
    a seed, which is a name."""
    field.setLocale(QLocale(QLocale.Language.English))
    field.setGroupSeparatorShown(True)
    return field


def line() -> QFrame:
    """A hairline between two parts."""
    result = QFrame()
    result.setProperty("line", True)
    return result


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Sets a dynamic property and lets the style sheet see it."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
