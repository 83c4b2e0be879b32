"""What of a turn is in memory, in the words the window shows."""

from __future__ import annotations

from typing import Literal

MemoryStatus = Literal["in memory", "partly", "not", "edited"]
"""partly: an answer that was cut (stopped, or at the length limit) was written as far as it went; not: nothing was
written (failed, forgotten, never finished); edited: the text was changed after it was written, so that memory holds
the former one."""

STATUS_WORDS: dict[MemoryStatus, str] = {
    "in memory": "in memory",
    "partly": "partly in memory",
    "not": "not in memory",
    "edited": "edited after writing",
}
"""What is said of a turn; a sign before it tells them apart without words."""
