"""How long a message may be, and how much of it a tree shows. Without Qt: the engine keeps the same limits."""

from __future__ import annotations

LONGEST_MESSAGE = 200_000
"""Letters of a message that is typed, pasted or imported: more would keep the window busy for too long."""

PREVIEW_LENGTH = 80
"""Letters of a question and of an answer in a node of the tree."""
