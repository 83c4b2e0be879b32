"""Words that give way: where there is no room they end in "…", so that a sentence never widens what is around it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from app.views.tooltips import plain_tooltip

LEAST_PX = 24
ICON_GAP_PX = 4
LIST_PX = 480  # at most, the width of the list of a choice
FIELD_GAP_PX = 2  # what Qt leaves free around the words of a choice


class ElidedLabel(QLabel):
    """A plain-text label of one line; `role` picks its look in the style sheet. `text` is always all of the text."""

    def __init__(self, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_PX, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        place = self.contentsRect()
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, place.width())
        painter.drawItemText(
            place, int(self.alignment()), self.palette(), self.isEnabled(), words, self.foregroundRole()
        )


class ElidedButton(QPushButton):
    """A button whose words give way; `text` is always all of the text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.iconSize().width() + 2 * LEAST_PX, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        room = inside.width() - (0 if self.icon().isNull() else self.iconSize().width() + ICON_GAP_PX)
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)  # type: ignore[attr-defined]
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)


class ElidedCombo(QComboBox):
    """A choice whose words give way; its list shows all of them, or as much as fits beside a window."""

    def call(self, name: str) -> None:
        """Gives it its accessible name. On Unix Qt says what is chosen as the name: there it is the description."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(name)
        self.view().setAccessibleName(name)

    def setToolTip(self, words: str) -> None:
        """words: no markup."""
        super().setToolTip(plain_tooltip(words))
        self.setAccessibleDescription(": ".join(part for part in (self.accessibleName(), words) if part))

    def showPopup(self) -> None:
        view = self.view()
        scroll_px = view.verticalScrollBar().sizeHint().width() if self.count() > self.maxVisibleItems() else 0
        view.setMinimumWidth(min(LIST_PX, view.sizeHintForColumn(0) + 2 * view.frameWidth() + scroll_px))
        super().showPopup()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        kind, field = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(kind, option, field, self).width() - FIELD_GAP_PX
        painter.drawComplexControl(kind, option)
        words = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        option.currentText = words  # type: ignore[attr-defined]
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
