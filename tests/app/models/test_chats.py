"""The list of chats: pinned ones on top, then by day, or what a search has found."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.engine.messages import ConversationSummary
from app.models.chats import ChatRole, ConversationList, date_group
from app.models.list_role import ListRole
from tests.app.views.fake_port import MODEL

WEDNESDAY = datetime(2025, 6, 18, 10, 0)


def chat(number: int, title: str = "", days_ago: float = 0, pinned: bool = False) -> ConversationSummary:
    updated = (WEDNESDAY - timedelta(days=days_ago)).timestamp()
    return ConversationSummary(number, title or f"chat {number}", 1, "mneme-small", updated, pinned)


@pytest.fixture
def chats() -> ConversationList:
    return ConversationList(now=WEDNESDAY.timestamp)


def shown(chats: ConversationList) -> list[tuple[str, int]]:
    rows = (chats.index(row) for row in range(chats.rowCount()))
    return [(index.data(ChatRole.HEADING), index.data(ListRole.KEY)) for index in rows]


def test_that_chats_are_grouped_by_the_day_they_were_used(chats: ConversationList) -> None:
    chats.set_lines([chat(6), chat(5, days_ago=1), chat(4, days_ago=2), chat(3, days_ago=4), chat(2, days_ago=90)])
    assert shown(chats) == [
        ("Today", 6), ("Yesterday", 5), ("This week", 4), ("Last week", 3), ("March", 2),
    ]  # fmt: skip


def test_that_a_heading_stands_above_the_first_of_its_group_only(chats: ConversationList) -> None:
    chats.set_lines([chat(3), chat(2), chat(1, days_ago=1)])
    assert shown(chats) == [("Today", 3), ("", 2), ("Yesterday", 1)]
    assert [chats.has_heading(row) for row in range(3)] == [True, False, True]


def test_that_a_chat_of_another_version_of_the_loaded_model_says_so(chats: ConversationList) -> None:
    same, former, other = chat(3), replace(chat(2), fingerprint="0" * 64), replace(chat(1), model="other")
    chats.set_lines([replace(same, fingerprint=MODEL.fingerprint), former, replace(other, fingerprint="0" * 64)])
    assert [chats.index(row).data(ListRole.DETAIL) for row in range(2)] == ["1 turn · mneme-small"] * 2
    changed: list[int] = []
    chats.dataChanged.connect(lambda index: changed.append(index.row()))
    chats.set_model(MODEL)
    assert 1 in changed
    assert [chats.index(row).data(ListRole.DETAIL) for row in range(3)] == [
        "1 turn · mneme-small",
        "1 turn · another version of mneme-small",
        "1 turn · other",
    ]


def test_that_a_chat_of_another_model_is_known(chats: ConversationList) -> None:
    own, former, unknown = (
        replace(chat(3), fingerprint=MODEL.fingerprint),
        replace(chat(2), fingerprint="0" * 64),
        chat(1),
    )
    chats.set_lines([own, former, unknown])
    assert not chats.is_of_another_model(2)  # no model is loaded
    chats.set_model(MODEL)
    assert [chats.is_of_another_model(number) for number in (3, 2, 1, 9)] == [False, True, False, False]


def test_that_pinned_chats_come_first_however_old_they_are(chats: ConversationList) -> None:
    chats.set_lines([chat(3), chat(2, days_ago=400, pinned=True), chat(1, days_ago=1)])
    assert shown(chats) == [("Pinned", 2), ("Today", 3), ("Yesterday", 1)]
    assert chats.index(0).data(ChatRole.IS_PINNED)
    assert ", pinned" in chats.index(0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_that_a_clock_that_jumps_splits_no_group(chats: ConversationList) -> None:
    chats.set_lines([chat(4, days_ago=1), chat(3, days_ago=-700), chat(2, days_ago=1), chat(1)])
    assert shown(chats) == [("Today", 3), ("", 1), ("Yesterday", 4), ("", 2)]


@pytest.mark.parametrize("moment", [float("nan"), float("inf"), -1e300, 1e300])
def test_that_a_moment_that_is_no_date_is_merely_earlier(moment: float) -> None:
    assert date_group(moment, date(2025, 6, 18))[1] in ("Earlier", "Today")


@pytest.mark.usefixtures("tokyo")
def test_that_days_are_those_of_the_place_where_the_person_is() -> None:
    last_minute_in_utc = datetime.fromisoformat("2025-06-17T23:59:00+00:00").timestamp()
    assert date_group(last_minute_in_utc, date(2025, 6, 18)) == (0, "Today")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2025-06-16", "This week"),
        ("2025-06-15", "Last week"),
        ("2025-06-09", "Last week"),
        ("2025-06-08", "Earlier this month"),
        ("2025-06-01", "Earlier this month"),
        ("2025-05-31", "May"),
        ("2025-01-01", "January"),
        ("2024-12-31", "2024"),
    ],
)
def test_that_a_day_is_in_the_group_that_people_would_say(day: str, words: str) -> None:
    assert date_group(datetime.fromisoformat(f"{day}T12:00").timestamp(), WEDNESDAY.date())[1] == words


def test_that_the_last_months_have_their_names_also_across_the_new_year() -> None:
    december = datetime(2024, 12, 5, 12).timestamp()
    assert [date_group(december, date(2025, month, 10))[1] for month in (2, 5, 6)] == ["December", "December", "2024"]


def test_that_years_stand_in_their_order(chats: ConversationList) -> None:
    chats.set_lines([chat(3, days_ago=900), chat(2, days_ago=400), chat(1, days_ago=1300)])
    assert shown(chats) == [("2024", 2), ("2022", 3), ("2021", 1)]


def test_that_older_groups_never_stand_above_newer_ones() -> None:
    today = WEDNESDAY.date()
    ranks = [date_group((WEDNESDAY - timedelta(days=days)).timestamp(), today)[0] for days in range(1500)]
    assert ranks == sorted(ranks)


def test_that_a_search_that_gives_as_many_as_it_can_does_not_say_that_these_are_all(chats: ConversationList) -> None:
    chats.show_found("dog", [chat(3), chat(2)], 2)
    assert shown(chats)[0] == ("The first 2 chats found", 3)
    chats.show_found("dog", [chat(3), chat(2)], 3)
    assert shown(chats)[0] == ("2 chats found", 3)


def test_that_a_search_shows_what_was_found_and_then_everything_again(chats: ConversationList) -> None:
    chats.set_lines([chat(3), chat(2), chat(1)])
    chats.show_found("dog", [chat(2)])
    assert shown(chats) == [("1 chat found", 2)]
    chats.set_lines([chat(3), chat(2, "renamed"), chat(1)])
    assert chats.index(0).data() == "renamed"
    chats.show_all()
    assert [key for _, key in shown(chats)] == [3, 2, 1]


def test_that_a_search_is_known_until_everything_is_shown_again(chats: ConversationList) -> None:
    told: list[str] = []
    chats.searched.connect(told.append)
    chats.set_lines([chat(2), chat(1)])
    for ends in (chats.show_all, lambda: chats.show_found(" ", [])):
        chats.show_found("dog", [chat(2)])
        assert (chats.search, chats.row_of(1)) == ("dog", None)
        ends()
        assert (chats.search, chats.row_of(1)) == ("", 1)
    chats.show_all()
    assert told == ["dog", "", "dog", ""]


def test_that_the_words_around_what_was_found_stand_in_the_line_until_the_search_ends(chats: ConversationList) -> None:
    chats.set_lines([chat(2), chat(1)])
    chats.show_found("dog", [replace(chat(1), snippet="the dog\nbarks"), chat(2, "a dog")])
    assert [heading for heading, _ in shown(chats)] == ["2 chats found", ""]
    roles = (ListRole.DETAIL, Qt.ItemDataRole.AccessibleDescriptionRole)
    assert [chats.index(0).data(role) for role in roles] == ["the dog barks"] * 2
    assert [chats.index(1).data(role) for role in roles] == ["1 turn · mneme-small", ""]
    chats.show_all()
    assert [chats.index(1).data(role) for role in roles] == ["1 turn · mneme-small", ""]


def test_that_other_words_around_what_was_found_in_the_same_chats_are_told(chats: ConversationList) -> None:
    chats.set_lines([chat(2), chat(1)])
    chats.show_found("dog", [replace(chat(2), snippet="a dog"), replace(chat(1), snippet="the dog barks")])
    told: list[int] = []
    chats.dataChanged.connect(lambda index: told.append(index.row()))
    chats.show_found("dog b", [replace(chat(2), snippet="a dog"), replace(chat(1), snippet="dog b, at last")])
    assert told == [1]
    assert chats.index(1).data(ListRole.DETAIL) == "dog b, at last"


def test_that_the_chat_that_was_open_and_the_one_that_is_are_told(chats: ConversationList) -> None:
    chats.set_lines([chat(3), chat(2), chat(1)])
    chats.set_current(3)
    told: list[int] = []
    switched: list[int | None] = []
    chats.dataChanged.connect(lambda index: told.append(index.row()))
    chats.current_changed.connect(lambda: switched.append(chats.current_row))
    chats.set_current(1)
    chats.set_current(1)
    assert (told, switched) == ([0, 2], [2])


def test_that_only_the_line_whose_words_changed_is_told(chats: ConversationList) -> None:
    chats.set_lines([chat(2), chat(1)])
    told: list[int] = []
    chats.dataChanged.connect(lambda index: told.append(index.row()))
    chats.set_lines([chat(2), chat(1, "renamed")])
    assert told == [1]
    line = chats.line(1)
    assert line is not None
    assert line.title == "renamed"


def test_that_a_chat_that_is_deleted_leaves_the_result_of_a_search(chats: ConversationList) -> None:
    chats.set_lines([chat(2), chat(1)])
    chats.show_found("dog", [chat(2), chat(1)])
    chats.set_lines([chat(1)])
    assert [key for _, key in shown(chats)] == [1]


def test_that_the_model_is_named_in_the_line_of_a_chat(chats: ConversationList) -> None:
    chats.set_lines([chat(1)])
    assert chats.index(0).data(ListRole.DETAIL) == "1 turn · mneme-small"


def test_that_the_model_of_the_list_is_sound(chats: ConversationList) -> None:
    tester = QAbstractItemModelTester(chats, QAbstractItemModelTester.FailureReportingMode.Fatal)
    chats.set_lines([chat(2), chat(1)])
    chats.show_found("x", [chat(1)])
    chats.show_all()
    chats.set_lines(())
    tester.deleteLater()


def test_that_ten_thousand_chats_are_in_order_within_a_moment(chats: ConversationList) -> None:
    lines = [chat(number, days_ago=(10_000 - number) / 10) for number in range(10_000, 0, -1)]
    began = time.thread_time()  # not by the wall: the machine may have other work
    chats.set_lines(lines)
    assert time.thread_time() - began < 0.5
    assert chats.row_of(10_000) == 0


def test_that_a_new_day_moves_the_chats_of_the_day_before_to_yesterday() -> None:
    moment = WEDNESDAY
    chats = ConversationList(now=lambda: moment.timestamp())
    chats.set_lines([chat(2), chat(1, days_ago=1)])
    resets: list[None] = []
    chats.modelReset.connect(lambda: resets.append(None))
    chats.keep_up()
    assert resets == []
    moment += timedelta(hours=15)
    chats.keep_up()
    assert shown(chats) == [("Yesterday", 2), ("This week", 1)]
