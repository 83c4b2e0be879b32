"""The tokenizer trainer: byte-level BPE in the family's file form, in which no text is ever unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[BOS]", "[EOS]", "[MASK]", "[Q]", "[A]")
"""Their ids are their places in this tuple: 0 to 6."""

SMALLEST_VOCABULARY = len(SPECIAL_TOKENS) + 256


def train_tokenizer(texts: Iterable[str], vocabulary: int, path: Path) -> None:
    """Learn a byte-level BPE of at most `vocabulary` tokens from `texts` and write it to `path` as tokenizer.json.

    The file holds the special tokens first, then all 256 byte symbols, then merges; its post-processor wraps a text in
    [BOS] and [EOS]; it holds no decoder, as everywhere in the family. Fewer than `vocabulary` tokens result when the
    texts hold too few different pairs.

    Raises ValueError when `vocabulary` cannot hold the special tokens and the bytes, and OSError when `path` cannot be
    written; a file already at `path` is then unchanged.
    """
    if vocabulary < SMALLEST_VOCABULARY:
        raise ValueError(
            f"A vocabulary of {vocabulary} tokens is too small: the special tokens and the bytes alone need "
            f"{SMALLEST_VOCABULARY}. Nothing was written."
        )
    tokenizer = Tokenizer(models.BPE(unk_token=SPECIAL_TOKENS[1]))
    # Merges are learned as texts are read: rxt.text.tokenizer puts no space before the first word.
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer=trainer)
    bos, eos = SPECIAL_TOKENS.index("[BOS]"), SPECIAL_TOKENS.index("[EOS]")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[BOS] $A [EOS]",
        pair="[BOS] $A [EOS] [BOS]:0 $B:1 [EOS]:1",
        special_tokens=[("[BOS]", bos), ("[EOS]", eos)],
    )
    partial = path.with_name(path.name + ".part")
    partial.write_text(tokenizer.to_str(pretty=False), encoding="utf-8")
    partial.replace(path)
