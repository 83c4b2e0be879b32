"""Words of an answer in the transcript carry the colour of the turn they were read from, where that is wanted."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.engine.analysis.inquiries import AskReads
from app.models.memory_names import INITIAL
from app.paths import RESOURCES
from app.theme import ThemeController
from app.views.chat.message import TintedPart
from app.views.help_dialog import PICTURE_PX, PlainBrowser
from app.views.inspector.style import turn_colour
from app.views.panel_sizes import CHAT_PX
from tests.app.lab.fake_analysis import ORIGINAL
from tests.app.lab.test_lab_commands import LabDesk, desk, files, shown
from tests.app.views.fake_port import stored_turn

__all__ = ["desk", "files", "shown"]

pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support")
IMAGE = QTextDocument.ResourceType.ImageResource.value


@pytest.fixture
def themes(qapp: QApplication) -> Iterator[ThemeController]:
    controller = ThemeController(qapp)
    controller.choose("light")
    yield controller
    qapp.setStyleSheet("")


def tell(desk: LabDesk, answer: str = ORIGINAL) -> None:
    """The conversation says what the fake analyst replays."""
    records = desk.workspace.history.records
    turns = [dataclasses.replace(stored_turn(record.turn, record.query, answer), record=record) for record in records]
    desk.workspace.conversation.open(1, "T", "", turns)


def tints_of(desk: LabDesk) -> tuple[TintedPart, ...]:
    row = desk.workspace.conversation.row_of_turn(desk.workspace.history.cursor)
    assert row is not None
    return tuple(desk.window.chat.transcript.tints_within(row))


def test_that_each_word_has_the_colour_of_the_turn_it_read_most_from(
    shown: LabDesk, themes: ThemeController, qtbot: QtBot
) -> None:
    tell(shown)
    assert not tints_of(shown)
    shown.actions["tint_answer"].trigger()
    qtbot.waitUntil(lambda: bool(tints_of(shown)))
    reads = shown.inspector.analyses.finding(AskReads(shown.workspace.history.cursor))
    parts = tints_of(shown)
    assert [(part.start, part.end) for part in parts] == list(reads.spans)  # no letter takes two UTF-16 units
    for part, sources in zip(parts, reads.sources, strict=True):
        assert part.line.name().upper() == turn_colour(themes.theme, int(sources.argmax()) - 1).upper()
    shown.actions["tint_answer"].trigger()
    assert not tints_of(shown)


def test_that_the_answer_of_the_turn_in_view_is_the_one_that_is_tinted(shown: LabDesk, qtbot: QtBot) -> None:
    tell(shown)
    shown.actions["tint_answer"].trigger()
    shown.workspace.history.show_turn(1)
    qtbot.waitUntil(lambda: bool(tints_of(shown)))
    assert not shown.window.chat.transcript.tints_within(1)
    shown.workspace.history.show_turn(INITIAL)
    assert not any(shown.window.chat.transcript.tints_within(row) for row in range(8))


def test_that_an_answer_with_other_words_than_were_written_is_not_tinted(shown: LabDesk, qtbot: QtBot) -> None:
    tell(shown, "Somebody changed these words.")
    shown.actions["tint_answer"].trigger()
    cursor = shown.workspace.history.cursor
    qtbot.waitUntil(lambda: shown.inspector.analyses.finding(AskReads(cursor)) is not None)
    assert not tints_of(shown)


def test_that_the_colours_go_when_the_words_are_changed(shown: LabDesk, qtbot: QtBot) -> None:
    tell(shown)
    shown.actions["tint_answer"].trigger()
    qtbot.waitUntil(lambda: bool(tints_of(shown)))
    records, other = shown.workspace.history.records, "Somebody changed these words."
    turns = [dataclasses.replace(stored_turn(record.turn, record.query, other), record=record) for record in records]
    shown.workspace.conversation.show_path(turns)
    assert not tints_of(shown)


def test_that_the_lab_tints_and_the_other_layouts_do_not(shown: LabDesk) -> None:
    shown.actions["preset_lab"].setChecked(True)
    assert shown.commands.tints.is_on
    shown.actions["preset_chat"].setChecked(True)
    assert not shown.commands.tints.is_on
    assert not shown.actions["tint_answer"].isChecked()


def test_that_a_larger_window_gives_the_lab_more_room_and_not_the_conversation(shown: LabDesk, qtbot: QtBot) -> None:
    window = shown.window
    window.show_preset("lab")
    qtbot.waitUntil(lambda: abs(window.chat.width() - CHAT_PX) <= 2)
    conversation_px = window.chat.width()
    window.resize(window.width() + 200, window.height())
    qtbot.wait(20)
    assert abs(window.chat.width() - conversation_px) <= 2


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "file:///etc/passwd", "../icons/mneme.png", "https://example.org/a-light.png", "missing-light.png"],
)
def test_that_a_page_of_help_loads_no_picture_from_elsewhere(qtbot: QtBot, name: str) -> None:
    browser = PlainBrowser()
    qtbot.addWidget(browser)
    assert browser.loadResource(IMAGE, QUrl(name)) == ""


@pytest.mark.parametrize("page", ["inspector", "lab", "memory"])
def test_that_the_pictures_of_the_help_are_there_in_both_themes(
    qtbot: QtBot, themes: ThemeController, page: str
) -> None:
    text = (RESOURCES / "help" / f"{page}.md").read_text(encoding="utf-8")
    found = re.search(r"\((\w+-light\.png)\)", text)
    assert found
    browser, seen = PlainBrowser(), []
    qtbot.addWidget(browser)
    browser.show()
    for theme in ("light", "dark"):
        themes.choose(theme)
        picture = browser.loadResource(IMAGE, QUrl(found[1]))
        assert isinstance(picture, QImage)
        assert picture.width() == round(PICTURE_PX * picture.devicePixelRatio())
        seen.append(picture.pixelColor(5, 5).lightness())
    assert seen[0] > 128 > seen[1]
