"""A theme is put on once, and another one changes colours only: each style costs a second of a large window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.theme import DARK, LIGHT, Theme, ThemeController
from tests.app.inspector.conftest import themes as applied  # noqa: F401 - a fixture


class Application(QObject):
    """Stands in for the application and writes down what it is told to set."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self._sheet = ""

    def setStyle(self, _style: str) -> None:
        self.told.append("style")

    def setFont(self, _font: object) -> None:
        self.told.append("font")

    def setPalette(self, _palette: object) -> None:
        self.told.append("palette")

    def setStyleSheet(self, sheet: str) -> None:
        self.told.append("sheet")
        self._sheet = sheet

    def styleSheet(self) -> str:
        return self._sheet

    def style(self) -> Application:
        """It is its own style, and has no widgets."""
        return self

    def unpolish(self, _application: Application) -> None:
        self.told.append("forgets")

    def topLevelWidgets(self) -> list[QWidget]:
        return []


class Desktop(QObject):
    """Stands in for the style hints of a light desktop, which tell at once that they changed."""

    colorSchemeChanged = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._own = self._scheme = Qt.ColorScheme.Light

    def colorScheme(self) -> Qt.ColorScheme:
        return self._scheme

    def setColorScheme(self, scheme: Qt.ColorScheme) -> None:
        self._scheme = scheme
        self.colorSchemeChanged.emit()

    def unsetColorScheme(self) -> None:
        self.setColorScheme(self._own)

    def turn(self, scheme: Qt.ColorScheme) -> None:
        """The person gives the desktop other colours."""
        self._own = scheme
        self.setColorScheme(scheme)


@pytest.fixture
def application(qapp: QApplication) -> Application:
    del qapp  # fonts and the colours of the desktop need one
    return Application()


@pytest.fixture
def themes(application: Application) -> ThemeController:
    return ThemeController(application, application)  # type: ignore[arg-type]


def test_that_a_switch_changes_colours_and_neither_style_nor_font(
    application: Application, themes: ThemeController
) -> None:
    themes.choose("light")
    assert application.told == ["style", "font", "palette", "sheet"]
    application.told.clear()
    themes.choose("dark")
    assert application.told == ["palette", "forgets", "sheet"]
    assert themes.theme is DARK


def test_that_a_choice_that_looks_the_same_changes_nothing(application: Application, themes: ThemeController) -> None:
    heard: list[Theme] = []
    themes.changed.connect(heard.append)
    themes.choose("system")
    shown = themes.theme
    application.told.clear()
    themes.choose(shown.name)
    assert themes.choice == shown.name
    assert application.told == []
    assert heard == [shown]


def test_that_the_first_theme_is_put_on_also_where_it_is_the_light_one(themes: ThemeController) -> None:
    heard: list[Theme] = []
    themes.changed.connect(heard.append)
    assert themes.theme is LIGHT
    themes.choose("light")
    assert heard == [LIGHT]


def test_that_the_frame_of_the_window_follows_a_chosen_theme_and_goes_back_to_that_of_the_desktop(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop = Desktop()
    monkeypatch.setattr("app.theme.QGuiApplication.styleHints", lambda: desktop)
    themes = ThemeController(application, application)  # type: ignore[arg-type]
    heard: list[Theme] = []
    themes.changed.connect(heard.append)
    themes.choose("dark")
    assert desktop.colorScheme() == Qt.ColorScheme.Dark
    themes.choose("system")
    assert desktop.colorScheme() == Qt.ColorScheme.Light
    assert heard == [DARK, LIGHT]
    desktop.turn(Qt.ColorScheme.Dark)
    themes.choose("light")
    assert desktop.colorScheme() == Qt.ColorScheme.Light
    themes.choose("system")
    assert heard == [DARK, LIGHT, DARK, LIGHT, DARK]


class Dressed(QObject):
    """Counts how often a widget was given a style sheet."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.times = 0
        watched.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.times += event.type() is QEvent.Type.StyleChange
        return False


def test_that_another_theme_is_put_on_each_widget_once_however_deep_it_stands(
    applied: ThemeController,  # noqa: F811
    qtbot: QtBot,
) -> None:
    outer = inner = QWidget()
    qtbot.addWidget(outer)
    for _ in range(8):
        column = QVBoxLayout(inner)
        inner = QWidget()
        inner.setStyleSheet("QLabel { padding: 1px; }")
        column.addWidget(inner)
    deep, hidden, dialog = QLabel("Deep", inner), QLabel("Hidden", inner), QDialog(outer)
    late = QLabel("Late", inner)
    for label in (deep, hidden, late):
        label.setProperty("role", "caption")
    hidden.ensurePolished()
    hidden.hide()
    late.hide()
    outer.show()
    dialog.show()
    seen = [Dressed(widget) for widget in (outer, inner, deep, hidden, dialog)]
    applied.choose("dark")
    assert [dressed.times for dressed in seen] == [1] * len(seen)
    late.show()
    for label in (deep, hidden, late):
        assert label.palette().windowText().color().name() == DARK.muted.lower()
    assert dialog.palette().window().color().name() == DARK.window.lower()
