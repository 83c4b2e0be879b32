"""A theme is put on once, and another one changes colours only: each style costs a second of a large window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from app.theme import DARK, LIGHT, Theme, ThemeController


class Application(QObject):
    """Stands in for the application and writes down what it is told to set."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def setStyle(self, _style: str) -> None:
        self.told.append("style")

    def setFont(self, _font: object) -> None:
        self.told.append("font")

    def setPalette(self, _palette: object) -> None:
        self.told.append("palette")

    def setStyleSheet(self, _sheet: str) -> None:
        self.told.append("sheet")


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
    assert application.told == ["palette", "sheet"]
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
