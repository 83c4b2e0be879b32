"""How long a message may be. Without Qt: the engine keeps the same limit for files."""

from __future__ import annotations

LONGEST_MESSAGE = 200_000
"""Letters of a message that is typed, pasted or imported: more would keep the window busy for too long."""
