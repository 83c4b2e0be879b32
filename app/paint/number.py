"""Numbers as people read them: as many decimals as the range they are compared in needs, and a real minus sign."""

from __future__ import annotations

import math

from app.models.amount import MINUS


def decimals_for(span: float) -> int:
    """Decimals that tell hundreds of steps of a range apart: span 0.5 -> 2, span 9 -> 1, span 900 -> 0."""
    if not math.isfinite(span) or span <= 0:
        return 2
    return max(0, min(6, 1 - math.floor(math.log10(span / 5))))


def nice_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least `least` (> 0)."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def decimal_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, … that is at least `least`."""
    return 1 if least <= 1 else int(nice_step(least) + 0.5)


def binary_step(least: float) -> int:
    """The smallest power of two that is at least `least`: slots are counted in powers of two."""
    return 1 if least <= 1 else 2 ** math.ceil(math.log2(least))


def number_text(value: float, decimals: int = 2) -> str:
    """The value with that many decimals; very large and very small ones in scientific notation."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else f"{MINUS}Inf"
    too_small = value != 0 and abs(value) < 0.5 * 10**-decimals and decimals >= 6
    text = f"{value:.2e}" if abs(value) >= 1e5 or too_small else f"{value:.{decimals}f}"
    if text.startswith("-"):
        text = MINUS + text[1:]
    return text.removeprefix(MINUS) if not text.strip(f"{MINUS}0.") else text


LONGEST_LIFE = 1000
"""Turns: a half-life beyond any conversation is not told to the turn."""


def life_text(turns: float) -> str:
    """A half-life in turns, without the word."""
    if math.isinf(turns):
        return "∞"
    if 0 <= turns < 0.05:
        return "< 0.1"
    return f"> {LONGEST_LIFE}" if turns > LONGEST_LIFE else number_text(turns, 1)
