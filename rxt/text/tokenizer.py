"""A byte-level BPE tokenizer that never mistakes a person's text for a control token."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from tokenizers import Encoding
from tokenizers import Tokenizer as Backend

from rxt.errors import ModelError
from rxt.text.bytes import byte_of_symbol

UTF8_BYTES = frozenset(range(256)) - {0xC0, 0xC1, *range(0xF5, 0x100)}
"""The bytes that occur in text."""
LONG_TEXT = 10_000
"""Characters from which a text is encoded without the interpreter's lock, so that a window does not freeze."""


class Tokenizer:
    """Reads a tokenizer.json of the family: byte-level BPE, special tokens, no decoder of its own.

    document: the text of the file. Raises ModelError where it is not such a file or has more tokens than the model's
    vocabulary.
    """

    def __init__(self, document: str, vocabulary: int) -> None:
        self.document = document
        self.sha256 = hashlib.sha256(document.encode()).hexdigest()
        try:
            parsed = json.loads(document)
            # Only tokens marked special can be told apart from text; in this family all added tokens are.
            added = parsed.get("added_tokens") or []
            for token in added:
                token["special"] = True
            # Padding and truncation are not used here, and absurd values of them abort the process.
            parsed["padding"] = parsed["truncation"] = None
            if not _reads_bytes(parsed.get("pre_tokenizer")):
                raise ValueError("it is not of the byte-level kind")
            # WordPiece takes as long as its file likes for a long word.
            if (parsed.get("model") or {}).get("type") != "BPE":
                raise ValueError("its model is not of the BPE kind")
            _without_prefix_space(parsed["pre_tokenizer"])
            drop_missing_unknown(parsed)
            self._backend = Backend.from_str(json.dumps(parsed))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001  (a damaged file raises pyo3's PanicException, no Exception)
            raise ModelError(f"tokenizer.json cannot be read: {error}") from None
        self._backend.encode_special_tokens = True
        vocab = self._backend.get_vocab(with_added_tokens=True)
        largest = max(vocab.values(), default=-1)
        if largest >= vocabulary:
            raise ModelError(
                f"tokenizer.json has token id {largest}, but the model's vocabulary ends at {vocabulary - 1}"
            )
        self.special = frozenset(int(token["id"]) for token in added)
        """Ids of control tokens: no text is ever encoded as one."""
        self._bytes: dict[int, bytes] = {
            token_id: b"" if token_id in self.special else bytes(map(byte_of_symbol, symbols))
            for symbols, token_id in vocab.items()
        }
        self.unread = UTF8_BYTES - {value[0] for value in self._bytes.values() if len(value) == 1}
        """Bytes without a token: the unknown token is read for them, or nothing where the file has none."""
        unknown = parsed["model"].get("unk_token")
        self.has_unknown = isinstance(unknown, str) and unknown in vocab
        if self.has_unknown:
            self._bytes[vocab[unknown]] = "\ufffd".encode()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._backend.encode_special_tokens = True  # which tokenizers 0.23 leaves out of what it sends

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text. What looks like a special token is text; half surrogate pairs become U+FFFD."""
        ids: list[int] = self._encoded(text).ids
        return ids

    def encode_spans(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Token ids and, for each, the characters [start, end) of the text that it covers."""
        encoding = self._encoded(text)
        return encoding.ids, encoding.offsets

    def _encoded(self, text: str) -> Encoding:
        text = well_formed(text)
        if len(text) < LONG_TEXT:
            return self._backend.encode(text, add_special_tokens=False)
        return self._backend.encode_batch([text], add_special_tokens=False)[0]  # lets other threads run meanwhile

    def bytes_of(self, token_id: int) -> bytes:
        """The UTF-8 bytes that a token stands for: none for control tokens and ids without a token, those of U+FFFD for
        the unknown token."""
        return self._bytes.get(token_id, b"")

    def decode(self, token_ids: Sequence[int]) -> str:
        """The text of tokens; a character that is incomplete at an end becomes U+FFFD."""
        return b"".join(map(self.bytes_of, token_ids)).decode("utf-8", "replace")


def _reads_bytes(pre_tokenizer: Any) -> bool:
    parts = pre_tokenizer.get("pretokenizers") or [pre_tokenizer]
    return any(part["type"] == "ByteLevel" for part in parts)


def _without_prefix_space(pre_tokenizer: Any) -> None:
    """The family's files ask for a space before the first word; its models were trained without (golden ids)."""
    if isinstance(pre_tokenizer, dict):
        if "add_prefix_space" in pre_tokenizer:
            pre_tokenizer["add_prefix_space"] = False
        for part in pre_tokenizer.get("pretokenizers") or ():
            _without_prefix_space(part)


def drop_missing_unknown(parsed: dict[str, Any]) -> None:
    """An unknown token that the vocabulary lacks is none: with it, no text with such a byte could be read at all."""
    model = parsed.get("model")
    if isinstance(model, dict) and isinstance(vocabulary := model.get("vocab"), dict):
        unknown = model.get("unk_token")
        if isinstance(unknown, str) and unknown not in vocabulary:
            model["unk_token"] = None


def well_formed(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot hold, replaced by U+FFFD; a pair becomes one character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
