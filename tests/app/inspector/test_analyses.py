"""What views want is asked once, only while somebody looks, and not while turns fly by."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.engine.analysis.inquiries import AskComparison, AskInfluence, AskReads, AskWrites, SnapshotMemory, TurnMemory
from app.models.memory_history import MemoryHistory
from app.views.inspector import analyses as module
from app.views.inspector.analyses import Analyses
from tests.app.inspector.fake_analyst import FakeAnalyst
from tests.app.inspector.synthetic import conversation


def test_that_what_two_views_want_is_asked_once(analyses: Analyses, analyst: FakeAnalyst) -> None:
    analyses.want("one", (AskReads(4),))
    analyses.want("two", (AskWrites(4), AskReads(4)))
    analyses.flush()
    assert analyst.asked == [AskReads(4), AskWrites(4)]


def test_that_only_the_turn_the_cursor_rests_on_is_asked_for(
    analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    for turn in range(5):
        analyses.want("view", (AskReads(turn),))
    assert analyst.asked == []
    qtbot.waitUntil(lambda: analyst.asked == [AskReads(4)])


def test_that_what_nobody_wants_any_more_is_cancelled(analyses: Analyses, analyst: FakeAnalyst) -> None:
    analyses.want("view", (AskReads(1), AskWrites(1)))
    analyses.flush()
    analyses.want("view", (AskWrites(1),))
    assert analyst.cancelled == [1]
    assert list(analyst.open.values()) == [AskWrites(1)]


def test_that_going_back_to_a_turn_asks_nothing_again(analyses: Analyses, analyst: FakeAnalyst) -> None:
    analyses.want("view", (AskReads(1),))
    analyses.flush()
    analyst.answer()
    analyses.want("view", (AskReads(2),))
    analyses.flush()
    analyses.want("view", (AskReads(1),))
    analyses.flush()
    assert analyses.finding(AskReads(1)).turn == 1
    assert analyst.asked == [AskReads(1), AskReads(2)]


def test_that_a_comparison_with_a_file_is_made_anew_the_next_time(analyses: Analyses, analyst: FakeAnalyst) -> None:
    asked = AskComparison(TurnMemory(1), SnapshotMemory(Path("/x/mixed.safetensors")))
    analyses.want("view", (asked,))
    analyses.flush()
    ticket, _ = analyst.open.popitem()
    analyst.found.emit(ticket, "of the first file")
    assert analyses.finding(asked) == "of the first file"
    analyses.want("view", ())
    analyses.want("view", (asked,))
    assert analyses.finding(asked) is None


def test_that_findings_nobody_looks_at_are_forgotten_above_the_budget(
    analyses: Analyses, analyst: FakeAnalyst, monkeypatch
) -> None:
    monkeypatch.setattr(module, "KEPT_BYTES", 10)
    analyses.want("view", (AskReads(1),))
    analyses.flush()
    analyst.answer()
    analyses.want("view", (AskReads(2),))
    assert analyses.finding(AskReads(1)) is None


def test_that_a_refusal_is_told_in_words_and_tried_again_on_the_next_look(
    analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    analyses.want("view", (AskReads(1),))
    analyses.flush()
    with qtbot.waitSignal(analyses.arrived):
        analyst.refuse("The model is gone.")
    assert analyses.refusal(AskReads(1)) == "The model is gone."
    analyses.want("view", ())
    analyses.want("view", (AskReads(1),))
    analyses.flush()
    assert analyst.asked == [AskReads(1), AskReads(1)]


def test_that_another_conversation_forgets_all_and_a_new_turn_what_was_about_the_whole(
    analyses: Analyses, analyst: FakeAnalyst, history: MemoryHistory
) -> None:
    analyses.want("view", (AskReads(1), AskInfluence()))
    analyses.flush()
    analyst.finding = lambda inquiry: analyst_reads(history, inquiry)  # type: ignore[method-assign]
    analyst.answer()
    history.add(conversation(6)[1][5])
    assert analyses.finding(AskInfluence()) is None
    assert analyses.finding(AskReads(1)) is not None
    history.start(*conversation(3))
    assert analyses.finding(AskReads(1)) is None


def analyst_reads(history: MemoryHistory, _inquiry: object) -> object:
    return FakeAnalyst(history).finding(AskReads(1))


def test_that_what_the_analyst_called_off_by_itself_is_asked_again(analyses: Analyses, analyst: FakeAnalyst) -> None:
    analyses.want("view", (AskReads(1),))
    analyses.flush()
    analyst.open.clear()  # as when another path was opened
    analyst.origin_changed.emit()
    analyses.flush()
    assert analyst.asked == [AskReads(1), AskReads(1)]
