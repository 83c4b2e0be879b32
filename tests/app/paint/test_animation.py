"""A conversation as moving pictures."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.paint.animation import BETWEEN, Storyboard, frame, gif, png_files, size_of, steps
from app.paint.limits import Limits
from app.paint.quantity import CHANGE, COSINE, ConversationRange, memory_change
from tests.app.inspector.synthetic import conversation


@pytest.fixture
def board(qapp: QApplication) -> Storyboard:
    initial, records = conversation(3)
    return Storyboard(
        "A chat", CHANGE, ConversationRange().limits(CHANGE, initial, records),
        tuple(record.change for record in records), tuple(f"Turn {record.turn + 1}" for record in records),
        tuple(memory_change(record) for record in records), "mneme-tiny",
    )  # fmt: skip


def test_that_every_single_written_slot_is_seen_where_slots_outnumber_pixels(qapp: QApplication) -> None:
    def pixels(values: np.ndarray) -> np.ndarray:
        board = Storyboard("One", CHANGE, Limits(0, 1), (values,), ("Turn 1",), (1.0,))
        drawn = frame(board, 0)
        return np.frombuffer(drawn.constBits(), np.uint8).copy()

    still = np.zeros((14, 1024), np.float32)
    nothing = pixels(still)
    for slot in (0, 1, *range(7, 1024, 51), 1023):
        values = still.copy()
        values[slot % 14, slot] = 1
        assert np.abs(pixels(values).astype(int) - nothing).max() > 100, slot


def test_that_a_gif_holds_every_turn_and_repeats(board: Storyboard) -> None:
    told: list[float] = []
    with Image.open(io.BytesIO(gif(board, False, 400, told.append))) as image:
        assert image.n_frames == 3  # type: ignore[attr-defined]
        assert image.info["loop"] == 0
        assert image.info["duration"] == 400
        assert (image.width, image.height) == (size_of(board).width(), size_of(board).height())
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Hi, my name is Alice.", "Hi, my name is Alice. - mneme-tiny, Mneme 0.1.0"),
        ("Гроза в мае", "Гроза в мае - mneme-tiny, Mneme 0.1.0"),
        ("雷" * 300, f"{'雷' * 120}... - mneme-tiny, Mneme 0.1.0"),
    ],
)
def test_that_the_words_in_a_gif_can_be_read_in_any_language(board: Storyboard, title: str, words: str) -> None:
    named = replace(board, title=title, foot="mneme-tiny · Mneme 0.1.0")
    with Image.open(io.BytesIO(gif(named, False, 400, lambda _: None))) as image:
        assert image.info["comment"].decode("utf-8") == words


def test_that_the_pictures_of_a_gif_look_as_they_are_drawn(board: Storyboard) -> None:
    with Image.open(io.BytesIO(gif(board, False, 400, lambda _: None))) as image:
        for turn in range(3):
            image.seek(turn)
            shown = np.asarray(image.convert("RGB"), np.int16)
            drawn = frame(board, turn).convertToFormat(QImage.Format.Format_RGB888)
            rows = np.frombuffer(drawn.constBits(), np.uint8).reshape(drawn.height(), drawn.bytesPerLine())
            pixels = rows[:, : 3 * drawn.width()].reshape(drawn.height(), drawn.width(), 3).astype(np.int16)
            assert np.abs(shown - pixels).mean() < 2  # of 255: the palette is close to every colour


def test_that_flowing_pictures_lie_between_the_turns(board: Storyboard) -> None:
    wanted = steps(board, True)
    assert len(wanted) == 2 * BETWEEN + 1
    assert wanted[-1] == (2, 0.0)
    middle = board.heat(0, 0.5).values
    assert np.allclose(middle, (board.values[0] + board.values[1]) / 2)


@pytest.mark.parametrize(
    ("flows", "turn_ms", "durations"),
    [(False, 400, [400, 400, 800]), (True, 400, [100] * 8 + [800]), (True, 40, [20] * 8 + [80])],
)
def test_that_a_turn_is_seen_for_its_time_however_many_pictures_it_has_and_the_last_one_longer(
    board: Storyboard, flows: bool, turn_ms: int, durations: list[int]
) -> None:
    with Image.open(io.BytesIO(gif(board, flows, turn_ms, lambda _: None))) as image:
        seen = []
        for number in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            seen.append(image.info["duration"])
    assert seen == durations


def test_that_a_map_of_a_turn_has_the_colours_of_its_measure_and_the_last_turn_goes_nowhere(board: Storyboard) -> None:
    turned = replace(board, measure=COSINE)
    heat = turned.heat(2, 0.5)
    assert (heat.neutral, heat.is_reversed, heat.is_diverging) == (
        COSINE.neutral, COSINE.is_reversed, COSINE.scale == "diverging",
    )  # fmt: skip
    assert heat.values is board.values[2]
    assert heat.limits == board.limits


def test_that_the_turn_in_view_is_said_and_its_bar_is_another_than_before(board: Storyboard) -> None:
    still = replace(board, values=board.values[:1] * 3, words=("",) * 3)
    drawn = [frame(still, turn) for turn in range(3)]
    assert drawn[0] != drawn[1]
    assert drawn[1] != drawn[2]
    assert frame(replace(still, words=("a", "b", "c")), 0) != drawn[0]


def test_that_a_sequence_is_numbered_png_files_in_order(board: Storyboard) -> None:
    files = list(png_files(board, False))
    assert [name for name, _ in files] == ["memory-0000.png", "memory-0001.png", "memory-0002.png"]
    assert all(QImage.fromData(made).size() == size_of(board) for _, made in files)


def test_that_whoever_calls_it_off_ends_it(board: Storyboard) -> None:
    class Off(Exception):
        pass

    def tell(_share: float) -> None:
        raise Off

    with pytest.raises(Off):
        gif(board, True, 400, tell)


def test_that_one_turn_and_nan_can_be_played(qapp: QApplication) -> None:
    values = np.full((2, 4), np.nan, np.float32)
    board = Storyboard("One", CHANGE, Limits(0, 1), (values,), ("Turn 1",), (float("nan"),))
    with Image.open(io.BytesIO(gif(board, True, 400, lambda _: None))) as image:
        assert image.n_frames == 1  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="at least one turn"):
        Storyboard("None", CHANGE, Limits(0, 1), (), (), ())
