"""Figures leave as pictures and as numbers: whole, stamped, exact, and without a widget."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.paint.colormap import INVALID_RGBA, lookup_table
from app.paint.export_axes import WHITE, Frame, paper_of, value_range
from app.paint.export_data import COLUMNS, data
from app.paint.export_drawing import MOST_HEIGHT, PICTURE_FORMATS, PictureFormat, page_size, picture
from app.paint.export_panels import draw_panel
from app.paint.figure import Axis, Bars, Figure, Heat, Line, Lines, Panel, Picture, Table, layer_axis
from app.paint.limits import Limits
from app.paint.stamp import Stamp, limits_words, turn_words
from app.theme import DARK
from tests.reference.lab import nearest_colour

STAMP = Stamp("mneme-tiny", "ab12" * 16, "9.9.9", "2026-01-02T03:04:05+00:00", "My name is Alice")
FACTS = ("mneme-tiny", "ab12" * 16, "after turn 4", "change 0.00 to 4.00", "Mneme 9.9.9")


def heat(rows: int = 3, columns: int = 5, **changes: Any) -> Heat:
    values = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns) / (rows * columns) * 4
    return Heat("Map", values, Axis("layer"), Axis("slot"), Limits(0, 4), "change", **changes)


def figure(*panels: Any) -> Figure:
    words = ("Your", "name", "is", "Alice", ".")
    line = Line("as it is", np.arange(3.0), np.array([1, 0.5, np.nan]), np.zeros(3), np.ones(3))
    every = panels or (
        heat(),
        Lines("Recall", (line,), Axis("turns"), Axis("share"), Limits(0, 1)),
        Bars("Words", (("edited", np.array([-1.5, 0, 0.5, -2, np.nan])),), Axis("word", words), Axis("nats")),
        Picture("Screen", np.full((4, 6, 4), 200, np.uint8), np.eye(2), (Axis("y"), Axis("x"))),
    )
    return Figure("A & B <map>", every, 3, "What must be known.")


@pytest.mark.parametrize("form", PICTURE_FORMATS)
def test_that_a_picture_is_a_whole_file_of_its_kind(qapp: QApplication, form: PictureFormat) -> None:
    made = picture(figure(), STAMP, form)
    match form:
        case "png":
            image = QImage.fromData(made)
            assert image.width() in (760 * 3, 1060 * 3)
            assert image.height() <= MOST_HEIGHT * image.width() + 3
            assert image.text("memory sha256") == "ab12" * 16
            assert all(any(fact in image.text(key) for key in image.textKeys()) for fact in FACTS)
        case "svg":
            root = ElementTree.fromstring(made)  # noqa: S314 - our own file
            words = "".join(root.itertext())
            assert all(fact in words for fact in FACTS)
            assert "A & B <map>" in words
        case "pdf":
            assert made.startswith(b"%PDF-")
            assert made.rstrip().endswith(b"%%EOF")


def test_that_a_picture_is_of_the_size_of_its_page_in_print_and_in_the_colours_of_its_paper(qapp: QApplication) -> None:
    small = Figure("T", (heat(),))
    size, dark = page_size(small, STAMP), paper_of(DARK)
    image = QImage.fromData(picture(small, STAMP, "png", dark))
    assert (image.width(), image.height()) == (3 * round(size.width()), 3 * round(size.height()))
    assert round(image.dotsPerMeterX() * 0.0254) == round(image.dotsPerMeterY() * 0.0254) == 3 * 96
    assert image.pixelColor(5, 5).name() == QColor(dark.ground).name()
    root = ElementTree.fromstring(picture(small, STAMP, "svg"))  # noqa: S314 - our own file
    assert root.attrib["viewBox"] == f"0 0 {round(size.width())} {round(size.height())}"
    assert f"/MediaBox [0 0 {round(0.75 * size.width())}" in picture(small, STAMP, "pdf").decode("latin-1")


def test_that_a_figure_without_panels_and_an_unknown_form_are_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="at least one panel"):
        picture(Figure("Empty", ()), STAMP, "png")
    with pytest.raises(ValueError, match="gif"):
        picture(figure(), STAMP, "gif")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="xlsx"):
        data(figure(), STAMP, "xlsx")  # type: ignore[arg-type]


def _cells(drawn: Panel) -> tuple[QImage, Frame]:
    image = QImage(700, 300, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    frame = draw_panel(painter, WHITE, drawn, QRectF(0, 0, 700, 300))
    painter.end()
    return image, frame


def test_that_every_cell_has_the_colour_of_its_value(qapp: QApplication) -> None:
    drawn = heat()
    image, frame = _cells(drawn)
    table = lookup_table("cividis")
    for row in range(3):
        for column in range(5):
            at = frame.point(column, row).toPoint()
            expected = nearest_colour(float(drawn.values[row, column]), 0, 4, table)
            assert list(image.pixelColor(at).getRgb())[:3] == expected[:3]


def test_that_nan_is_marked_and_what_is_empty_by_definition_is_blank(qapp: QApplication) -> None:
    values = np.zeros((2, 2), np.float32)
    values[0, 1] = np.nan
    empty = np.array([[False, False], [True, False]])
    drawn = Heat("Map", values, Axis("a"), Axis("b"), Limits(0, 1), empty=empty)
    image, frame = _cells(drawn)
    assert image.pixelColor(frame.point(1, 0).toPoint()).getRgb()[:3] == INVALID_RGBA[:3]
    assert image.pixelColor(frame.point(0, 1).toPoint()).getRgb()[:3] == (255, 255, 255)


def test_that_rows_and_columns_beyond_the_pixels_share_one_and_blank_ones_stay_blank(qapp: QApplication) -> None:
    values = np.zeros((900, 2000), np.float32)
    values[457, 1203] = -3
    empty = np.zeros(values.shape, bool)
    empty[:, :1000] = True
    drawn = Heat("Map", values, Axis("a"), Axis("b"), Limits(-3, 3), empty=empty)
    image, frame = _cells(drawn)
    at = frame.point(1203, 457).toPoint()
    around = {
        image.pixelColor(at.x() + x, at.y() + y).getRgb()[:3] for x in (-1, 0, 1) for y in (-1, 0, 1)
    }  # fmt: skip
    assert tuple(lookup_table("cividis")[0, :3].tolist()) in around
    assert image.pixelColor(frame.point(500, 457).toPoint()).getRgb()[:3] == (255, 255, 255)


def _words(*drawn: Any) -> str:
    root = ElementTree.fromstring(picture(Figure("T", drawn), STAMP, "svg"))  # noqa: S314 - our own file
    return "".join(root.itertext())


def test_that_kinds_have_their_colours_and_a_legend_in_place_of_a_scale(qapp: QApplication) -> None:
    kinds = (("#ff0000", "7 well"), ("#00ff00", "2 ill"), ("#0000ff", "0 dead"))
    drawn = replace(heat(1, 3), values=np.array([[0.0, 1.0, 2.0]]), limits=Limits(0, 2), kinds=kinds)
    image, frame = _cells(drawn)
    found = [image.pixelColor(frame.point(place, 0).toPoint()).name() for place in range(3)]
    assert found == [shade for shade, _ in kinds]
    words = _words(drawn)
    assert all(name in words for _, name in kinds)
    assert "2.00" not in words
    assert limits_words((drawn,)) == ""


def _table(layers: int) -> Table:
    values = np.arange(2.0 * layers).reshape(2, layers)
    words = (("0.1",) * layers, ("> 1000",) * layers)
    return Table("Numbers", values, words, Axis("number", ("kept", "half-life")), layer_axis(layers), ("", "turns"))


def test_that_a_table_is_written_as_it_is_read_and_turned_where_it_is_too_wide(qapp: QApplication) -> None:
    words = _words(_table(3))
    assert words.count("> 1000") == 3
    assert "layer 2" in words
    size = page_size(Figure("T", (_table(40),)), STAMP)
    assert size.height() > 40 * 15
    assert "layer 39" in _words(_table(40))
    assert page_size(Figure("T", (_table(3),)), STAMP).height() < 300


def test_that_many_panels_stand_in_columns_of_a_page(qapp: QApplication) -> None:
    bars = Bars("Bars", (("share", np.ones(4)),), Axis("layer"), Axis("share"))
    for count in range(1, 13):
        size = page_size(Figure("T", (bars,) * count), STAMP)
        assert size.height() <= MOST_HEIGHT * size.width()


def test_that_the_words_of_a_maps_columns_take_no_room_from_its_cells(qapp: QApplication) -> None:
    asked = tuple(f"{turn} · What is my name and where do I live?" for turn in range(1, 6))
    drawn = replace(heat(5, 5), rows=Axis("turn left out", asked), columns=Axis("answer of turn", asked))
    plain = page_size(Figure("T", (heat(5, 5),)), STAMP)
    assert page_size(Figure("T", (drawn,)), STAMP).height() > plain.height() + 60


def test_that_names_leave_the_most_of_a_narrow_map_to_its_cells(qapp: QApplication) -> None:
    asked = tuple(f"{turn} · What is my name and where do I live?" for turn in range(1, 7))
    drawn = replace(heat(6, 6), rows=Axis("turn left out", asked, 1), columns=Axis("answer of turn", asked, 1))
    cells = []
    for words in (drawn, replace(drawn, columns=Axis("answer of turn", start=1))):
        image = QImage(300, 300, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        cells.append(draw_panel(painter, WHITE, words, QRectF(0, 0, 300, 300)).rect)
        painter.end()
    assert cells[0].left() <= 300 / 3 + 28  # beside the caption
    assert cells[0].width() > 80
    assert cells[0] == cells[1]  # columns have their numbers alone


def test_that_slots_are_counted_in_powers_of_two_as_on_the_screen(qapp: QApplication) -> None:
    wide = Heat("Map", np.zeros((2, 384), np.float32), Axis("layer"), Axis("slot"), Limits(0, 1))
    root = ElementTree.fromstring(picture(Figure("T", (wide,)), STAMP, "svg"))  # noqa: S314 - our own file
    texts = {(node.text or "").strip() for node in root.iter() if node.tag.endswith("text")}
    assert {"32", "64", "352"} <= texts
    assert "20" not in texts


def test_that_an_end_of_the_colour_bar_says_that_values_lie_beyond_it(qapp: QApplication) -> None:
    assert {"≤", "≥"}.isdisjoint(_words(heat()))
    low = replace(heat(), values=np.array([[-6.2, 0.2], [np.inf, 5.0]]), limits=Limits(-0.212, 0.212))
    low = replace(low, empty=np.array([[False, False], [False, True]]))
    assert "≤ −0.212" in _words(low)
    assert "≥" not in _words(low)
    assert "≥ 2.00" in _words(replace(heat(), limits=Limits(0, 2)))


def test_that_bars_stand_on_zero_beside_each_other(qapp: QApplication) -> None:
    series = (("first", np.array([2.0, -1.0])), ("second", np.array([1.0, np.nan])))
    drawn = Bars("Bars", series, Axis("place"), Axis("nats"))
    image, frame = _cells(drawn)
    first, second = (QColor(WHITE.colour(index)).name() for index in range(2))
    for x, y, colour in (
        (-0.2, 1.7, first), (0.2, 0.7, second), (0.2, 1.7, "#ffffff"), (-0.2, -0.3, "#ffffff"),
        (0.8, -0.7, first), (0.8, 0.3, "#ffffff"), (1.2, -0.7, "#ffffff"),
    ):  # fmt: skip
        assert image.pixelColor(frame.point(x, y).toPoint()).name() == colour, (x, y)
    words = _words(drawn)
    assert "first" in words
    assert "second" in words


def test_that_lines_have_their_intervals_round_numbers_and_names_where_there_are_several(qapp: QApplication) -> None:
    line = Line("one", np.arange(3.0), np.full(3, 0.25), np.zeros(3), np.ones(3))
    other = Line("another", np.arange(3.0), np.full(3, 0.6))
    axes = {"x": Axis("turns"), "y": Axis("share", unit="%"), "limits": Limits(0, 1)}
    image, frame = _cells(Lines("Plot", (line,), **axes))
    bare, _ = _cells(Lines("Plot", (replace(line, low=None, high=None),), **axes))
    at = frame.point(1, 0.93).toPoint()
    assert image.pixelColor(at).lightnessF() < 0.9
    assert bare.pixelColor(at).name() == "#ffffff"
    alone, both = _words(Lines("Plot", (line,), **axes)), _words(Lines("Plot", (line, other), **axes))
    assert "another" in both
    assert "one" not in alone.replace("mneme", "")
    assert all(words in alone for words in ("share (%)", "0.5", "1.0"))


def test_that_no_line_leads_over_a_gap(qapp: QApplication) -> None:
    seen = []
    for middle in (0.5, np.nan, np.inf):
        line = Line("one", np.arange(5.0), np.array([0.77, 0.77, middle, 0.77, 0.77]))
        image, frame = _cells(Lines("Plot", (line,), Axis("turns"), Axis("share"), Limits(0, 1)))
        ends = [image.pixelColor(frame.point(x, 0.77).toPoint()).lightnessF() < 0.8 for x in (0.5, 2.0, 3.5)]
        seen.append((*ends, image.pixelColor(frame.point(1.5, 0.635).toPoint()).lightnessF() < 0.8))
    assert seen == [(True, False, True, True), *[(True, False, True, False)] * 2]


def test_that_colours_of_series_come_again_and_values_have_air_but_below_zero() -> None:
    assert WHITE.colour(len(WHITE.series) + 1) == WHITE.colour(1)
    assert value_range(Limits(0, 2), True) == (0, 2.1)
    assert value_range(Limits(0, 2)) == (-0.1, 2.1)
    assert value_range(Limits(-1, 1), True) == (-1.1, 1.1)


@given(x=st.floats(-5, 5), y=st.floats(-5, 5))
def test_that_a_frame_finds_the_value_of_every_point(x: float, y: float) -> None:
    frame = Frame(QRectF(10, 20, 300, 200), (-5.0, 5.0), (5.0, -5.0))
    found = frame.value(frame.point(x, y))
    assert found == pytest.approx((x, y), abs=1e-6)


def _rows(made: bytes) -> tuple[list[str], list[dict[str, str]]]:
    lines = made.decode("utf-8").splitlines()
    head = [line for line in lines if line.startswith("# ")]
    return head, list(csv.DictReader(line for line in lines if not line.startswith("# ")))


def test_that_the_csv_holds_every_number_exactly_and_says_where_it_is_from() -> None:
    head, rows = _rows(data(figure(), STAMP, "csv"))
    assert all(any(fact in line for line in head) for fact in FACTS)
    assert tuple(rows[0]) == COLUMNS
    cells = [row for row in rows if row["panel"] == "Map"]
    values = np.array([np.float32(row["value"]) for row in cells]).reshape(3, 5)
    assert np.array_equal(values, heat().values)
    bars = {row["column label"]: row["value"] for row in rows if row["panel"] == "Words"}
    assert bars["Alice"] == "-2.0"
    assert bars["."] == "nan"
    recall = [row for row in rows if row["panel"] == "Recall"]
    assert (recall[0]["low"], recall[0]["high"]) == ("0.0", "1.0")


def test_that_the_csv_names_axes_and_units() -> None:
    made = figure(
        heat(), Bars("Words", (("edited", np.zeros(1)),), Axis("word", ("a",)), Axis("change", unit="nats")), _table(2)
    )
    _, rows = _rows(data(made, STAMP, "csv"))
    assert {(row["row axis"], row["column axis"]) for row in rows if row["panel"] == "Map"} == {("layer", "slot")}
    assert [(row["column axis"], row["unit"]) for row in rows if row["panel"] == "Words"] == [("word", "nats")]
    lives = [row for row in rows if row["series"] == "half-life"]
    assert [(row["column axis"], row["column"], row["value"], row["unit"]) for row in lives] == [
        ("layer", "0", "2.0", "turns"), ("layer", "1", "3.0", "turns"),
    ]  # fmt: skip


def test_that_distances_stand_in_the_csv_as_they_are_and_not_as_places() -> None:
    line = Line("as it is", np.arange(3.0), np.ones(3))
    _, rows = _rows(data(figure(Lines("Recall", (line,), Axis("turns", ("1", "2", "4")), Axis("share"))), STAMP, "csv"))
    assert [row["column"] for row in rows] == ["1", "2", "4"]


def test_that_places_of_a_line_are_counted_from_where_their_axis_starts() -> None:
    line = Line("mean", np.arange(2.0), np.ones(2))
    _, rows = _rows(data(figure(Lines("Gates", (line,), Axis("turn", ("3", "4"), 3), Axis("g"))), STAMP, "csv"))
    assert [(row["column"], row["column label"]) for row in rows] == [("3", "3"), ("4", "4")]


def test_that_places_in_the_csv_are_counted_from_where_their_axes_start() -> None:
    drawn = replace(heat(1, 2), rows=Axis("turn", ("Hi",), 3), columns=Axis("slot", start=5))
    bars = Bars("Bars", (("share", np.ones(1)),), Axis("turn", start=7), Axis("share"))
    _, rows = _rows(data(Figure("T", (drawn, bars)), STAMP, "csv"))
    places = ("row", "row label", "column", "column label")
    assert [tuple(row[name] for name in places) for row in rows] == [
        ("3", "Hi", "5", ""), ("3", "Hi", "6", ""), ("", "", "7", "7"),
    ]  # fmt: skip


def test_that_what_lies_between_places_or_on_none_keeps_its_number_in_the_csv() -> None:
    line = Line("line", np.array([0.5, 1.0]), np.array([2.0, 3.0]), None, np.array([4.0, np.nan]))
    lines = Lines("Lines", (line,), Axis("layer", ("first", "second"), 1), Axis("share"))
    seen = Picture("Seen", np.zeros((1, 1, 4), np.uint8), np.array([7.0, 8.0]))
    _, rows = _rows(data(Figure("T", (lines, seen)), STAMP, "csv"))
    names = ("panel", "column", "column label", "value", "low", "high")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("Lines", "0.5", "", "2.0", "", "4.0"), ("Lines", "2", "second", "3.0", "", "nan"),
        ("Seen", "0", "", "7.0", "", ""), ("Seen", "1", "", "8.0", "", ""),
    ]  # fmt: skip


def test_that_the_npz_holds_tables_with_their_units_and_what_has_no_name() -> None:
    nameless = Picture("…", np.zeros((1, 1, 4), np.uint8), np.eye(2), (Axis("y"), Axis("x")))
    with np.load(io.BytesIO(data(Figure("T", (_table(2), nameless)), STAMP, "npz")), allow_pickle=False) as found:
        assert found["numbers/half-life"].tolist() == [2.0, 3.0]
        assert np.array_equal(found["panel/value"], np.eye(2))
        axes = json.loads(str(found["about"]))["axes"]["numbers/half-life"]
    assert [(axis["name"], axis["unit"]) for axis in axes] == [("layer", ""), ("half-life", "turns")]


def test_that_a_title_with_line_breaks_stays_in_its_line_of_the_csv() -> None:
    stamp = Stamp("m\nodel", "", "1", "now", "a\r\n# b")
    head, rows = _rows(data(Figure("x\ny", (heat(),)), stamp, "csv"))
    assert "# title: x y" in head
    assert len(rows) == 15


def test_that_the_npz_holds_the_arrays_their_axes_and_the_stamp() -> None:
    with np.load(io.BytesIO(data(figure(), STAMP, "npz")), allow_pickle=False) as found:
        assert np.array_equal(found["map/change"], heat().values)
        assert np.isnan(found["words/edited"][4])
        assert np.array_equal(found["recall/0-as it is/low"], np.zeros(3))
        about = json.loads(str(found["about"]))
    assert about["stamp"]["memory sha256"] == "ab12" * 16
    assert [axis["name"] for axis in about["axes"]["map/change"]] == ["layer", "slot"]
    assert about["axes"]["words/edited"][0]["labels"][3] == "Alice"


def test_that_axes_in_the_npz_say_where_they_start_and_their_unit() -> None:
    line = Line("mean", np.arange(2.0), np.ones(2))
    late = figure(Lines("Gates", (line,), Axis("turn", start=21), Axis("time", unit="ms")))
    with np.load(io.BytesIO(data(late, STAMP, "npz")), allow_pickle=False) as found:
        axes = json.loads(str(found["about"]))["axes"]
    assert axes["gates/0-mean/x"] == [{"name": "turn", "labels": [], "start": 21, "unit": ""}]
    assert axes["gates/0-mean/y"] == [{"name": "time", "labels": [], "start": 0, "unit": "ms"}]


def test_that_panels_of_one_name_do_not_hide_each_other_in_the_npz() -> None:
    two = Figure("Two", (heat(), heat(2, 2)))
    with np.load(io.BytesIO(data(two, STAMP, "npz")), allow_pickle=False) as found:
        assert sorted(found.files) == ["about", "map-2/change", "map/change"]


def test_that_series_of_one_name_do_not_hide_each_other_in_the_npz() -> None:
    bars = Bars(
        "Words", tuple((name, np.full(1, n)) for n, name in enumerate(("a/b", "a-b", "a-b-2"))), Axis("w"), Axis("y")
    )
    with np.load(io.BytesIO(data(Figure("T", (bars,)), STAMP, "npz")), allow_pickle=False) as found:
        axes = json.loads(str(found["about"]))["axes"]
        assert {name: found[name].item() for name in axes} == {"words/a-b": 0, "words/a-b-2": 1, "words/a-b-2-2": 2}


def test_that_the_stamp_says_turns_as_people_count_them() -> None:
    assert [turn_words(turn) for turn in (-1, 0, None)] == [
        "before the first turn", "after turn 1", "the whole conversation",
    ]  # fmt: skip
    assert limits_words((heat(), heat())) == "change 0.00 to 4.00"
    assert STAMP.line(figure()).startswith("mneme-tiny · memory ab12ab12ab12 · after turn 4 · change 0.00 to 4.00")


def test_that_a_percentage_stays_with_its_sign_in_the_facts() -> None:
    told = replace(figure(), note="Turn 3 rewrote 41\u00a0%\nof   slots")
    assert STAMP.facts(told)["note"] == "Turn 3 rewrote 41\u00a0% of slots"


def test_that_the_facts_of_a_figure_leave_out_what_is_empty() -> None:
    lines = Lines("Lines", (), Axis("turn"), Axis("share"), Limits(-1, 1))
    plain = Figure("T", (heat(), lines, replace(lines, y=Axis("other"), limits=None)))
    stamp = Stamp("m", "", "1.0", "now")
    assert stamp.facts(plain) == {
        "title": "T", "model": "m", "turn": "the whole conversation",
        "limits": "change 0.00 to 4.00, share −1.00 to 1.00", "made with": "Mneme 1.0", "made": "now",
    }  # fmt: skip
    assert stamp.line(plain) == (
        "m · the whole conversation · change 0.00 to 4.00, share −1.00 to 1.00 · Mneme 1.0 · now"
    )
    assert STAMP.facts(figure())["note"] == "What must be known."


def test_that_a_figure_of_nothing_in_the_chat_bears_no_facts_of_it() -> None:
    made_up = replace(figure(), is_of_chat=False)
    assert {"conversation", "turn", "memory sha256"}.isdisjoint(STAMP.facts(made_up))
    assert {"conversation", "turn", "memory sha256"} <= set(STAMP.facts(figure()))
    assert STAMP.line(made_up).startswith("mneme-tiny · change 0.00 to 4.00")


def test_that_very_many_dots_are_drawn_where_they_lie_and_very_many_slots_too(qapp: QApplication) -> None:
    x, y = np.random.default_rng(0).random((2, 86_016))
    dots = Line("slots", np.where(x < 0.5, x, 1.0), y, dots_only=True)  # none between
    plot = Lines("Dots", (dots,), Axis("a"), Axis("b"))
    image, frame = _cells(plot)
    column = np.linspace(0.05, 0.95, 40)
    left, right = (
        [image.pixelColor(frame.point(at, height).toPoint()).lightnessF() < 0.8 for height in column]
        for at in (0.25, 0.75)
    )
    assert np.mean(left) > 0.7
    assert not any(right)
    wide = Heat("Map", np.tile([0.0, 1.0], (21, 2048)).astype(np.float32), Axis("layer"), Axis("slot"), Limits(0, 1))
    whole = QImage.fromData(picture(Figure("Large", (wide, plot)), STAMP, "png"))
    middle = [whole.pixelColor(x, 600).getRgb()[:3] for x in range(400, 1600)]
    assert set(middle) == {tuple(lookup_table("cividis")[-1, :3].tolist())}  # the larger of those that share a pixel
