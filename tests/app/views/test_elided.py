"""Words that give way are whole where they are looked for."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot

from app.theme import ThemeController
from app.views.labels import combo
from app.views.tooltips import explain
from tests.app.inspector.conftest import themes  # noqa: F401 - a fixture


@pytest.fixture
def choice(qtbot: QtBot, themes: ThemeController) -> QComboBox:  # noqa: F811
    result = combo("Memory to pin")
    result.addItems(["turn 2 · I have a brown dog whose name is Rex", "turn 3 · I have a brown dog too"])
    result.setFixedWidth(110)
    qtbot.addWidget(result)
    result.show()
    return result


def test_that_the_list_of_a_narrow_choice_shows_all_of_its_words(choice: QComboBox, qtbot: QtBot) -> None:
    choice.showPopup()
    qtbot.wait(20)
    assert choice.view().viewport().width() >= choice.view().sizeHintForColumn(0)
    choice.hidePopup()


def test_that_a_choice_says_what_is_chosen_and_what_it_is_for(choice: QComboBox) -> None:
    assert choice.accessibleDescription() == "Memory to pin"
    choice.setToolTip("The <other> memory of the comparison")
    assert "&lt;other&gt;" in choice.toolTip()
    said = QAccessible.queryAccessibleInterface(choice)
    words = {said.text(part) for part in (QAccessible.Text.Name, QAccessible.Text.Description)}
    assert any("Memory to pin" in text for text in words)
    assert any("The <other> memory" in text for text in words)
    choice.setToolTip("")
    assert choice.accessibleDescription() == "Memory to pin"


def test_that_what_a_tooltip_says_letter_by_letter_is_described_without_markup(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    explain(widget, "a <b>\nc")
    assert "&lt;b&gt;" in widget.toolTip()
    assert widget.accessibleDescription() == "a <b>\nc"
