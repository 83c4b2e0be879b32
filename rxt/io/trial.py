"""A tokenizer.json with more in it than the family's is tried in a child first: it may panic, hang or explode."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rxt.errors import ModelError
from rxt.io.tokenizer_trial import LIMIT_S
from rxt.text.tokenizer import drop_missing_unknown

PROGRAM = Path(__file__).with_name("tokenizer_trial.py")
GRACE_S = 5
"""For the start of Python on a busy machine, beyond what the child's own clock allows."""
_PLAIN = {
    "normalizer": {"NFC", "NFD", "NFKC", "NFKD"},
    "pre_tokenizer": {"ByteLevel", "Digits", "Whitespace", "WhitespaceSplit", "Punctuation", "Sequence"},
    "post_processor": {"ByteLevel", "TemplateProcessing", "Sequence"},
    "decoder": {"ByteLevel"},
}
"""Parts of fixed cost: they take no pattern and put nothing in the text's place."""
MOST_GROWTH = 64
"""Times that a normalizer may make a text longer: a trial does not find the one letter that explodes."""


def try_tokenizer(document: str) -> None:
    """Raises ModelError where the text of a tokenizer.json does harm when it is read or used.

    A file with plain parts alone is not tried: what can go wrong with it raises an ordinary error.
    """
    try:
        parsed = json.loads(document)
        plain = isinstance(parsed, dict) and all(_is_plain(parsed.get(part), kinds) for part, kinds in _PLAIN.items())
        growth = _growth(parsed.get("normalizer")) if isinstance(parsed, dict) else 1
    except (ValueError, RecursionError):
        return  # no tokenizer reads it either
    if plain or not isinstance(parsed, dict):
        return
    if growth > MOST_GROWTH:
        raise ModelError(
            f"tokenizer.json cannot be used: its normalizer can make a text more than {MOST_GROWTH} times as long; "
            "it was not opened."
        )
    # As they are used here: without padding and truncation.
    drop_missing_unknown(parsed)
    tried = json.dumps({**parsed, "padding": None, "truncation": None}).encode()
    try:
        subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(PROGRAM)],
            input=tried,
            check=True,
            capture_output=True,
            timeout=LIMIT_S + GRACE_S,
            env={**os.environ, "RAYON_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        raise ModelError("tokenizer.json did not finish with a few short texts; it was not opened.") from None
    except subprocess.CalledProcessError as error:
        raise ModelError(f"tokenizer.json cannot be used: {_reason(error)}; it was not opened.") from None
    except OSError as error:
        raise ModelError(f"tokenizer.json could not be tried in a process of its own: {error}") from None


def _growth(normalizer: Any) -> int:
    """How many times as long a text can become by what Replace and Prepend put in, one after the other."""
    if not isinstance(normalizer, dict):
        return 1
    texts = (normalizer.get(key) for key in ("content", "prepend"))
    put_in = max(len(text) if isinstance(text, str) else 0 for text in texts)
    if isinstance(pattern := normalizer.get("pattern"), dict) and not pattern.get("String"):
        put_in += bool(put_in)  # a regular expression can be found between letters, which then stay
    parts = normalizer.get("normalizers")
    return max(1, put_in) * math.prod(map(_growth, parts if isinstance(parts, list) else ()))


def _is_plain(part: Any, kinds: set[str]) -> bool:
    if part is None:
        return True
    if not isinstance(part, dict) or part.get("type") not in kinds:
        return False
    inner = [value for key in ("pretokenizers", "processors", "normalizers") for value in part.get(key) or ()]
    return all(_is_plain(value, kinds) for value in inner)


def _reason(error: subprocess.CalledProcessError) -> str:
    if error.returncode < 0:
        return "its program was ended, for it took too much memory or time, or crashed"
    lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
    return ascii(lines[-1])[1:200] if lines else f"its program ended with {error.returncode}"
