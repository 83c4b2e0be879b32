"""Text can be read on every surface, in both themes."""

from __future__ import annotations

import pytest

from app.theme import DARK, LIGHT, Theme, mixed, stylesheet
from tests.app.contrast import contrast

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


@THEMES
@pytest.mark.parametrize("ground", ["window", "surface", "raised", "accent_soft"])
@pytest.mark.parametrize("colour", ["text", "muted"])
def test_that_words_have_a_contrast_of_four_and_a_half(theme: Theme, ground: str, colour: str) -> None:
    assert contrast(getattr(theme, colour), getattr(theme, ground)) >= 4.5


@THEMES
def test_that_coloured_words_have_a_contrast_of_four_and_a_half(theme: Theme) -> None:
    pairs = [(theme.on_accent, theme.accent), (theme.accent, theme.surface), (theme.accent, theme.window)]
    pairs += [(theme.accent, theme.accent_soft), (theme.accent, theme.raised), (theme.danger, theme.surface)]
    pairs += [(theme.on_accent, mixed(theme.accent, theme.text, 0.14)), (theme.warning, theme.raised)]
    assert [round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5] == []


@THEMES
def test_that_the_focus_ring_and_controls_stand_out(theme: Theme) -> None:
    for ground in (theme.window, theme.surface, theme.raised):
        assert contrast(theme.accent, ground) >= 3
    assert contrast(mixed(theme.surface, theme.text, 0.5), theme.surface) >= 3


@THEMES
def test_that_every_colour_of_the_style_sheet_is_filled_in(theme: Theme) -> None:
    assert "$" not in stylesheet(theme)


def test_that_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
