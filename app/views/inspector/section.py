"""The parts that every section of the inspector shares: labels, small buttons, help, an empty state."""

from __future__ import annotations

import qtawesome
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.theme import GAP_PX, Theme
from app.views.inspector.style import CAPTION_PX, ICON_PX, sized_font


def plain_label(role: str, text: str = "", wrap: bool = False) -> QLabel:
    """A label of plain text in one of the style sheet's roles."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setWordWrap(wrap)
    if role in ("readout", "turn"):
        label.setFont(sized_font(CAPTION_PX))
    return label


def icon_button(name: str, tip: str) -> QToolButton:
    """A small button that shows an icon only: `name` for screen readers, `tip` for everyone."""
    button = QToolButton()
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def text_button(object_name: str, tip: str) -> QToolButton:
    """A small button with words, hidden until it has any."""
    button = QToolButton()
    button.setObjectName(object_name)
    button.setToolTip(tip)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.hide()
    return button


def set_icon(button: QToolButton, name: str, theme: Theme) -> None:
    """Gives a button its icon in the colours of a theme."""
    colours = {
        "color": theme.muted,
        "color_active": theme.text,
        "color_on": theme.accent,
        "color_disabled": theme.border,
    }
    button.setIcon(qtawesome.icon(name, **colours))


class HelpButton(QToolButton):
    """A "?" that opens three sentences: what is shown, how it is computed, how to read it."""

    WIDTH_PX = 320

    def __init__(self, subject: str, sentences: tuple[str, str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentences = sentences
        self.setAccessibleName(f"Help: {subject}")
        self.setAccessibleDescription(" ".join(sentences))
        self.setToolTip(f"What is this? ({subject})")
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._popover: QFrame | None = None
        self.clicked.connect(self.open_help)

    def restyle(self, theme: Theme) -> None:
        """Takes the colours of a theme; an open popover closes."""
        set_icon(self, "ph.question", theme)
        if self._popover is not None:
            self._popover.deleteLater()
        self._popover = self._build(theme)

    def open_help(self) -> None:
        """Shows the popover below the button, its right edges aligned."""
        if self._popover is None:
            return
        layout = self._popover.layout()
        if layout is not None:
            self._popover.resize(self.WIDTH_PX, layout.totalHeightForWidth(self.WIDTH_PX))
        corner = self.mapToGlobal(QPoint(self.width() - self._popover.width(), self.height() + 4))
        area = self.screen().availableGeometry()
        x = max(area.left() + GAP_PX, min(corner.x(), area.right() - self._popover.width() - GAP_PX))
        y = max(area.top() + GAP_PX, min(corner.y(), area.bottom() - self._popover.height() - GAP_PX))
        self._popover.move(x, y)
        self._popover.show()

    def _build(self, theme: Theme) -> QFrame:
        popover = QFrame(self, Qt.WindowType.Popup)
        popover.setObjectName("helpPopover")
        popover.setFixedWidth(self.WIDTH_PX)
        popover.setStyleSheet(
            f"#helpPopover {{ background: {theme.surface}; border: 1px solid {theme.border}; }}"
            f"QLabel {{ color: {theme.text}; background: transparent; }}"
        )
        column = QVBoxLayout(popover)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(GAP_PX)
        for sentence in self._sentences:
            label = plain_label("help", sentence, wrap=True)
            label.setFont(sized_font(13))
            column.addWidget(label)
        return popover


class EmptyState(QWidget):
    """What will appear here, in words, and at most one action that fills it (`action`, hidden without a word)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawn = ("", "")
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label = plain_label("caption", wrap=True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.action = QPushButton()
        self.action.setProperty("role", "action")
        self.action.setAccessibleName("No action")
        column = QVBoxLayout(self)
        column.setSpacing(GAP_PX)
        column.addStretch(1)
        column.addWidget(self._icon)
        column.addWidget(self._label)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.action)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)

    @property
    def text(self) -> str:
        return self._label.text()

    def show_text(self, text: str, icon: str, theme: Theme, action: str = "") -> None:
        """Says what will appear here."""
        self._label.setText(text)
        if (icon, theme.name) != self._drawn:
            self._drawn = (icon, theme.name)
            self._icon.setPixmap(qtawesome.icon(icon, color=theme.muted).pixmap(QSize(28, 28)))
        self.action.setText(action)
        self.action.setAccessibleName(action or "No action")
        self.action.setVisible(bool(action))
