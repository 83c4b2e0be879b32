"""How well one colour is read on another."""

from __future__ import annotations

from PySide6.QtGui import QColor


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours (sRGB hex) after WCAG 2, from 1 to 21."""

    def luminance(colour: str) -> float:
        parts = (channel / 255 for channel in (QColor(colour).red(), QColor(colour).green(), QColor(colour).blue()))
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)
