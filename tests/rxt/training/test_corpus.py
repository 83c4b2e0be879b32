"""Files of conversations are read as written, or refused by file and line."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from rxt.config import ModelConfig
from rxt.text.template import Template
from rxt.text.tokenizer import Tokenizer
from rxt.training.corpus import DataError, read_corpus, too_long
from rxt.training.dialogues import Dialogue, DialogueGenerator, Turn
from rxt.training.source import FileSource, GeneratedSource, MixedSource

ROOT = Path(__file__).parents[3]
PAIR = {"query": "Hi.", "answer": "Hello."}
LONG: dict[str, Any] = {
    **PAIR,
    "system": "Be kind.",
    "interactions": [{"query": "And?", "answer": "Fine."}, {"query": "Bye.", "answer": "Bye!"}],
}


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def test_that_pairs_conversations_instructions_and_texts_become_dialogues(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", PAIR, LONG, {"text": "Once upon a time."})
    pair, long, text = read_corpus([path])
    assert pair == Dialogue((Turn("Hi.", "Hello.", "pair"),))
    assert [(turn.query, turn.answer, turn.kind) for turn in long.turns] == [
        ("SYSTEM INSTRUCTIONS", "Be kind.", "system"),
        ("Hi.", "Hello.", "pair"),
        ("And?", "Fine.", "pair"),
        ("Bye.", "Bye!", "pair"),
    ]
    assert text.turns[0].kind == "text"


def test_that_generated_dialogues_return_from_a_file(tmp_path: Path) -> None:
    generator = DialogueGenerator(3)
    written = [generator.dialogue(turns) for turns in (1, 4)]
    read = read_corpus([lines(tmp_path / "a.jsonl", *(dialogue.to_json() for dialogue in written))])
    for ours, theirs in zip(written, read, strict=True):
        assert [(turn.query, turn.answer) for turn in ours.turns] == [(t.query, t.answer) for t in theirs.turns]


def test_that_columns_of_a_table_that_are_empty_in_a_row_do_no_harm(tmp_path: Path) -> None:
    nothing = {"interactions": None, "system": None, "text": None}
    text = {"text": "Once upon a time.", "query": None, "answer": None, "interactions": None}
    pair, long, told = read_corpus([lines(tmp_path / "table.jsonl", PAIR | nothing, LONG | {"text": None}, text)])
    assert pair == Dialogue((Turn("Hi.", "Hello.", "pair"),))
    assert len(long.turns) == 4
    assert [turn.kind for turn in told.turns] == ["text"]


def test_that_empty_lines_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf\n" + json.dumps(PAIR).encode() + b"\r\n\r\n")
    assert len(read_corpus([path, path])) == 2


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ('{"query": "Hi."', "not valid JSON"),
        ("[1, 2]", "not an object with query and answer"),
        ('{"query": "Hi."}', "answer is missing"),
        ('{"query": "Hi.", "answer": 3}', "answer must be a text, not a number"),
        ('{"query": " ", "answer": "Hello."}', "query is empty"),
        ('{"query": "Hi.", "answer": null}', "answer must be a text, not nothing"),
        ('{"query": "Hi.", "answer": "A", "anwser": "B"}', "the key 'anwser' is not known"),
        ('{"query": "Hi.", "answer": "A", "system": []}', "system must be a text, not a list"),
        ('{"query": "Hi.", "answer": "A", "interactions": {}}', "interactions must be a list, not an object"),
        ('{"query": "Hi.", "answer": "A", "interactions": ["B"]}', "interaction 1: this is not an object"),
        ('{"query": "Hi.", "answer": "A", "interactions": [{"query": "B"}]}', "interaction 1: answer is missing"),
        ('{"query": "Hi.", "answer": "A", "interactions": [{"query": "B", "answer": "C", "x": 1}]}', "key 'x'"),
        ('{"text": ""}', "text is empty"),
        ("[" * 100_000, "not valid JSON|nested"),
    ],
)
def test_that_a_faulty_line_is_named_with_its_file(tmp_path: Path, record: str, words: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f"{json.dumps(PAIR)}\n{record}\n", encoding="utf-8")
    with pytest.raises(DataError, match=rf"mine\.jsonl, line 2.*({words})"):
        read_corpus([path])


def test_that_half_a_character_ends_no_training_wherever_it_stands(tmp_path: Path) -> None:
    cut = "A cut emoji: \ud83d"
    (dialogue,) = read_corpus([lines(tmp_path / "a.jsonl", {"query": cut, "answer": cut, "system": cut})])
    for turn in dialogue.turns:
        assert (turn.query + turn.answer).encode()
    assert dialogue.turns[0].answer == "A cut emoji: \ufffd"


def test_that_what_is_no_text_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(json.dumps(PAIR).encode() + b"\n\xff\xfe\n")
    with pytest.raises(DataError, match=r"line 2: this is not UTF-8"):
        read_corpus([tmp_path / "a.jsonl"])


def test_that_a_cut_emoji_becomes_a_character_that_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl"
    path.write_text('{"query": "hi \\ud83d", "answer": "a \\ud83d\\ude42"}', encoding="utf-8")
    (dialogue,) = read_corpus([path])
    assert (dialogue.turns[0].query, dialogue.turns[0].answer) == ("hi \ufffd", "a \U0001f642")


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.jsonl", "There is no data file"), ("a.txt", "neither JSON Lines"), ("e.jsonl", "no conv")],
)
def test_that_files_without_conversations_are_refused(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "e.jsonl").write_text("\n\n")
    with pytest.raises(DataError, match=words):
        read_corpus([tmp_path / name])


def test_that_a_query_too_long_to_be_answered_is_refused(
    tmp_path: Path, config: ModelConfig, tokenizer: Tokenizer
) -> None:
    path = lines(tmp_path / "a.jsonl", PAIR, {**PAIR, "interactions": [{"query": "word " * 60, "answer": "A"}]})
    objection = too_long(Template(config.tokens, tokenizer), config.interaction_length)
    with pytest.raises(DataError, match=r"line 2, turn 2: the query has \d+ tokens; the model reads at most 44"):
        read_corpus([path], objection)


def test_that_parquet_holds_the_same_conversations(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.Table.from_pylist([LONG, {**PAIR, "system": None, "interactions": None}])
    parquet.write_table(table, tmp_path / "a.parquet")
    assert read_corpus([tmp_path / "a.parquet"]) == read_corpus([lines(tmp_path / "a.jsonl", LONG, PAIR)])
    parquet.write_table(pyarrow.Table.from_pylist([PAIR, {"query": "Hi."}]), tmp_path / "b.parquet")
    with pytest.raises(DataError, match=r"b\.parquet, row 2: answer is missing"):
        read_corpus([tmp_path / "b.parquet"])
    (tmp_path / "c.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_corpus([tmp_path / "c.parquet"])


def test_that_a_parquet_file_of_bad_letters_or_dates_is_named(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    offsets = pyarrow.py_buffer(b"\0\0\0\0\2\0\0\0")
    letters = pyarrow.Array.from_buffers(pyarrow.string(), 1, [None, offsets, pyarrow.py_buffer(b"\xff\xfe")])
    for query, answer in ((letters, ["A"]), (["Q"], pyarrow.array([2**60], pyarrow.timestamp("ms")))):
        parquet.write_table(pyarrow.table({"query": query, "answer": answer}), tmp_path / "a.parquet")
        with pytest.raises(DataError, match=r"a\.parquet cannot be read as Parquet: "):
            read_corpus([tmp_path / "a.parquet"])


def test_that_a_parquet_file_without_its_package_is_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"a\.parquet: Parquet files need the package pyarrow.* JSON Lines"):
        read_corpus([tmp_path / "a.parquet"])


def test_that_single_pairs_are_put_together_and_conversations_are_cut(tmp_path: Path) -> None:
    source = FileSource(read_corpus([lines(tmp_path / "a.jsonl", PAIR, LONG)]))
    drawn = source.dialogues(3, 40, random.Random(1))
    assert {len(dialogue.turns) for dialogue in drawn} == {3}
    assert {dialogue.turns[0].kind for dialogue in drawn} == {"pair", "system"}
    assert source.dialogues(3, 40, random.Random(1)) == drawn


def test_that_both_sources_can_be_mixed_and_pairs_stand_where_no_memory_is_needed(tmp_path: Path) -> None:
    files = FileSource(read_corpus([lines(tmp_path / "a.jsonl", PAIR)]))
    drawn = MixedSource(files, GeneratedSource(), 0.5).dialogues(6, 60, random.Random(1))
    generated = [dialogue for dialogue in drawn if any(turn.kind != "pair" for turn in dialogue.turns)]
    assert 15 < len(generated) < 45
    kinds = [turn.kind for dialogue in generated for turn in dialogue.turns]
    assert "identity" not in kinds
    assert "pair" in kinds
    assert "ask" in kinds
    assert len(GeneratedSource().dialogues(6, 5, random.Random(1))) == 5


def test_that_the_example_of_the_help_is_a_corpus() -> None:
    corpus = read_corpus([ROOT / "resources" / "training" / "port-willow.jsonl"])
    assert len(corpus) >= 60


def test_that_what_is_asked_aside_stays_beside_the_files_turns(tmp_path: Path) -> None:
    pairs = [Dialogue((Turn("Who are you?", "I am Bo.", "small_talk"),))]
    mixed = MixedSource(FileSource(pairs), GeneratedSource(asides=2.0), 1.0)
    drawn = mixed.dialogues(8, 20, random.Random(1))
    assert sum(len(dialogue.asides) for dialogue in drawn) > 60
    assert any(turn.answer == "I am Bo." for dialogue in drawn for turn in dialogue.turns)


def test_that_nobody_learns_aside_to_be_whom_the_files_replace() -> None:
    pairs = [Dialogue((Turn("Who are you?", "I am Bo.", "small_talk"),))]
    generated = GeneratedSource(mistakes=1.0)
    mixed = MixedSource(FileSource(pairs), generated, 1.0)
    for source, wanted in ((generated, True), (mixed, False)):
        drawn = source.dialogues(16, 20, random.Random(1))
        asked = [turn for dialogue in drawn for _, turn in dialogue.asides]
        assert len(asked) > 100
        assert any(turn.kind == "identity" for turn in asked) == wanted
