"""The transcript follows the stream, stands still when it should, stays fast, and gives text back letter by letter."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFont, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.engine.messages import StoredTurn
from app.models.conversation import Conversation, TurnState
from app.models.text_finder import utf16_length
from app.theme import ThemeController
from app.views.chat.message import MessageContent, MessagePainter, shown, utf16_slice
from app.views.chat.row_geometry import RowGeometry
from app.views.chat.text_selection import TextPosition, TextSelection
from app.views.chat.transcript_view import TranscriptView
from rxt.events import TokenEmitted, TurnStarted

LINE = "The lighthouse keeper knew every ship by the sound of its bell. "


def turns(count: int) -> list[StoredTurn]:
    return [StoredTurn(f"question {n}", LINE * (1 + n % 7), "replied", None) for n in range(count)]


@pytest.fixture
def conversation() -> Conversation:
    return Conversation()


@pytest.fixture
def view(conversation: Conversation, qtbot: QtBot, qapp: QApplication) -> Iterator[TranscriptView]:
    result = TranscriptView(conversation, ThemeController(qapp, qapp))
    qtbot.addWidget(result)
    result.resize(640, 480)
    result.show()
    qtbot.waitExposed(result)
    return result


def is_at_end(view: TranscriptView) -> bool:
    return view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_that_a_chat_opens_at_its_end(view: TranscriptView, conversation: Conversation) -> None:
    conversation.open(1, "T", "", turns(40))
    assert is_at_end(view)
    last = view.visualRect(conversation.index(conversation.rowCount() - 1))
    assert 0 < last.top() < view.viewport().height()


def test_that_the_stream_is_followed_at_the_end(view: TranscriptView, conversation: Conversation) -> None:
    conversation.open(1, "T", "", turns(10))
    conversation.apply((TurnStarted(10, "go on", 3),))
    for _ in range(40):
        conversation.apply((TokenEmitted(10, 1, LINE),))
        assert is_at_end(view)


def test_that_nothing_jumps_while_the_reader_has_scrolled_up(view: TranscriptView, conversation: Conversation) -> None:
    conversation.open(1, "T", "", turns(30))
    conversation.apply((TurnStarted(30, "go on", 3), TokenEmitted(30, 1, LINE)))
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    assert not view.is_following
    row = view.indexAt(QPoint(320, 200)).row()
    before = view.visualRect(conversation.index(row)).top()
    for _ in range(60):
        conversation.apply((TokenEmitted(30, 1, LINE),))
    assert view.visualRect(conversation.index(row)).top() == before
    view.jump_to_latest()
    assert view.is_following
    assert is_at_end(view)


def test_that_scrolling_up_through_unseen_messages_reaches_the_first(
    view: TranscriptView, conversation: Conversation
) -> None:
    conversation.open(1, "T", "", turns(200))
    bar = view.verticalScrollBar()
    for _ in range(2000):
        if bar.value() == 0:
            break
        bar.setValue(bar.value() - 200)
    assert view.visualRect(conversation.index(0)).top() == 0


def test_that_a_new_width_keeps_the_end_in_view(view: TranscriptView, conversation: Conversation) -> None:
    conversation.open(1, "T", "", turns(50))
    view.resize(400, 480)
    assert is_at_end(view)
    view.resize(1200, 480)
    assert is_at_end(view)
    assert view.column.width() < 700
    assert abs(view.column.center().x() - view.width() // 2) <= 1


def test_that_streaming_into_a_chat_of_thousands_of_messages_stays_within_a_frame(
    view: TranscriptView, conversation: Conversation, qtbot: QtBot
) -> None:
    conversation.open(1, "T", "", turns(3000))
    conversation.apply((TurnStarted(3000, "go on", 3), TokenEmitted(3000, 1, LINE * 10)))
    durations = []
    for _ in range(20):
        began = time.thread_time()  # not by the wall: the machine may have other work
        conversation.apply(tuple(TokenEmitted(3000, n, "word ") for n in range(17)))
        view.viewport().grab()
        durations.append(time.thread_time() - began)
    assert sorted(durations)[10] < 0.033


def test_that_selected_text_survives_the_stream_and_is_copied_across_messages(
    view: TranscriptView, conversation: Conversation
) -> None:
    conversation.open(1, "T", "", [StoredTurn("Hello 👋 you", "Hi\nthere", "replied", None)])
    view.select_all()
    assert view.selected_text == "Hello 👋 you\n\nHi\nthere"
    conversation.apply((TurnStarted(1, "more", 3), TokenEmitted(1, 1, "text")))
    assert view.selected_text == "Hello 👋 you\n\nHi\nthere"
    view.copy()
    assert QGuiApplication.clipboard().text() == "Hello 👋 you\n\nHi\nthere"


def test_that_dragging_the_mouse_selects(view: TranscriptView, conversation: Conversation, qtbot: QtBot) -> None:
    conversation.open(1, "T", "", [StoredTurn("question", "answer one two", "replied", None)])
    rect = view.visualRect(conversation.index(1))
    start, end = QPoint(rect.left() + 1, rect.top() + 22), QPoint(rect.right(), rect.top() + 22)
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier  # qtbot moves without a button held
    globally = QPointF(view.viewport().mapToGlobal(end))
    moved = QMouseEvent(QEvent.Type.MouseMove, QPointF(end), globally, Qt.MouseButton.NoButton, left, none)
    QApplication.sendEvent(view.viewport(), moved)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert view.selected_text == "answer one two"


def test_that_nothing_moves_under_the_mouse_that_begins_to_select(
    view: TranscriptView, conversation: Conversation, qtbot: QtBot
) -> None:
    tall = StoredTurn("question", LINE * 60, "replied", None)
    conversation.open(1, "T", "", [tall, tall])
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 3)
    before, place = bar.value(), QPoint(view.column.center().x(), view.viewport().height() // 2)
    assert view.indexAt(place).row() == 1
    view.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bar.value() == before
    assert view.focused_row == 1
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.selected_text == ""


def test_that_the_arrow_keys_walk_through_the_messages(
    view: TranscriptView, conversation: Conversation, qtbot: QtBot
) -> None:
    conversation.open(1, "T", "", turns(5))
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.currentIndex().row() == 9
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.currentIndex().row() == 8


def test_that_home_and_end_bring_the_keyboard_to_the_message_that_they_show(
    view: TranscriptView, conversation: Conversation, qtbot: QtBot
) -> None:
    conversation.open(1, "T", "", turns(30))
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert (view.currentIndex().row(), view.verticalScrollBar().value()) == (0, 0)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.currentIndex().row() == 1
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.currentIndex().row() == 59
    assert view.is_following


@pytest.mark.parametrize(
    "text",
    [
        "", "\x00\x1b[31m\x07\x7f\x9b", "a\r\nb\u2028c\u2029d\te", "\u202eevil\u2066",
        "👨‍👩‍👧‍👦🏳️‍🌈", "مرحبا hello שלום",
        "x" * 20_000, "e" + "\u0301" * 3000, "\ud800 half \udfff", "<img src=x> & <b>", "\n" * 500,
    ],
)  # fmt: skip
def test_that_any_text_can_be_shown_and_copied(view: TranscriptView, conversation: Conversation, text: str) -> None:
    conversation.open(1, "T", "", [StoredTurn(text, text, "replied", None)])
    assert not view.viewport().grab().isNull()
    view.select_all()
    assert utf16_length(shown(text)) == utf16_length(text)
    if "\ud800" not in text:
        assert view.selected_text == f"{text}\n\n{text}"


def test_that_letters_without_a_space_are_laid_out_in_a_moment_and_keep_their_places() -> None:
    text = "QUJD" * 50_000
    started = time.process_time()
    message = MessagePainter(_font()).measure(MessageContent(text, False, TurnState.IN_MEMORY, "", ""), 500)
    assert time.process_time() - started < 0.6  # it took 1.8
    assert message.text.text() == text
    last = message.rect_of(len(text) - 1)
    assert message.position_at(last.center() + QPointF(500, 0)) == len(text)


def test_that_words_are_not_broken_for_a_long_one_among_them() -> None:
    painter = MessagePainter(_font())
    message = painter.measure(MessageContent(f"{'x' * 900} {LINE * 9}", False, TurnState.IN_MEMORY, "", ""), 500)
    text = message.text
    starts = [text.lineAt(number).textStart() for number in range(text.lineCount())]
    assert all(text.text()[start - 1] == " " for start in starts if start > 901)


def test_that_positions_count_like_qt() -> None:
    assert utf16_length("a👋b") == 4
    assert utf16_slice("a👋b", 1, 3) == "👋"


def test_that_a_double_click_takes_a_word() -> None:
    selection = TextSelection(lambda row: "one 👋 three")
    selection.select_word(TextPosition(0, 9))
    assert selection.text() == "three"


def test_that_a_bubble_is_as_wide_as_its_words_and_at_the_right() -> None:
    painter = MessagePainter(_font())
    small = painter.measure(MessageContent("Hi", True, TurnState.IN_MEMORY, "", ""), 500)
    large = painter.measure(MessageContent(LINE * 5, True, TurnState.IN_MEMORY, "", ""), 500)
    assert small.bubble.right() == large.bubble.right() == 500
    assert small.bubble.width() < 80 < large.bubble.width() < 500 * 0.9


def _font() -> QFont:
    font = QFont()
    font.setPixelSize(14)
    return font


def test_that_rows_know_their_places() -> None:
    rows = RowGeometry()
    rows.reset([10, 20, 30])
    assert [rows.row_at(y) for y in (-5, 0, 9, 10, 29, 30, 999)] == [0, 0, 0, 1, 1, 2, 2]
    assert rows.set_height(0, 15)
    assert not rows.set_height(0, 15)
    assert (rows.top(1), rows.total) == (15, 65)
    rows.append([5])
    assert rows.total == 70
    rows.truncate(2)
    assert (rows.count, rows.total) == (2, 35)


def test_that_a_path_that_loses_its_end_is_shown_without_it(view: TranscriptView, conversation: Conversation) -> None:
    stored = [replace(turn, id=number) for number, turn in enumerate(turns(20), 1)]
    conversation.open(1, "T", "", stored)
    conversation.show_path(stored[:5])
    view.viewport().grab()
    assert is_at_end(view)
    assert not view.visualRect(conversation.index(9)).isNull()
    conversation.show_path([])
    assert not view.viewport().grab().isNull()
    conversation.show_path(stored)
    assert is_at_end(view)


def test_that_room_is_made_for_an_editor_and_given_back(view: TranscriptView, conversation: Conversation) -> None:
    conversation.open(1, "T", "", turns(3))
    before = view.place_of(2).height()
    below = view.place_of(3).top() - view.place_of(2).top()
    view.make_room(2, 200)
    assert view.place_of(2).height() == 200
    assert view.place_of(3).top() - view.place_of(2).top() == 200
    view.make_room(-1, 0)
    assert view.place_of(2).height() == before
    assert view.place_of(3).top() - view.place_of(2).top() == below


def test_that_only_the_lines_in_sight_of_a_very_long_message_are_marked(
    view: TranscriptView, conversation: Conversation
) -> None:
    text = "a" * 8_000
    conversation.open(1, "T", "", [StoredTurn(text, "OK", "replied", None)])
    view.verticalScrollBar().setValue(1_000)
    message = view._measured(0)
    first, last = message.seen_between(1_000.0, 1_000.0 + view.height())
    assert 0 < first < last < len(text)
    assert message.position_at(QPointF(300.0, 1_200.0)) in range(first, last)
    view.select_all()
    view.show_matches(lambda row: [(at, at + 2) for at in range(0, len(text), 2)] if row == 0 else [])
    begin = time.process_time()
    view.grab()
    assert time.process_time() - begin < 1.0  # many seconds where all lines are marked
