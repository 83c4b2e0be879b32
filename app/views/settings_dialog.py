"""Settings: how answers are chosen, what stopping means, where new chats start, the theme; each counts at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QLocale, QSize, Qt, Slot
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.models.amount import percent_text
from app.models.settings import COUNT_LIMIT, SCALES, SEED_LIMIT, TEMPERATURE_LIMIT, Preferences, Settings
from app.theme import GAP_PX, MARGIN_PX, PADDING_PX
from app.views.labels import button, combo, grouped, label, line, scrolled
from app.views.wheel_guard import WheelGuard
from app.views.window_layout import resize_on_screen

THEMES = (("system", "As the desktop says"), ("light", "Light"), ("dark", "Dark"))
FIELD_PX = QSize(136, 36)
SLIDER_STEPS = 200
SLIDER_LIMIT = 2.0


class OptionalNumber(QWidget):
    """A tick and a number that only counts with the tick."""

    def __init__(self, tick: str, number: QSpinBox | QDoubleSpinBox, start: float) -> None:
        super().__init__()
        self.tick = QCheckBox(tick)
        self.tick.setAccessibleName(tick)
        self.number = number
        self._start = start
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        self.setMinimumHeight(FIELD_PX.height())
        row.addWidget(self.tick, 1)
        row.addWidget(number)
        self.tick.toggled.connect(number.setEnabled)

    def show_value(self, value: float | None) -> None:
        self.tick.setChecked(value is not None)
        self.number.setEnabled(value is not None)
        self.number.setValue(self._start if value is None else value)  # type: ignore[arg-type]

    @property
    def value(self) -> Any:
        """The number, None without the tick."""
        return self.number.value() if self.tick.isChecked() else None


class DecimalBox(QDoubleSpinBox):
    """A number with decimals, after a point or a comma whatever the system's language: one that the language has for
    thousands would be skipped, and 0.25 become 2."""

    def __init__(self) -> None:
        super().__init__()
        self.setLocale(QLocale.c())

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return super().validate(text.replace(",", "."), position)

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(text.replace(",", "."))


def _whole(name: str, low: int, high: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setAccessibleName(name)
    box.setFixedSize(FIELD_PX)
    box.lineEdit().setTextMargins(GAP_PX, 0, 0, 0)
    box.setKeyboardTracking(False)
    return box


def _decimal(name: str, low: float, high: float, step: float) -> QDoubleSpinBox:
    box = DecimalBox()
    box.setRange(low, high)
    box.setSingleStep(step)
    box.setDecimals(2)
    box.setAccessibleName(name)
    box.setFixedSize(FIELD_PX)
    box.lineEdit().setTextMargins(GAP_PX, 0, 0, 0)
    box.setKeyboardTracking(False)
    return box


class SettingsDialog(QDialog):
    """All settings on one page."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._showing = False
        self.setObjectName("settingsDialog")
        self.setWindowTitle("Settings")
        self.setMinimumWidth(520)
        self.temperature = _decimal("Temperature", 0.0, TEMPERATURE_LIMIT, 0.1)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, SLIDER_STEPS)
        self.slider.setAccessibleName("Temperature slider")
        self.top_k = OptionalNumber("Only the likeliest words (top-k)", grouped(_whole("Top-k", 1, COUNT_LIMIT)), 40)
        self.top_p = OptionalNumber("Only the likeliest share (top-p)", _decimal("Top-p", 0.01, 1.0, 0.05), 0.9)
        self.max_tokens = OptionalNumber(
            "Limit the length in tokens", grouped(_whole("Longest answer", 1, COUNT_LIMIT)), 256
        )
        self.seed = _whole("Seed of the words", 0, SEED_LIMIT)
        self.memory_seed = OptionalNumber(
            "Start every chat from the same seed", _whole("Memory seed", 0, SEED_LIMIT), 0
        )
        self.remember = QRadioButton("Remember what was said")
        self.forget = QRadioButton("Forget the turn")
        self.theme = combo("Theme")
        self.scale = combo("Text size")
        self.reduced_motion = QCheckBox("Reduce motion (from the next start)")
        self.reduced_motion.setAccessibleName(self.reduced_motion.text())
        self.fast = QCheckBox("Large models answer with 8-bit weights, where that is faster")
        self.fast.setAccessibleName(self.fast.text())
        self._effect = label("", "caption", wrap=True)
        page = self._arranged()
        self.show_preferences(settings.preferences)
        self._scroll(page)  # with its words, which decide how high it is
        self._connect()

    def _arranged(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX - 4, MARGIN_PX, PADDING_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(label("How answers are chosen", "heading"))
        column.addLayout(self._temperature_row())
        column.addWidget(self._effect)
        for option in (self.top_k, self.top_p):
            column.addWidget(option)
        column.addLayout(self._row("Seed (the same seed gives the same answer)", self.seed))
        column.addWidget(self.max_tokens)
        self._section(column, "When I stop an answer")
        group = QButtonGroup(self)
        for choice in (self.remember, self.forget):
            choice.setAccessibleName(choice.text())
            group.addButton(choice)
            column.addWidget(choice)
        self._section(column, "New chats")
        column.addWidget(self.memory_seed)
        column.addWidget(label("A memory starts as noise; its seed is kept with the chat.", "caption", wrap=True))
        self._section(column, "Models")
        column.addWidget(self.fast)
        column.addWidget(
            label("From the next model on. Memories are computed exactly either way.", "caption", wrap=True)
        )
        self._section(column, "Appearance")
        for value, words in THEMES:
            self.theme.addItem(words, value)
        for scale in SCALES:
            self.scale.addItem(percent_text(scale), scale)
        for words, box in (("Theme", self.theme), ("Text size (from the next start)", self.scale)):
            box.setFixedSize(200, FIELD_PX.height())
            column.addLayout(self._row(words, box))
        column.addWidget(self.reduced_motion)
        column.addStretch(1)
        return page

    def _scroll(self, page: QWidget) -> None:
        """The settings move where the screen is lower than they are; the buttons stay."""
        area = scrolled(page, "settingsArea", "All settings")
        for field in page.findChildren(QWidget):
            if isinstance(field, (QAbstractSpinBox, QSlider)):  # choices have theirs
                WheelGuard(field)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addWidget(line())
        foot = self._buttons()
        outer.addLayout(foot)
        high_px = page.heightForWidth(self.minimumWidth()) + foot.sizeHint().height() + GAP_PX
        resize_on_screen(self, self.minimumWidth(), high_px)

    def _section(self, column: QVBoxLayout, title: str) -> None:
        column.addSpacing(GAP_PX)
        column.addWidget(line())
        column.addSpacing(GAP_PX)
        column.addWidget(label(title, "heading"))

    @staticmethod
    def _row(words: str, field: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        name = label(words)
        name.setBuddy(field)
        row.addWidget(name, 1)
        row.addWidget(field)
        return row

    def _temperature_row(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(PADDING_PX)
        name: QLabel = label("Temperature")
        name.setBuddy(self.temperature)
        grid.addWidget(name, 0, 0)
        grid.addWidget(self.slider, 0, 1)
        grid.addWidget(self.temperature, 0, 2)
        return grid

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN_PX, GAP_PX, MARGIN_PX, PADDING_PX)
        restore = button("Restore defaults", "ghost")
        restore.clicked.connect(self._settings.restore_defaults)
        close = button("Done", "primary")
        close.setObjectName("settingsDone")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(restore)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _connect(self) -> None:
        for box in (self.temperature, self.seed):
            box.valueChanged.connect(self._apply)  # type: ignore[attr-defined]
        self.slider.valueChanged.connect(self._slide)
        for option in (self.top_k, self.top_p, self.max_tokens, self.memory_seed):
            option.tick.toggled.connect(self._apply)
            option.number.valueChanged.connect(self._apply)
        self.forget.toggled.connect(self._apply)
        self.theme.currentIndexChanged.connect(self._apply)
        self.scale.currentIndexChanged.connect(self._apply)
        self.reduced_motion.toggled.connect(self._apply)
        self.fast.toggled.connect(self._apply)
        self._settings.changed.connect(self.show_preferences)

    @Slot(object)
    def show_preferences(self, preferences: Preferences) -> None:
        """Shows what is chosen."""
        self._showing = True
        sampling = preferences.sampling
        self.temperature.setValue(sampling.temperature)
        self.slider.setValue(round(min(sampling.temperature, SLIDER_LIMIT) / SLIDER_LIMIT * SLIDER_STEPS))
        self.top_k.show_value(sampling.top_k)
        self.top_p.show_value(sampling.top_p)
        self.max_tokens.show_value(sampling.max_tokens)
        self.seed.setValue(min(sampling.seed, SEED_LIMIT))
        self.memory_seed.show_value(preferences.memory_seed)
        self.remember.setChecked(preferences.on_stop == "remember")
        self.forget.setChecked(preferences.on_stop == "forget")
        self.theme.setCurrentIndex(self.theme.findData(preferences.theme))
        self.scale.setCurrentIndex(self.scale.findData(preferences.scale))
        self.reduced_motion.setChecked(preferences.reduced_motion)
        self.fast.setChecked(preferences.dtype == "auto")
        greedy = sampling.temperature == 0
        self._effect.setText(
            "0 always takes the likeliest word: the same question to the same memory gives the same answer."
            if greedy
            else "Higher is more varied and more mistaken."
        )
        for widget in (self.top_k, self.top_p, self.seed):
            widget.setEnabled(not greedy)
            widget.setToolTip("At temperature 0 the likeliest word is always taken." if greedy else "")
        self._showing = False

    @Slot()
    def _slide(self) -> None:
        if not self._showing:
            self.temperature.setValue(self.slider.value() / SLIDER_STEPS * SLIDER_LIMIT)

    @Slot()
    def _apply(self) -> None:
        if self._showing:
            return
        now = self._settings.preferences
        sampling = replace(
            now.sampling,
            temperature=round(self.temperature.value(), 4),
            top_k=self.top_k.value,
            top_p=self.top_p.value,
            max_tokens=self.max_tokens.value,
            seed=self.seed.value(),
        )
        self._settings.update(
            sampling=sampling,
            on_stop="forget" if self.forget.isChecked() else "remember",
            memory_seed=self.memory_seed.value,
            theme=self.theme.currentData(),
            scale=self.scale.currentData(),
            reduced_motion=self.reduced_motion.isChecked(),
            dtype="auto" if self.fast.isChecked() else "float32",
        )
