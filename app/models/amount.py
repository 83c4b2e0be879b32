"""How amounts are written, everywhere in the window and in what it exports: shares in percent, sizes, shapes. Never Qt.

Counts are written with a comma in thousands, `f"{count:,}"`. What is measured has none (`app.paint.number`), nor has
the number of a turn, of a layer or of a slot, which is its name, but where it stands beside how many there are.
"""

from __future__ import annotations

import math

MINUS = "−"


def percent_text(percent: float) -> str:
    """A whole percentage, whose sign is never alone in a line."""
    return f"{percent:.0f}\u00a0%".replace("-", MINUS)


def share_text(share: float) -> str:
    """A share in [0, 1] in percent, never rounded to 0 or 100 unless it is."""
    if not math.isfinite(share):
        return "–"
    percent = 100 * share
    if 0 < percent < 1:
        return f"<\u00a0{percent_text(1)}"
    if 99 < percent < 100:
        return f">\u00a0{percent_text(99)}"
    return percent_text(percent)


def size_in_words(size_bytes: float) -> str:
    """A size in powers of ten, with two digits where it is small in its unit: 999 B, 1.2 MB, 197 MB."""
    if size_bytes < 999.5:
        return f"{size_bytes:.0f} B"
    for unit in ("kB", "MB", "GB"):
        size_bytes /= 1000
        if size_bytes < 999.5 or unit == "GB":
            break
    return f"{size_bytes:.1f} {unit}" if size_bytes < 9.95 else f"{size_bytes:,.0f} {unit}"


def shape_in_words(shape: tuple[int, ...]) -> str:
    """(6, 64, 128) -> 6 × 64 × 128, never broken between two lines."""
    return "\u00a0×\u00a0".join(f"{side:,}" for side in shape)
