"""The alphabet in which byte-level BPE writes bytes as visible characters."""

from __future__ import annotations

from functools import cache


@cache
def _alphabet() -> dict[str, int]:
    """Printable Latin-1 characters stand for themselves, the 68 other bytes for U+0100 and on, in order."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    alphabet = {chr(value): value for value in plain}
    shifted = (value for value in range(256) if value not in set(plain))
    alphabet.update({chr(256 + index): value for index, value in enumerate(shifted)})
    return alphabet


def byte_of_symbol(symbol: str) -> int:
    """The byte that a character of the alphabet stands for; "?" for a character outside of it."""
    return _alphabet().get(symbol, ord("?"))
