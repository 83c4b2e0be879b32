"""A screen that is low, as where text is enlarged: no dialog is higher, and its buttons are seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QRect
from PySide6.QtGui import QFont, QTextOption
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.engine.file_jobs import FileJobs
from app.engine.hub_messages import HubRefusal
from app.models.memory_history import MemoryHistory
from app.models.model_search import ModelSearch
from app.models.phase import Phase
from app.theme import ThemeController
from app.views.chat.chat import READABLE_PX
from app.views.chat.turn_editor import QUERY_SHORT, QUERY_WORDS
from app.views.command_palette import CommandPalette
from app.views.dialogs import AboutDialog
from app.views.inspector.animation_dialog import AnimationDialog
from app.views.inspector.table import TableData, TableDialog
from app.views.memories.library import MemoryLibrary
from app.views.memories.system_prompt import SystemPromptDialog
from app.views.model_dialog import ModelDialog
from app.views.notices import WORDS_PX
from app.views.tooltips import plain_tooltip
from app.views.window_layout import TITLE_BAR_PX
from tests.app.inspector.conftest import history, themes  # noqa: F401 - fixtures
from tests.app.views.conftest import Desk
from tests.app.views.test_memories import memory
from tests.app.views.test_spoken import Offered

# The offscreen platform has no window manager and says so whenever a dialog has a size limit.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
HIGH_PX = 493  # 1080 at 125 % and text at 175 %


@dataclass(frozen=True)
class Screen:
    """As much of a QScreen as a dialog asks for."""

    wide_px: int = 877
    high_px: int = HIGH_PX

    def availableGeometry(self) -> QRect:
        return QRect(0, 0, self.wide_px, self.high_px)


@pytest.fixture(autouse=True)
def _low(monkeypatch: pytest.MonkeyPatch) -> None:
    for dialog in (AnimationDialog, MemoryLibrary, ModelDialog, SystemPromptDialog, TableDialog):
        monkeypatch.setattr(dialog, "screen", lambda _: Screen())


@pytest.fixture
def files() -> Iterator[FileJobs]:
    result = FileJobs()
    yield result
    result.shutdown()


def assert_fits(dialog: QDialog, qtbot: QtBot, high_px: int = HIGH_PX) -> None:
    """Nothing asks for more room than there is, and every button that is shown is seen."""
    dialog.show()
    qtbot.wait(10)
    assert dialog.height() <= high_px - TITLE_BAR_PX
    for made in dialog.findChildren(QAbstractButton):
        if made.isVisibleTo(dialog) and made.text():
            assert made.visibleRegion().boundingRect() == made.rect(), made.text()


def test_that_the_library_fits_with_a_notice_and_a_memory_that_cannot_be_opened(desk: Desk, qtbot: QtBot) -> None:
    path = Path("/x/knight.safetensors")
    desk.port.snapshots_changed.emit((memory(path, "Knight", model="other", fingerprint="0" * 64),))
    desk.actions["memory_library"].trigger()
    library = desk.window.findChild(MemoryLibrary)
    assert library is not None
    library.notices.add("This file is no memory. Nothing was changed.")
    assert_fits(library, qtbot)
    area = library.details.findChild(QScrollArea)
    area.ensureWidgetVisible(library.details.reason)
    assert not library.details.reason.visibleRegion().isEmpty()


def test_that_a_refused_prompt_fits(qtbot: QtBot) -> None:
    prompt = SystemPromptDialog("You are a knight")
    qtbot.addWidget(prompt)
    prompt.show_refused("The disk is full. The text is still here. " * 4)
    assert_fits(prompt, qtbot)


def test_that_nothing_of_a_prompt_has_to_be_scrolled_on_a_usual_screen(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(SystemPromptDialog, "screen", lambda _: Screen(1366, 768))
    prompt = SystemPromptDialog("You are a knight")
    qtbot.addWidget(prompt)
    prompt.show()
    qtbot.wait(10)
    assert prompt.findChild(QScrollArea, "systemPromptArea").verticalScrollBar().maximum() == 0
    assert_whole(prompt.text, prompt.title, prompt.seed)


def test_that_a_model_with_an_agreement_fits_and_its_words_are_not_cut(qtbot: QtBot) -> None:
    search = ModelSearch()
    dialog = ModelDialog(search)
    qtbot.addWidget(dialog)
    search.show_offer(Offered())
    assert_fits(dialog, qtbot)
    search.begin_download()
    assert_fits(dialog, qtbot)
    assert dialog.gate.height() >= dialog.gate.heightForWidth(dialog.gate.width())
    search.refuse(HubRefusal("The hub wants to know who you are before it gives this model away.", "licence"))
    assert_fits(dialog, qtbot)
    assert dialog.gate.height() >= dialog.gate.heightForWidth(dialog.gate.width())


def test_that_a_table_and_an_animation_fit(
    history: MemoryHistory,  # noqa: F811
    themes: ThemeController,  # noqa: F811
    files: FileJobs,
    qtbot: QtBot,
) -> None:
    table = TableDialog(TableData("Norms", np.ones((40, 1)), tuple(map(str, range(40))), ("norm",)))
    animation = AnimationDialog(history, "A chat", "foot", files, themes, plays=False)
    qtbot.addWidget(animation)
    assert_fits(table, qtbot)
    assert_fits(animation, qtbot)
    table.close()
    animation.close()


LOWEST = Screen(569, 352)  # 720 at 200 %


@pytest.fixture
def lowest(monkeypatch: pytest.MonkeyPatch) -> None:
    for dialog in (AboutDialog, CommandPalette, MemoryLibrary, ModelDialog, SystemPromptDialog):
        monkeypatch.setattr(dialog, "screen", lambda _: LOWEST)


def test_that_what_is_told_about_the_application_scrolls_on_a_very_low_screen(lowest: None, qtbot: QtBot) -> None:
    about = AboutDialog("0.1.0")
    qtbot.addWidget(about)
    assert_fits(about, qtbot, LOWEST.high_px)
    for words in about.findChildren(QLabel):
        assert words.height() >= words.heightForWidth(words.width()), words.text()
    assert about.focusWidget().text() == "Close"


def test_that_the_palette_and_the_dialogs_fit_on_a_very_low_screen(lowest: None, desk: Desk, qtbot: QtBot) -> None:
    search = ModelSearch()
    palette = CommandPalette(desk.actions, desk.themes, desk.window)
    model, prompt = ModelDialog(search), SystemPromptDialog("You are a knight")
    for dialog in (palette, model, prompt):
        qtbot.addWidget(dialog)
        assert_fits(dialog, qtbot, LOWEST.high_px)
        assert dialog.width() <= LOWEST.wide_px
    search.show_offer(Offered())
    qtbot.wait(10)
    assert model.height() <= LOWEST.high_px - TITLE_BAR_PX
    assert_whole(model.folder, model.stop, model.download)  # the rest scrolls


def test_that_an_empty_library_scrolls_on_a_very_low_screen(lowest: None, desk: Desk, qtbot: QtBot) -> None:
    desk.actions["memory_library"].trigger()
    library = desk.window.findChild(MemoryLibrary)
    assert library is not None
    qtbot.wait(10)
    assert library.height() <= LOWEST.high_px - TITLE_BAR_PX
    page = library.findChild(QWidget, "memoryTeaching")
    for words in page.findChildren(QLabel):
        assert words.height() >= max(words.sizeHint().height(), words.heightForWidth(words.width())), words.text()
    area = library.findChild(QScrollArea, "memoryTeachingArea")
    for made in page.findChildren(QAbstractButton):
        area.ensureWidgetVisible(made)
        assert made.visibleRegion().boundingRect() == made.rect(), made.text()


@pytest.fixture
def large_text(qapp: QApplication) -> Iterator[None]:
    usual = qapp.font()
    large = QFont(usual)
    large.setPixelSize(26)
    qapp.setFont(large)
    yield
    qapp.setFont(usual)


def test_that_no_word_about_the_application_is_cut_where_text_is_large(large_text: None, qtbot: QtBot) -> None:
    about = AboutDialog("0.1.0")
    qtbot.addWidget(about)
    about.show()
    qtbot.wait(10)
    for words in about.findChildren(QLabel):
        assert words.height() >= words.heightForWidth(words.width()), words.text()


def test_that_the_timeline_covers_nothing_of_the_inspector_in_a_low_window(desk: Desk, qtbot: QtBot) -> None:
    window, inspector = desk.window, desk.find("inspector")
    inspector.setMinimumSize(320, 440)
    window.setMinimumSize(900, 400)
    window.resize(900, HIGH_PX - TITLE_BAR_PX)
    qtbot.waitUntil(lambda: window.height() == HIGH_PX - TITLE_BAR_PX)
    assert window.inspector_dock.geometry().bottom() < window.timeline_dock.geometry().top()
    window.size_docks()
    qtbot.waitUntil(
        lambda: window.timeline_dock.height() < 70
    )  # a low window gives the timeline less than its usual 92
    area = window.findChild(QScrollArea, "inspectorArea")
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    assert inspector.visibleRegion().boundingRect().bottom() == inspector.rect().bottom()


LOW_PX = 400
REFUSED = "This message has 500 tokens; mneme-tiny reads at most 60 in one, because question and answer share 64. " * 2


@pytest.fixture
def low(desk: Desk, qtbot: QtBot) -> Desk:
    """A window of so little height and with so long a message as there is hardly room for."""
    desk.window.setMinimumSize(600, 300)
    desk.window.resize(700, LOW_PX)
    qtbot.waitUntil(lambda: desk.window.height() == LOW_PX)
    desk.window.chat.composer.set_text("A long message in a low window. " * 40)
    return desk


def test_that_a_long_message_and_notices_in_a_low_window_cover_nothing(low: Desk, qtbot: QtBot) -> None:
    chat = low.window.chat
    timeline_px = low.window.timeline_dock.height()
    for number in range(3):
        chat.notices.add(f"{number}: {REFUSED}")
        qtbot.wait(20)
    composer, edit, send = chat.composer, chat.composer.edit, chat.composer.send_button
    assert send.visibleRegion().boundingRect() == send.rect()
    assert edit.geometry().bottom() < send.geometry().top()
    assert edit.height() < edit.height_of(6)
    assert composer.mapTo(chat, composer.rect().bottomLeft()).y() < chat.height()
    for words in chat.notices.findChildren(QLabel):
        assert words.height() >= words.heightForWidth(words.width())  # they scroll
    newest = chat.notices.findChildren(QLabel)[-1]
    assert not newest.visibleRegion().isEmpty()
    assert low.window.timeline_dock.height() == timeline_px
    low.window.resize(700, 900)
    qtbot.waitUntil(lambda: edit.height() == edit.height_of(6))


def test_that_an_edited_message_in_a_low_window_shows_its_buttons(low: Desk, qtbot: QtBot) -> None:
    low.port.answer("What is a raven?", "A bird.")
    chat = low.window.chat
    chat.overlay.begin_edit(0)
    editor = chat.overlay.editor
    editor.edit.insertPlainText("A long question in a low window. " * 40)
    accept = low.find("acceptEdit")
    qtbot.waitUntil(lambda: accept.visibleRegion().boundingRect() == accept.rect())
    assert editor.edit.geometry().bottom() < accept.geometry().top()
    assert editor.edit.visibleRegion().boundingRect().height() >= editor.edit.height_of(1) - 8


@pytest.mark.parametrize("beside", ["nothing", "a draft", "a find bar", "the past", "a high timeline"])
def test_that_a_message_is_edited_in_whole_in_a_very_low_window_with_a_timeline(
    desk: Desk, qtbot: QtBot, beside: str
) -> None:
    window, chat, composer = desk.window, desk.window.chat, desk.window.chat.composer
    for answer in ("A bird.", "Another bird."):
        desk.port.answer("What is a raven?", answer)
    desk.find("inspector").setMinimumWidth(300)
    window.setMinimumSize(300, 300)
    window.resize(569, 320)
    qtbot.wait(20)
    composer.set_text("A long message in a low window. " * 40 if beside == "a draft" else "Typed")
    if beside == "a find bar":
        chat.find_bar.open_bar()
    if beside == "the past":
        desk.workspace.history.show_turn(0)
    if beside == "a high timeline":
        window.timeline_dock.setFixedHeight(92)
    qtbot.wait(20)
    before = chat.size(), window.timeline_dock.height()
    draft = composer.edit.toPlainText()
    chat.overlay.begin_edit(2)
    qtbot.wait(30)
    editor = chat.overlay.editor
    assert_whole(editor, desk.find("turnEdit"), desk.find("cancelEdit"), desk.find("acceptEdit"))
    assert editor.edit.hasFocus()
    chat.transcript.setFocus()
    desk.commands.write_message()
    assert window.focusWidget() is (composer.edit if composer.isVisibleTo(chat) else editor.edit)
    editor.finish()
    qtbot.wait(30)
    assert (chat.size(), window.timeline_dock.height()) == before
    assert_whole(composer.edit, composer.send_button)
    assert composer.edit.toPlainText() == draft
    assert chat.banner.isVisible() is (beside == "the past")


def test_that_a_message_with_a_very_long_word_breaks_anywhere_before_it_is_laid_out(desk: Desk) -> None:
    edit = desk.window.chat.composer.edit
    pasted = QMimeData()
    pasted.setText("a" * 50_000)
    edit.insertFromMimeData(pasted)
    assert edit.wordWrapMode() is QTextOption.WrapMode.WrapAnywhere
    words = "A long text of ordinary words. " * 100
    for rest in ("A short one", words, ""):  # what takes its place, and what is left of it
        edit.setPlainText("")
        edit.insertPlainText(f"{words}{'a' * 50_000}")
        assert edit.wordWrapMode() is QTextOption.WrapMode.WrapAnywhere
        cursor = edit.textCursor()
        cursor.setPosition(0 if rest else len(words))
        cursor.movePosition(cursor.MoveOperation.End, cursor.MoveMode.KeepAnchor)
        cursor.insertText(rest)
        assert edit.wordWrapMode() is QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere


SAME = "The same answer: at temperature 0 the likeliest words are always taken. Raise it in the settings."
FORK = "This chat continues from the memory after turn 1; the former branch stays as it was."


@pytest.mark.parametrize("size", [(400, 600), (460, 780), (569, 320), (400, 400)])
def test_that_notices_leave_the_conversation_readable_and_show_their_beginning(
    desk: Desk, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window, chat = desk.window, desk.window.chat
    desk.port.answer("What is a raven?", "A bird.")
    for dock in (window.sidebar_dock, window.inspector_dock):
        dock.hide()
    window.setMinimumSize(300, 300)
    window.resize(*size)
    chat.composer.set_text("Typed")
    qtbot.wait(20)
    for text in (SAME, FORK, REFUSED):
        chat.notices.add(text, action="Show the former branch", run=lambda: True)
        qtbot.wait(30)
        newest = chat.notices.newest
        assert newest is not None
        assert_whole(newest.findChild(QWidget, "noticeClose"), chat.composer.edit, chat.composer.send_button)
        assert newest.visibleRegion().boundingRect().top() == 0
        area = desk.find("noticeArea")
        assert area.height() <= max(chat.height() // 3, newest.height())
        if chat.height() >= 400:
            assert chat.transcript.viewport().height() >= READABLE_PX
    chat.overlay.begin_edit(0)
    qtbot.wait(30)
    assert_whole(desk.find("turnEdit"), desk.find("cancelEdit"), desk.find("acceptEdit"))
    chat.overlay.editor.finish()
    qtbot.wait(30)
    assert not desk.find("noticeArea").isHidden()


def test_that_the_words_of_a_notice_have_room_beside_a_long_button(slim: Desk, qtbot: QtBot) -> None:
    slim.window.resize(790, 600)  # 450 of it for the chat
    for action in ("Show the former branch of this chat", "Undo"):
        slim.window.chat.notices.add(FORK, action=action, run=lambda: True, key="one")
        qtbot.wait(30)
        notice = slim.window.chat.notices.newest
        assert notice is not None
        words, do = notice.findChild(QLabel), notice.findChild(QWidget, "noticeAction")
        assert 420 <= notice.width() < 470
        assert words.width() >= WORDS_PX
        assert (do.geometry().top() >= words.geometry().bottom()) is (action != "Undo")


def test_that_what_an_edit_does_is_told_in_whole_words_or_not_at_all(desk: Desk, qtbot: QtBot) -> None:
    window, editor = desk.window, desk.window.chat.overlay.editor
    desk.port.answer("What is a raven?", "A bird.")
    for dock in (window.sidebar_dock, window.inspector_dock):
        dock.hide()
    window.setMinimumSize(250, 300)
    window.chat.overlay.begin_edit(0)
    shown = []
    for wide_px, high_px in ((900, 600), (420, 600), (420, 380), (260, 600)):
        window.resize(wide_px, high_px)
        qtbot.wait(30)
        hint = editor._hint
        if hint.isVisible():
            assert hint.width() >= hint.fontMetrics().horizontalAdvance(hint.text())
            assert hint.visibleRegion().boundingRect() == hint.rect()
        shown.append((hint.isVisible() and hint.text(), hint.y() < desk.find("acceptEdit").y()))
        assert_whole(desk.find("acceptEdit"))
        assert QUERY_WORDS in editor.edit.accessibleDescription()
        assert hint.toolTip() == plain_tooltip(QUERY_WORDS)
    assert shown[:2] == [(QUERY_WORDS, False), (QUERY_WORDS, True)]
    assert shown[2][0] == QUERY_SHORT
    editor.finish()


@pytest.fixture
def slim(desk: Desk, qtbot: QtBot) -> Desk:
    """A chat beside a panel, about as narrow as it can be."""
    window = desk.window
    window.setMinimumSize(300, 300)
    window.sidebar_dock.hide()
    window.resize(600, 600)
    desk.port.answer("What is a raven?", "A bird.")
    desk.port.answer("What is a crow?", "Another bird.")
    qtbot.waitUntil(lambda: window.width() == 600)
    window.inspector_dock.setFixedWidth(338)
    qtbot.waitUntil(lambda: window.chat.width() < 270)
    return desk


def assert_whole(*parts: QWidget) -> None:
    for part in parts:
        assert part.visibleRegion().boundingRect() == part.rect(), part.objectName()


def test_that_a_notice_in_a_narrow_chat_shows_its_buttons_and_changes_no_width(slim: Desk, qtbot: QtBot) -> None:
    chat = slim.window.chat
    before = chat.width(), chat.minimumSizeHint().width()
    chat.notices.add(REFUSED[:90], action="Show the former branch", run=lambda: True)
    do, close = slim.find("noticeAction"), slim.find("noticeClose")
    words = slim.find("notice").findChild(QLabel)
    qtbot.waitUntil(lambda: do.geometry().top() >= words.geometry().bottom())
    qtbot.wait(20)
    assert_whole(do, close)
    assert do.width() >= do.sizeHint().width()
    assert words.width() > 120
    assert (chat.width(), chat.minimumSizeHint().width()) == before
    slim.window.resize(1000, 600)
    qtbot.waitUntil(lambda: do.geometry().left() > words.geometry().right())


def test_that_banner_waiting_message_and_search_change_no_width_of_a_narrow_chat(slim: Desk, qtbot: QtBot) -> None:
    chat = slim.window.chat

    def shows(*names: str) -> tuple[int, int]:
        qtbot.wait(20)
        assert_whole(*(slim.find(name) for name in names))
        return chat.width(), chat.minimumSizeHint().width()

    before = shows()
    slim.workspace.history.show_turn(0)
    assert shows("forkHere", "backToNow") == before
    slim.actions["back_to_now"].trigger()
    chat.composer.queued.show_text("A message that waits for its turn " * 5)
    assert shows("cancelQueued") == before
    chat.find_bar.open_bar()
    chat.find_bar.field.setText("no such words")
    assert shows("findNext", "findClose") == before
    assert chat.find_bar.field.width() >= 48


def test_that_an_empty_field_says_in_one_line_what_becomes_of_a_message(slim: Desk, qtbot: QtBot) -> None:
    edit = slim.window.chat.composer.edit
    slim.workspace.history.show_turn(0)
    assert edit.placeholderText() == "As a new branch…"
    slim.port.say_phase(Phase.ANSWERING)
    assert edit.placeholderText() == "Sent when ready…"
    slim.port.say_phase(Phase.READY)
    slim.window.resize(1000, 600)
    qtbot.waitUntil(lambda: edit.placeholderText() == "Write a message… as a new branch")


def test_that_no_button_is_cut_where_no_model_is_open_in_a_narrow_chat(slim: Desk, qtbot: QtBot) -> None:
    page = slim.window.chat.model_missing
    page.show_reason("The folder is not there.")
    slim.port.say_phase(Phase.NO_MODEL)
    page.parentWidget().setCurrentWidget(page)
    qtbot.wait(20)
    assert_whole(slim.find("open_model_button"), slim.find("bundled_model_button"))


def test_that_the_way_to_the_latest_message_covers_no_button_of_an_edited_one(low: Desk, qtbot: QtBot) -> None:
    chat = low.window.chat
    for number in range(4):
        low.port.answer(f"What is raven {number}?", "A bird. " * 40)
    chat.transcript.verticalScrollBar().setValue(0)
    qtbot.waitUntil(chat.jump.isVisible)
    chat.overlay.begin_edit(0)
    assert chat.jump.isHidden()
    chat.transcript.verticalScrollBar().setValue(chat.transcript.verticalScrollBar().maximum())
    chat.transcript.verticalScrollBar().setValue(0)
    assert chat.jump.isHidden()
    chat.overlay.editor.finish()
    qtbot.waitUntil(chat.jump.isVisible)


def test_that_there_is_no_way_to_the_latest_message_where_it_is_seen(low: Desk, qtbot: QtBot) -> None:
    chat = low.window.chat
    for number in range(3):
        low.port.answer(f"What is raven {number}?", "A bird.")
    chat.transcript.verticalScrollBar().setValue(0)
    qtbot.waitUntil(chat.jump.isVisible)
    low.window.resize(700, 2_000)
    qtbot.waitUntil(chat.jump.isHidden)
    low.window.resize(700, LOW_PX)
    qtbot.waitUntil(chat.jump.isVisible)


def test_that_a_notice_hides_no_button_of_the_message_that_is_edited(desk: Desk, qtbot: QtBot) -> None:
    chat, view = desk.window.chat, desk.window.chat.transcript
    for number in range(9):
        desk.port.answer(f"What is raven {number}?", "A bird.")
    chat.overlay.begin_edit(12)
    editor = chat.overlay.editor
    bar = view.verticalScrollBar()
    bar.setValue(bar.value() - (view.viewport().height() - editor.geometry().bottom() - 4))  # it stands lowest
    qtbot.wait(20)
    assert not view.is_following
    assert_whole(desk.find("acceptEdit"))
    editor.edit.setFocus()
    chat.notices.add(REFUSED)
    qtbot.wait(50)
    assert_whole(desk.find("acceptEdit"))
