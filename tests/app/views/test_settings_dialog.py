"""The dialog shows the settings and changes them, in both directions, at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.models.settings import Preferences, Settings
from app.views.settings_dialog import SettingsDialog
from rxt.events import Sampling

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def dialog(settings: Settings, qtbot: QtBot) -> SettingsDialog:
    result = SettingsDialog(settings)
    qtbot.addWidget(result)
    result.show()
    return result


def test_that_the_dialog_shows_what_is_chosen(dialog: SettingsDialog, settings: Settings) -> None:
    settings.apply(Preferences(Sampling(0.8, 12, 0.5, 9, 77), "forget", memory_seed=4, theme="dark", scale=150))
    assert dialog.temperature.value() == 0.8
    assert (dialog.top_k.value, dialog.top_p.value, dialog.max_tokens.value) == (12, 0.5, 77)
    assert (dialog.seed.value(), dialog.memory_seed.value) == (9, 4)
    assert dialog.forget.isChecked()
    assert (dialog.theme.currentData(), dialog.scale.currentText()) == ("dark", "150\u00a0%")


def test_that_every_field_counts_at_once(dialog: SettingsDialog, settings: Settings) -> None:
    dialog.temperature.setValue(0.7)
    dialog.top_k.tick.setChecked(True)
    dialog.top_k.number.setValue(25)  # type: ignore[arg-type]
    dialog.seed.setValue(3)
    dialog.forget.setChecked(True)
    dialog.memory_seed.tick.setChecked(True)
    dialog.theme.setCurrentIndex(1)
    dialog.scale.setCurrentIndex(3)
    chosen = settings.preferences
    assert chosen.sampling == Sampling(0.7, 25, None, 3, None)
    assert (chosen.on_stop, chosen.memory_seed, chosen.theme, chosen.scale) == ("forget", 0, "light", 175)


def test_that_faster_answers_of_large_models_are_a_choice(dialog: SettingsDialog, settings: Settings) -> None:
    assert settings.preferences.dtype == "float32"
    dialog.fast.setChecked(True)
    assert settings.preferences.dtype == "auto"
    settings.restore_defaults()
    assert not dialog.fast.isChecked()


def test_that_greedy_choice_disables_what_it_ignores_and_says_why(dialog: SettingsDialog) -> None:
    dialog.temperature.setValue(1.0)
    assert dialog.top_k.isEnabled()
    dialog.temperature.setValue(0.0)
    assert not dialog.top_k.isEnabled()
    assert "likeliest" in dialog.top_k.toolTip()


def test_that_the_slider_and_the_number_agree(dialog: SettingsDialog, settings: Settings) -> None:
    dialog.slider.setValue(50)
    assert settings.preferences.sampling.temperature == 0.5
    dialog.temperature.setValue(1.5)
    assert dialog.slider.value() == 150
    dialog.temperature.setValue(4.0)
    assert settings.preferences.sampling.temperature == 4.0


@pytest.fixture(params=["de_DE", "en_US", "fr_FR", "ar_EG"])
def language(request: pytest.FixtureRequest) -> Iterator[None]:
    """The system speaks it."""
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize("typed", ["0.25", "0,25", ".25"])
def test_that_decimals_stand_after_a_point_or_a_comma_in_every_language(
    language: None, settings: Settings, qtbot: QtBot, typed: str
) -> None:
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    field = dialog.temperature
    field.selectAll()
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "0.25"
    assert settings.preferences.sampling.temperature == 0.25


@dataclass(frozen=True)
class Screen:
    """As much of a QScreen as a dialog asks for."""

    wide: int
    high: int

    def availableGeometry(self) -> QRect:
        return QRect(0, 0, self.wide, self.high)


@pytest.mark.parametrize("high", [640, 768, 1200])
def test_that_the_settings_are_no_higher_than_the_screen_and_their_buttons_are_seen(
    settings: Settings, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, high: int
) -> None:
    monkeypatch.setattr(SettingsDialog, "screen", lambda _: Screen(1366, high))
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    dialog.show()
    area, done = dialog.findChild(QScrollArea), dialog.findChild(QPushButton, "settingsDone")
    assert dialog.height() < high
    assert done.mapTo(dialog, done.rect().bottomLeft()).y() < dialog.height()
    assert (area.verticalScrollBar().maximum() > 0) == (high < 800)
    area.ensureWidgetVisible(dialog.reduced_motion)
    assert not dialog.reduced_motion.visibleRegion().isEmpty()


def test_that_the_wheel_changes_only_the_field_with_the_keyboard(dialog: SettingsDialog, settings: Settings) -> None:
    for field in (dialog.slider, dialog.seed, dialog.theme):
        dialog.remember.setFocus()
        before = settings.preferences
        for by in (120, -120):  # the first theme is chosen: only one way there is another
            turn(field, by)
            assert settings.preferences == before
    for field, by in ((dialog.slider, 120), (dialog.theme, -120)):
        field.setFocus()
        turn(field, by)
    assert settings.preferences.sampling.temperature > 0
    assert settings.preferences.theme != before.theme


def turn(field: QWidget, by: int) -> None:
    """Turns the wheel over a field: away from the person, or towards them where negative."""
    middle = QPointF(field.rect().center())
    event = QWheelEvent(
        middle, field.mapToGlobal(middle), QPoint(), QPoint(0, by), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)


def test_that_thousands_stand_apart_in_counts_and_not_in_seeds(
    language: None, settings: Settings, qtbot: QtBot
) -> None:
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    dialog.max_tokens.tick.setChecked(True)
    for typed in ("1500", "1,500"):
        field = dialog.max_tokens.number
        field.selectAll()
        qtbot.keyClicks(field, typed)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert (field.text(), settings.preferences.sampling.max_tokens) == ("1,500", 1500)
    dialog.seed.setValue(1500)
    assert not dialog.seed.isGroupSeparatorShown()
