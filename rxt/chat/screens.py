"""How a turn looks in a terminal while it happens: as text, or as one event a line."""

from __future__ import annotations

import json
import os
from typing import TextIO, assert_never

from rxt.console import harmless, reads_escapes
from rxt.events import (
    AnswerFinished,
    Event,
    MemoryWriting,
    MemoryWritten,
    TokenEmitted,
    TurnFailed,
    TurnRecord,
    TurnStarted,
    to_json,
)


class JsonScreen:
    """One event a line."""

    def show(self, event: Event) -> None:
        print(json.dumps(to_json(event)), flush=True)  # ASCII: every pipe can carry it


class Screen:
    """Text as it arrives, then one muted line about the turn; on a terminal, phases show where the text will stand."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._is_terminal = out.isatty() and "NO_COLOR" not in os.environ and reads_escapes()
        self._phase_stands = False

    def show(self, event: Event) -> None:
        match event:
            case TurnStarted():
                self._phase("reading …", "36")
            case TokenEmitted(text=text):
                self._text(harmless(text) if self._out.isatty() else text)
            case AnswerFinished(reason=reason):
                self._text("\n" if reason == "eos" else f"{self._coloured(f' [{reason}]', '2')}\n")
            case MemoryWriting():
                self._phase("writing memory …", "35")
            case MemoryWritten(record=record):
                self._text(self._coloured(_summary(record), "2") + "\n")
            case TurnFailed(message=message):
                self._text(self._coloured(message, "31") + "\n")
            case _:
                assert_never(event)

    def _phase(self, text: str, colour: str) -> None:
        """Shows a phase; saves the place first, so that the text can take it."""
        if self._is_terminal:
            self._out.write(f"\x1b7{self._coloured(text, colour)}")
            self._out.flush()
            self._phase_stands = True

    def _text(self, text: str) -> None:
        """Writes text, over the phase where one stands: a place that was saved earlier holds something else by now."""
        self._out.write(f"\x1b8\x1b[0K{text}" if self._phase_stands else text)
        self._out.flush()
        self._phase_stands = False

    def _coloured(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._is_terminal else text


def _summary(record: TurnRecord) -> str:
    first_s, speed = record.metrics.first_token_s, record.metrics.tokens_per_s
    parts = [
        f"first token {first_s * 1e3:.0f} ms" if first_s else "",
        f"{speed:.0f} tokens/s" if speed else "",
        f"memory written in {record.metrics.memory_s * 1e3:.1f} ms",
        f"change {float((record.change**2).sum()) ** 0.5:.2f}",
        f"memory {record.memory_after[:8]}",
    ]
    return " · ".join(part for part in parts if part)
