"""Why did it say that: from a word to its slots, from a slot to the words that wrote it, and back."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.engine.analysis.findings import Reads, Writes
from app.engine.analysis.inquiries import AskProvenance, AskReadHeads, AskReads, AskWrites
from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.models.selection import Selection
from app.paint.reading import strongest_cells
from app.theme import DARK, LIGHT, ThemeController, mixed
from app.views.inspector.analyses import Analyses
from app.views.inspector.export_views import figure_of
from app.views.inspector.lab.words import AnswerWords
from app.views.inspector.memory_map import MemoryMapView
from app.views.inspector.panel import InspectorPanel
from app.views.inspector.reading_light import ReadingLight
from app.views.inspector.slot_story import SlotStory
from app.views.inspector.style import turn_colour
from app.views.inspector.text_direction import apart, is_right_to_left, joined, visual_order
from app.views.inspector.word_area import WordArea
from app.views.inspector.word_flow import STRONGEST_ALPHA, Tint, WordFlow
from app.views.inspector.word_tints import read_tints
from app.views.inspector.words_view import WordsView
from rxt.events import frozen_array
from tests.app.contrast import contrast
from tests.app.inspector import fake_analyst
from tests.app.inspector.fake_analyst import FakeAnalyst
from tests.app.inspector.synthetic import conversation
from tests.app.lab.fake_analysis import reply_text

pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support")

LONG = "You told me that your name is Alice and that you live in Tokyo."


@pytest.fixture
def history() -> MemoryHistory:
    """Five turns; the last answer is a sentence of thirteen words."""
    initial, records = conversation(5)
    result = MemoryHistory()
    result.start(initial, (*records[:4], dataclasses.replace(records[4], answer=LONG)))
    return result


@pytest.fixture
def words(selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot) -> WordsView:
    view = show(WordsView(selection, analyses, themes, True), 560, 460)
    settle(view, analyses, analyst, qtbot)
    return view


def settle(view, analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot) -> None:
    """Everything that is wanted is asked and answered, and drawn."""
    for _ in range(3):
        qtbot.wait(5)
        view.flush()
        analyses.flush()
        analyst.answer()
    qtbot.wait(5)


def point_of(flow: WordFlow, token: int) -> QPoint:
    return flow.token_rect(token).center().toPoint()


def test_that_every_word_is_drawn_and_tinted_by_the_turn_it_read_most_from(
    words: WordsView, analyst: FakeAnalyst, themes: ThemeController
) -> None:
    reads = analyst.finding(AskReads(4))
    assert [words.flow.token_rect(token).isEmpty() for token in range(len(reads.spans))] == [False] * len(reads.spans)
    for tint, sources in zip(words.flow._tints, reads.sources, strict=True):
        turn = int(np.argmax(sources)) - 1
        assert tint.colour == turn_colour(themes.theme, turn)
        assert tint.label == str(turn + 1)
        assert "not proof" in tint.tip


def test_that_more_than_the_others_names_the_share_of_the_others_and_says_where_there_are_none() -> None:
    sources = frozen_array(np.array([[0.2, 0, 0.8], [0.8, 0, 0.2]]))
    weights = frozen_array(np.ones((2, 1, 1)))
    tips = [tint.tip for tint in read_tints(Reads(2, "a b", ((0, 1), (1, 3)), weights, sources), True, LIGHT)[0]]
    assert tips[0].startswith("80\u00a0% read from turn 2; the other words 20\u00a0%. ")
    assert tips[1].startswith("80\u00a0% read from the initial memory; the other words 20\u00a0%. ")
    (alone,) = read_tints(Reads(2, "a", ((0, 1),), weights[:1], sources[:1]), True, LIGHT)[0]
    assert alone.tip.startswith("There are no other words. ")
    assert alone.strength == 0


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_that_words_stay_readable_on_every_tint(theme) -> None:
    for colour in (*theme.series, theme.muted, theme.accent):
        ground = mixed(theme.surface, colour, STRONGEST_ALPHA / 255)
        assert contrast(theme.text, ground) >= 4.5


def test_that_pointing_at_a_word_selects_it_and_a_click_locks_it(
    words: WordsView, selection: Selection, qtbot: QtBot
) -> None:
    qtbot.mouseMove(words.flow, point_of(words.flow, 2))
    words.flow.hovered.emit(2)
    assert selection.token == (4, 2)
    qtbot.mouseClick(words.flow, Qt.MouseButton.LeftButton, pos=point_of(words.flow, 3))
    assert selection.locked == (4, 3)
    words.flow.hovered.emit(-1)
    assert selection.token == (4, 3)


def test_that_words_can_be_reached_with_the_keyboard(words: WordsView, selection: Selection, qtbot: QtBot) -> None:
    words.flow.setFocus()
    qtbot.keyClick(words.flow, Qt.Key.Key_Right)
    qtbot.keyClick(words.flow, Qt.Key.Key_Right)
    assert selection.token == (4, 1)
    qtbot.keyClick(words.flow, Qt.Key.Key_Return)
    assert selection.locked == (4, 1)
    qtbot.keyClick(words.flow, Qt.Key.Key_Escape)
    assert selection.locked is None


def test_that_what_a_word_read_is_had_with_the_keyboard_too(words: WordsView, qtbot: QtBot) -> None:
    whole = words.flow.accessibleDescription()
    words.flow.setFocus()
    qtbot.keyClick(words.flow, Qt.Key.Key_Right)
    assert words.flow.accessibleDescription() == f"“You”: {words.flow._tints[0].tip}"
    assert QToolTip.text() == words.flow._tints[0].tip
    words.setFocus()
    assert words.flow.accessibleDescription() == whole


def test_that_a_word_out_of_sight_is_shown_where_the_keyboard_goes_to_it(
    themes: ThemeController, show, qtbot: QtBot
) -> None:
    view, flow = QWidget(), WordFlow("Words", themes.theme)
    area = WordArea(flow, view)
    QVBoxLayout(view).addWidget(area)
    text = reply_text(f"{LONG} {LONG}")
    flow.set_words(text.text, text.spans, ())
    show(view, 200, 200)
    flow.setFocus()
    for _ in text.spans:
        qtbot.keyClick(flow, Qt.Key.Key_Right)
    last = flow.token_rect(len(text.spans) - 1).toAlignedRect()
    assert area.verticalScrollBar().value() > 0
    assert flow.visibleRegion().contains(last)


HEBREW = "שמך אליס ואת גרה בטוקיו"


def test_that_a_text_from_right_to_left_begins_at_the_right_and_arrows_go_where_they_point(
    themes: ThemeController, show, qtbot: QtBot
) -> None:
    flow = show(WordFlow("Words", themes.theme), 400, 60)
    text = reply_text(HEBREW)
    flow.set_words(text.text, text.spans, [Tint(themes.theme.accent, 0.5)] * len(text.spans))
    lefts = [flow.token_rect(token).left() for token in range(len(text.spans))]
    assert lefts == sorted(lefts, reverse=True)
    assert flow.token_rect(0).right() > 390
    flow.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right):
        qtbot.keyClick(flow, key)
    assert flow.accessibleDescription() == f"“{apart('אליס')}”"


def test_that_an_answer_of_the_lab_from_right_to_left_begins_at_the_right(
    themes: ThemeController, show, qtbot: QtBot
) -> None:
    answer = show(AnswerWords("Answer", themes.theme), 400, 140)
    text = reply_text(HEBREW)
    numbers = frozen_array(np.linspace(-1, 1, len(text.spans)))
    answer.show_answer(text, 1, (numbers, numbers))
    lefts = [box.left() for box in answer._boxes]
    assert lefts == sorted(lefts, reverse=True)
    answer.grab()
    answer.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(answer, key)
    assert answer.accessibleDescription() == answer.words_of(1)
    assert "אליס" in answer.accessibleDescription()


@pytest.mark.parametrize(
    ("text", "is_leftward"), [("", False), ("42 שנים", True), ("OK שלום", False), ("«مرحبا»", True), ("1, 2", False)]
)
def test_that_the_first_letter_says_where_a_text_begins(text: str, is_leftward: bool) -> None:
    assert is_right_to_left(text) is is_leftward


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (("אני", " גר", " ב", " New", " York", " מאז", " 20", "19"), [6, 7, 5, 3, 4, 2, 1, 0]),
        (("tea", " is", " תה", " ירוק", " here"), [0, 1, 3, 2, 4]),
        (("tea", " is", " green"), [0, 1, 2]),
    ],
)
def test_that_words_of_both_directions_stand_in_the_order_in_which_they_are_read(
    words: tuple[str, ...], order: list[int], themes: ThemeController, show
) -> None:
    is_leftward = is_right_to_left("".join(words))
    assert visual_order(words, is_leftward) == order
    ends = np.cumsum([len(word) for word in words]).tolist()
    flow = show(WordFlow("Words", themes.theme), 500, 60)
    spans = list(zip([0, *ends[:-1]], ends, strict=True))
    flow.set_words("".join(words), spans, [Tint(themes.theme.accent, 0.5)] * len(words))
    lefts = [flow.token_rect(token).left() for token in range(len(words))]
    assert sorted(range(len(words)), key=lefts.__getitem__) == order


def test_that_letters_of_a_divided_arabic_word_stay_joined_where_they_join() -> None:
    word = "سلام"
    assert joined(word, 0, 1) == "س\u200d"
    assert joined(word, 1, 3) == "\u200dلا"  # no letter joins to an alef before it
    assert joined(word, 3, 4) == "م"
    assert joined("a word", 0, 3) == "a w"


def test_that_a_word_of_the_other_direction_leaves_its_sentence_in_order(themes: ThemeController, show) -> None:
    answer = show(AnswerWords("Answer", themes.theme), 400, 140)
    numbers = frozen_array(np.zeros(len(HEBREW.split())))
    answer.show_answer(reply_text(HEBREW), None, (numbers, numbers))
    assert answer.words_of(0).startswith(f"“{apart('שמך')}”: log-probability")
    assert apart("שמך") == "\u2068שמך\u2069"
    assert apart("name") == "name"


def test_that_the_map_holds_the_weights_of_words_and_slots_for_all_layers_one_layer_and_one_head(
    words: WordsView, selection: Selection, analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    reads = analyst.finding(AskReads(4))
    assert np.allclose(words.panel.values, reads.weights.mean(axis=1))
    selection.choose_layer(2)
    settle(words, analyses, analyst, qtbot)
    assert np.array_equal(words.panel.values, reads.weights[:, 2])
    words.focus.head.setCurrentIndex(1)
    words.focus.head.activated.emit(1)
    settle(words, analyses, analyst, qtbot)
    assert np.array_equal(words.panel.values, analyst.finding(AskReadHeads(4)).weights[:, 2, 0])


def test_that_the_mean_of_all_heads_is_never_shown_as_one(
    words: WordsView, analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    words.focus.head.setCurrentIndex(1)
    words.focus.head.activated.emit(1)
    words.flush()
    assert words.panel.is_empty
    assert words.figure() is None
    settle(words, analyses, analyst, qtbot)
    assert not words.panel.is_empty
    figure = words.figure()
    assert figure is not None
    assert figure.turn == 3  # what was read is the memory before the turn
    assert figure.note == "All layers, head 0."


def test_that_long_words_are_cut_at_the_axis_alone(
    words: WordsView, history: MemoryHistory, analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    initial, records = conversation(1)
    history.start(initial, (dataclasses.replace(records[0], answer="understanding understandably"),))
    settle(words, analyses, analyst, qtbot)
    whole = ("understanding", "understandably")
    assert words.panel.map.getAxis("left").tickStrings([0, 1], 1, 1) == ["understa…"] * 2
    assert words.panel.table().rows == whole
    assert words.figure().panels[0].rows.labels == whole


def test_that_a_head_the_next_model_does_not_have_is_let_go(
    words: WordsView,
    history: MemoryHistory,
    analyses: Analyses,
    analyst: FakeAnalyst,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words.focus.head.setCurrentIndex(1)
    words.focus.head.activated.emit(1)
    settle(words, analyses, analyst, qtbot)
    words.focus.head.setCurrentIndex(2)
    words.focus.head.activated.emit(2)
    assert words.focus.chosen_head == 1
    monkeypatch.setattr(fake_analyst, "HEADS", 1)
    history.start(*conversation(5))
    settle(words, analyses, analyst, qtbot)
    assert words.focus.chosen_head is None
    assert [words.focus.head.itemText(row) for row in range(words.focus.head.count())] == ["all heads", "head 0"]
    assert words.focus.head.currentIndex() == 0
    assert np.allclose(words.panel.values, analyst.finding(AskReads(4)).weights.mean(axis=1))


def test_that_heads_are_only_asked_for_when_one_is_chosen(words: WordsView, analyst: FakeAnalyst) -> None:
    assert not any(isinstance(inquiry, AskReadHeads) for inquiry in analyst.asked)


def test_that_written_shows_the_words_the_selected_slot_was_written_from(
    words: WordsView, history: MemoryHistory, analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    words.side.choose("written")
    history.select_slot(1, 7)
    settle(words, analyses, analyst, qtbot)
    writes = analyst.finding(AskWrites(4))
    strengths = [tint.strength for tint in words.flow._tints]
    expected = writes.weights[1, 7] / writes.weights[1, 7].max()
    assert np.allclose(strengths, expected)
    first, answer = words.flow.token_rect(0), words.flow.token_rect(writes.answer_start)
    assert answer.top() > first.top()


def test_that_limits_of_the_word_map_do_not_shrink_while_turns_are_looked_through(
    words: WordsView, history: MemoryHistory, analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    highs = [words.panel.limits.high]
    for turn in (3, 2, 4):
        history.show_turn(turn)
        settle(words, analyses, analyst, qtbot)
        highs.append(words.panel.limits.high)
    assert highs == sorted(highs)


def test_that_an_older_turns_words_are_greyed_and_named_until_the_new_ones_are_known(
    words: WordsView, history: MemoryHistory, analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    history.show_turn(2)
    qtbot.wait(10)
    assert words.is_stale
    assert figure_of(words, history) is None  # it would be exported as that of the turn in view
    assert words.state.text() == "this is turn 5 · turn 3 is being looked into"
    settle(words, analyses, analyst, qtbot)
    assert not words.is_stale
    assert figure_of(words, history) is not None


def test_that_a_hidden_view_asks_nothing(
    words: WordsView, history: MemoryHistory, analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    words.hide()
    asked = len(analyst.asked)
    history.show_turn(1)
    qtbot.wait(10)
    analyses.flush()
    assert len(analyst.asked) == asked


def test_that_the_initial_memory_and_a_refusal_are_words(
    words: WordsView, history: MemoryHistory, analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    history.show_turn(INITIAL)
    qtbot.wait(10)
    assert words.is_empty
    words.empty.action.click()
    assert history.cursor == 0
    qtbot.wait(10)
    analyses.flush()
    analyst.refuse("The turn cannot be replayed.")
    qtbot.wait(10)
    assert words.empty.text == "The turn cannot be replayed."


def test_that_check_asks_for_the_proof_of_the_turn_in_view(
    words: WordsView, selection: Selection, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(selection.check_requested) as caught:
        words.check.click()
    assert caught.args == [4]


def test_that_a_words_slots_light_up_in_the_memory_map_wherever_it_is_pointed_at(
    history: MemoryHistory, selection: Selection, analyst: FakeAnalyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(InspectorPanel(history, themes, True, selection, analyst), 460, 800)
    selection.hover((4, 1))
    panel.analyses.flush()
    analyst.answer()
    expected = strongest_cells(analyst.finding(AskReads(4)).weights[1])
    assert panel.memory_map.panel.map.cells._lit == expected
    assert panel.memory_map.panel.readout.text().startswith("“told” read layer")
    selection.hover(None)
    assert panel.memory_map.panel.map.cells._lit == []


def test_that_the_map_says_how_much_of_what_a_word_read_the_framed_slots_hold(
    history: MemoryHistory, selection: Selection, analyst: FakeAnalyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(InspectorPanel(history, themes, True, selection, analyst), 460, 800)
    weights = np.full((13, 4, 32), 0.5 / 30)  # half of what is read lies in slots that are not framed
    weights[:, :, :2] = 0.3, 0.2
    weights[:, 1] = 0.3 / 30
    weights[:, 1, :2] = 0.4, 0.3
    whole = analyst.finding
    reads = dataclasses.replace(whole(AskReads(4)), weights=frozen_array(weights))
    analyst.finding = lambda inquiry: reads if isinstance(inquiry, AskReads) else whole(inquiry)
    selection.hover((4, 1))
    panel.analyses.flush()
    analyst.answer()
    readout = panel.memory_map.panel.readout
    assert readout.text() == "“told” read layer 1 · slot 0 most (40\u00a0%); all that are framed: 55\u00a0%"
    selection.choose_layer(2)
    assert (
        readout.text()
        == "In layer 2, “told” read slot 0 most (30\u00a0%); the framed ones hold 50\u00a0% of what it read there"
    )
    qtbot.keyClick(panel, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    assert panel.health.text().endswith("the framed ones hold 50\u00a0% of what the word read in layer 2.")
    selection.hover(None)
    assert panel.light.share == 0


def test_that_a_chosen_layer_is_named_at_the_map_and_let_go_there(
    history: MemoryHistory, selection: Selection, analyses: Analyses, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(MemoryMapView(history, themes, True), 480, 240)
    ReadingLight(selection, analyses, view)
    named = view.all_layers
    assert not named.isVisible()
    selection.choose_layer(1)
    assert named.text() == "layer 1 ×"
    assert named.accessibleName() == "Layer 1 is chosen: choose all layers"
    assert "↑" not in named.toolTip()  # in the map they go from slot to slot
    qtbot.waitUntil(lambda: named.visibleRegion().boundingRect() == named.rect())
    for width_px in (480, 360, 320):
        view.resize(width_px, 240)
        qtbot.wait(2)
        row = (named, view._order.combo, view.combo, view.help)
        ends = [part.geometry().right() for part in row]
        assert all(part.x() > end for part, end in zip(row[1:], ends, strict=False)), width_px
        assert named.width() >= named.sizeHint().width()
    qtbot.mouseClick(named, Qt.MouseButton.LeftButton)
    assert selection.layer is None
    assert not named.isVisible()


def test_that_all_heads_of_the_model_can_be_chosen_before_one_was(words: WordsView) -> None:
    assert words.focus.head.isVisible()
    offered = [words.focus.head.itemText(row) for row in range(words.focus.head.count())]
    assert offered == ["all heads", "head 0", "head 1"]


def test_that_no_head_is_offered_where_there_is_no_model_to_ask(
    words: WordsView,
    history: MemoryHistory,
    analyses: Analyses,
    analyst: FakeAnalyst,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fake_analyst, "HEADS", 0)
    history.start(*conversation(2))
    settle(words, analyses, analyst, qtbot)
    assert words.focus.head.count() == 1


@pytest.fixture
def marked(history: MemoryHistory, analyst: FakeAnalyst) -> Writes:
    """A turn as the tokenizer gives it, [BOS] [Q] two words [A] two words [EOS]; the marks have most attention."""
    text = "Hello thereDear Alice"
    spans = ((0, 0), (0, 0), (0, 5), (5, 11), (11, 11), (11, 15), (15, 21), (21, 21))
    weights = np.broadcast_to([0.4, 0.1, 0.05, 0.2, 0.1, 0.04, 0.01, 0.1], (4, 32, 8))
    found = Writes(4, text, spans, 5, frozen_array(weights), frozen_array(np.full((4, 32), 0.5)))
    whole = analyst.finding
    analyst.finding = lambda inquiry: found if isinstance(inquiry, AskWrites) else whole(inquiry)
    return found


def test_that_written_tints_the_strongest_word_most_and_tells_what_went_to_the_marks_around_the_words(
    marked: Writes, words: WordsView, analyses: Analyses, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    words.side.choose("written")
    settle(words, analyses, analyst, qtbot)
    strengths = [tint.strength for tint in words.flow._tints]
    assert strengths[3] == pytest.approx(1)
    assert strengths[2] == pytest.approx(0.25)
    assert max(strengths) <= 1
    went = "the strongest: 20\u00a0%; 70\u00a0% of the attention went to the marks around question and answer."
    assert words.legend.text().endswith(went)
    assert words.panel.table().rows == ("[BOS]", "[Q]", "Hello", "there", "[A]", "Dear", "Alice", "[EOS]")


def test_that_a_story_tells_what_went_to_the_marks_around_the_words(
    marked: Writes, history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    story = show(SlotStory(selection, analyses, themes), 460, 400)
    history.select_slot(2, 9)
    settle(story, analyses, analyst, qtbot)
    went = "(70\u00a0% of the attention went to the marks around question and answer):"
    assert story.written.text() == f"The words of turn 5 that were written into it {went}"


def test_that_a_slots_story_shows_the_turn_that_wrote_most_and_another_when_chosen(
    history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    story = show(SlotStory(selection, analyses, themes), 460, 400)
    assert "Click a cell" in story.empty.text
    history.select_slot(2, 9)
    settle(story, analyses, analyst, qtbot)
    shares = analyst.finding(AskProvenance(4)).shares[:, 2, 9]
    assert story.shown_turn == int(shares[1:].argmax())
    assert sum(share for _, share in story.bar.parts) == pytest.approx(1, abs=1e-3)
    other = (story.shown_turn + 1) % 5
    story.bar.chosen.emit(other)
    settle(story, analyses, analyst, qtbot)
    assert story.shown_turn == other
    assert AskWrites(other) in analyst.asked
    assert story.written.text() == f"The words of turn {other + 1} that were written into it:"


@pytest.mark.parametrize(
    ("life", "words"),
    [(34610.0, "kept so far: > 1000 turns."), (0.02, "kept so far: < 0.1 turns."), (np.inf, "Nothing of it fades.")],
)
def test_that_a_story_tells_half_lives_as_the_other_views_do(
    history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot,
    life: float, words: str,
) -> None:  # fmt: skip
    whole = analyst.finding

    def lasting(inquiry):
        found = whole(inquiry)
        if isinstance(inquiry, AskProvenance):
            return dataclasses.replace(found, half_life_of_slot=frozen_array(np.full((4, 32), life)))
        return found

    analyst.finding = lasting
    story = show(SlotStory(selection, analyses, themes), 460, 400)
    history.select_slot(2, 9)
    settle(story, analyses, analyst, qtbot)
    assert story.note.text().endswith(words)


def test_that_a_later_word_that_read_a_slot_leads_to_its_answer(
    history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    story = show(SlotStory(selection, analyses, themes), 460, 400)
    history.show_turn(3)
    reads = analyst.finding(AskReads(4))
    token, layer, slot = np.unravel_index(int(reads.weights.argmax()), reads.weights.shape)
    history.select_slot(int(layer), int(slot))
    settle(story, analyses, analyst, qtbot)
    start, end = reads.spans[token]
    assert story._readers[0].text() == LONG[start:end].strip()
    story._readers[0].click()
    assert history.cursor == 4
    assert selection.locked == (4, int(token))


def test_that_at_the_newest_turn_the_answers_since_the_writing_turn_are_searched(
    history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    story = show(SlotStory(selection, analyses, themes), 460, 400)
    reads = analyst.finding(AskReads(4))
    _, layer, slot = np.unravel_index(int(reads.weights.argmax()), reads.weights.shape)
    history.select_slot(int(layer), int(slot))
    settle(story, analyses, analyst, qtbot)
    story.bar.chosen.emit(1)
    settle(story, analyses, analyst, qtbot)
    assert {AskReads(2), AskReads(3), AskReads(4)} <= set(analyst.asked)
    assert story._readers[0].isVisible()
    assert story.later.text() == "Words of the answers to turns 3 to 5 that read it:"
    story.bar.chosen.emit(4)
    settle(story, analyses, analyst, qtbot)
    assert story.later.text() == "No answer after this turn has read it yet."


@pytest.mark.parametrize(("turn", "searched"), [(0, "the answers to turns 2 to 5"), (3, "the answer to turn 5")])
def test_that_a_story_names_the_answers_in_which_no_word_read_the_slot(
    history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot, monkeypatch,
    turn: int, searched: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("app.views.inspector.slot_story.readers", lambda *_, most: ())
    story = show(SlotStory(selection, analyses, themes), 460, 400)
    history.start(*conversation(7 if turn == 0 else 5))
    history.show_turn(turn)
    history.select_slot(2, 9)
    settle(story, analyses, analyst, qtbot)
    assert story.later.text() == f"No word of {searched} read it notably."


def test_that_a_story_says_why_its_words_are_not_known_and_does_not_wait_for_them(
    history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    story = show(SlotStory(selection, analyses, themes), 460, 400)
    history.show_turn(2)
    history.select_slot(2, 9)
    qtbot.wait(5)
    analyses.flush()
    ticket = next(ticket for ticket, asked in analyst.open.items() if isinstance(asked, AskProvenance))
    analyst.found.emit(ticket, analyst.finding(analyst.open.pop(ticket)))  # its words are asked for now
    qtbot.wait(5)
    analyses.flush()
    analyst.refuse("This recording does not hold them.")
    qtbot.wait(5)
    assert story.written.text() == "This recording does not hold them."
    assert story.later.text() == "Not every later answer could be searched. This recording does not hold them."


def test_that_a_slot_of_a_very_long_chat_is_not_said_to_be_zero(
    history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    initial, records = conversation(80)
    history.start(initial, records)
    whole = analyst.finding

    def even(inquiry):
        found = whole(inquiry)
        if isinstance(inquiry, AskProvenance):
            return dataclasses.replace(found, shares=frozen_array(np.full(found.shares.shape, 1 / 81)))
        return found

    analyst.finding = even
    story = show(SlotStory(selection, analyses, themes), 460, 400)
    history.select_slot(2, 9)
    settle(story, analyses, analyst, qtbot)
    assert "zero" not in story.note.text()
    assert story.bar.accessibleDescription().endswith("all others: 96\u00a0%")


def test_that_a_token_without_characters_of_its_own_is_not_drawn_twice(themes: ThemeController, show) -> None:
    flow = WordFlow("Words", themes.theme)
    flow.set_words("a€b", ((0, 1), (1, 2), (1, 2), (2, 3)), [Tint("#000000", 0.5)] * 4)
    show(flow, 200, 60)
    assert [flow.token_rect(token).isEmpty() for token in range(4)] == [False, False, True, False]
