"""The help: all of its pages, their contents, and the field that finds words in them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLineEdit,
    QPushButton,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.views import help_dialog as help_module
from app.views.help_dialog import CONTENTS_NEED_PX, IMAGE, PAGES, HelpDialog, page_text
from app.views.key_button import native_words
from app.views.settings_dialog import SettingsDialog
from tests.app.views.conftest import Desk

PICTURE = QUrl("inspector-light.png")


@pytest.fixture
def help_dialog(desk: Desk, qtbot: QtBot) -> HelpDialog:
    dialog = HelpDialog("memory", desk.window)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: _top(dialog) == "Memory")
    return dialog


def _top(dialog: HelpDialog) -> str:
    """The paragraph at the top of what is seen."""
    return dialog.browser.cursorForPosition(dialog.browser.viewport().rect().topLeft()).block().text()


def _marked(dialog: HelpDialog) -> str:
    return dialog.contents.currentItem().text().strip()


def test_that_help_opens_at_the_page_that_was_asked_for(help_dialog: HelpDialog) -> None:
    assert _marked(help_dialog) == "Memory"
    assert _top(help_dialog) == "Memory"


def test_that_every_page_is_in_the_contents_by_its_title_and_by_nothing_that_is_code(help_dialog: HelpDialog) -> None:
    entries = [help_dialog.contents.item(row).text() for row in range(help_dialog.contents.count())]
    titles = [entry for entry in entries if not entry.startswith(" ")]
    assert titles == [page_text(page).splitlines()[0].removeprefix("# ") for page in PAGES]
    assert "Training your own" in titles
    assert "   Measuring" in entries


def test_that_a_line_of_the_contents_opens_its_section_by_mouse_and_by_keyboard(
    help_dialog: HelpDialog, qtbot: QtBot
) -> None:
    contents = help_dialog.contents
    item = contents.findItems("Training your own", Qt.MatchFlag.MatchExactly)[0]
    contents.scrollToItem(item)
    qtbot.mouseClick(contents.viewport(), Qt.MouseButton.LeftButton, pos=contents.visualItemRect(item).center())
    assert help_dialog.browser.textCursor().block().text() == "Training your own"
    qtbot.keyClick(contents, Qt.Key.Key_Down)
    assert help_dialog.browser.textCursor().block().text().startswith("Five minutes")


def test_that_scrolling_marks_the_section_that_is_read(help_dialog: HelpDialog) -> None:
    bar = help_dialog.browser.verticalScrollBar()
    bar.setValue(0)
    assert _marked(help_dialog) == "Talking"
    bar.setValue(bar.maximum())
    assert _marked(help_dialog) == "In a notebook"


def test_that_a_page_is_selected_and_scrolled_with_the_keyboard_from_where_it_is_looked_at(
    help_dialog: HelpDialog, qtbot: QtBot
) -> None:
    browser, bar = help_dialog.browser, help_dialog.browser.verticalScrollBar()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown):
        bar.setValue(bar.maximum() // 2)
        qtbot.keyClick(browser, key)
        assert abs(bar.value() - bar.maximum() // 2) <= browser.height()
    assert bar.value() > bar.maximum() // 2 + browser.height() // 2
    qtbot.keyClick(browser, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert browser.textCursor().hasSelection()


def test_that_words_are_found_one_place_after_the_other_and_again_from_the_beginning(
    help_dialog: HelpDialog, qtbot: QtBot
) -> None:
    field = help_dialog.find_field
    qtbot.keyClicks(field, "juniper")
    places = [help_dialog.browser.textCursor().selectionStart()]
    count = help_dialog.browser.toPlainText().lower().count("juniper")
    for _ in range(count):
        qtbot.keyClick(field, Qt.Key.Key_Return)
        places.append(help_dialog.browser.textCursor().selectionStart())
    assert places[0] == places[-1]
    assert len(set(places)) == count > 3


def test_that_words_that_help_does_not_have_are_said_to_be_missing(help_dialog: HelpDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(help_dialog.find_field, "zzzz")
    assert help_dialog.missing.isVisible()
    help_dialog.find_field.clear()
    qtbot.keyClicks(help_dialog.find_field, "tokens")
    assert not help_dialog.missing.isVisible()
    assert help_dialog.browser.textCursor().selectedText().lower() == "tokens"


def test_that_every_control_of_help_has_an_accessible_name(help_dialog: HelpDialog) -> None:
    kinds = QAbstractButton, QAbstractItemView, QLineEdit, QTextEdit
    names = [part.accessibleName() for part in help_dialog.findChildren(QWidget) if isinstance(part, kinds)]
    assert sorted(names) == ["Close", "Contents", "Find in help", "Help"]


def test_that_a_narrow_help_has_no_contents_and_still_finds_words(help_dialog: HelpDialog, qtbot: QtBot) -> None:
    assert help_dialog.contents.isVisible()
    help_dialog.resize(CONTENTS_NEED_PX - 1, 500)
    assert not help_dialog.contents.isVisible()
    assert help_dialog.browser.isVisible()
    help_dialog.activateWindow()
    qtbot.waitUntil(help_dialog.isActiveWindow)
    qtbot.keyClick(help_dialog.browser, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert help_dialog.find_field.hasFocus()
    qtbot.keyClicks(help_dialog.find_field, "zzzz")
    assert help_dialog.find_field.isVisible()
    assert help_dialog.missing.isVisible()


def test_that_pictures_of_a_narrow_help_have_the_room_of_the_contents(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(help_module, "PAGE_PX", (CONTENTS_NEED_PX - 40, 500))
    narrow = HelpDialog("memory", desk.window)
    monkeypatch.setattr(help_module, "PAGE_PX", (CONTENTS_NEED_PX, 500))
    wide = HelpDialog("memory", desk.window)
    assert _picture(narrow).width() > _picture(wide).width() + 100


def _picture(dialog: HelpDialog) -> QImage:
    """As the text shows it."""
    found = dialog.browser.document().resource(IMAGE, PICTURE)
    assert isinstance(found, QImage)
    return found


def test_that_pictures_follow_the_theme_while_help_is_open(help_dialog: HelpDialog, desk: Desk) -> None:
    light = _picture(help_dialog)
    assert light.pixelColor(5, 5).lightness() > 128
    desk.themes.choose("dark")
    assert _picture(help_dialog).pixelColor(5, 5).lightness() < 128
    desk.themes.choose("light")
    assert _picture(help_dialog) == light


def test_that_help_that_was_minimised_comes_back_at_the_place_that_was_read(
    help_dialog: HelpDialog, qtbot: QtBot
) -> None:
    bar = help_dialog.browser.verticalScrollBar()
    bar.setValue(bar.maximum())
    help_dialog.showMinimized()
    qtbot.wait(20)
    help_dialog.showNormal()
    qtbot.wait(20)
    assert bar.value() == bar.maximum()


def test_that_a_page_that_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="not a page of the help"):
        HelpDialog("chess", desk.window)


def opened() -> list[HelpDialog]:
    others = QApplication.topLevelWidgets()  # it is no child of the window
    return [dialog for dialog in others if isinstance(dialog, HelpDialog) and dialog.isVisible()]


def test_that_help_stands_beside_the_window_it_explains_and_there_is_one(desk: Desk, qtbot: QtBot) -> None:
    desk.actions["help"].trigger()
    (shown,) = opened()
    assert not shown.isModal()
    qtbot.waitUntil(lambda: _top(shown) == "Talking")
    inspector = desk.window.inspector_dock.widget()
    inspector.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    desk.window.activateWindow()
    inspector.setFocus()
    qtbot.waitUntil(inspector.hasFocus)
    desk.actions["help"].trigger()
    assert opened() == [shown]
    assert _top(shown) == page_text("inspector").splitlines()[0].removeprefix("# ")
    qtbot.waitUntil(shown.isActiveWindow)


def test_that_help_can_be_read_while_a_dialog_of_the_window_waits(desk: Desk, qtbot: QtBot) -> None:
    desk.actions["help"].trigger()
    (shown,) = opened()
    desk.actions["settings"].trigger()
    settings = desk.window.findChild(SettingsDialog)
    assert settings is not None
    assert settings.isModal()
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    qtbot.keyClick(shown.windowHandle(), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert shown.find_field.hasFocus()
    qtbot.keyClick(shown.windowHandle(), Qt.Key.Key_J)
    assert shown.find_field.text() == "j"


def test_that_an_open_help_does_not_keep_the_program_running(desk: Desk) -> None:
    desk.actions["help"].trigger()
    (shown,) = opened()
    assert not shown.testAttribute(Qt.WidgetAttribute.WA_QuitOnClose)


def test_that_the_key_of_help_brings_it_back_where_it_was_minimised(desk: Desk, qtbot: QtBot) -> None:
    desk.actions["help"].trigger()
    (shown,) = opened()
    shown.showMinimized()
    assert shown.isMinimized()
    desk.actions["help"].trigger()
    assert opened() == [shown]
    assert not shown.isMinimized()
    qtbot.waitUntil(shown.isActiveWindow)


def test_that_help_is_closed_by_its_button_and_with_the_window(desk: Desk, qtbot: QtBot) -> None:
    desk.actions["help"].trigger()
    close = opened()[0].findChild(QPushButton, "closeHelp")
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert opened() == []
    desk.actions["help"].trigger()
    assert len(opened()) == 1
    desk.window.close()
    assert opened() == []


def test_that_the_keys_for_finding_lead_to_the_field_and_enter_there_closes_nothing(
    help_dialog: HelpDialog, qtbot: QtBot
) -> None:
    help_dialog.activateWindow()
    qtbot.waitUntil(help_dialog.isActiveWindow)
    help_dialog.browser.setFocus()
    qtbot.keyClick(help_dialog.browser, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert help_dialog.find_field.hasFocus()
    qtbot.keyClicks(help_dialog.find_field, "juniper")
    qtbot.keyClick(help_dialog.find_field, Qt.Key.Key_Return)
    assert help_dialog.isVisible()


def test_that_the_keys_that_stop_a_training_are_those_of_a_terminal_on_a_mac_too() -> None:
    words = native_words(page_text("training"), "darwin")
    assert "Control+C" in words
    assert "⌘C" not in words
