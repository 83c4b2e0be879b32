"""Reads a tokenizer.json from its input and encodes a few texts: a program of its own, so that it may die.

It imports nothing of rxt, for it is started by its path. Exit status 0 means that the file did no harm.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

LIMIT_BYTES = 2**30
LIMIT_S = 5
TEXTS = ("Hi, what is my name?", "a" * 2_000, "é漢🙂\u202e\x00 " * 100, "\n\t  " * 500, "(x)[y]{z}<|A|>" * 100)


def main(arguments: Sequence[str]) -> int:
    """Limits itself, then tries the text on standard input."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has none: the parent's clock remains
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(sys.stdin.buffer.read().decode())
    tokenizer.encode_special_tokens = True
    for text in TEXTS:
        tokenizer.encode(text, add_special_tokens=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
