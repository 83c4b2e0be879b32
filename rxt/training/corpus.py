"""Conversations in files: JSON Lines and Parquet in the formats of the family, every fault named by file and line.

    {"query": "…", "answer": "…"}                                          a single pair
    {"query": "…", "answer": "…", "interactions": [{"query", "answer"}, …]}  a conversation, the first turn on top
    {"text": "…"}                                                          plain text, for the joint stage

`system` may stand beside a query: an instruction that is written into the memory before the first turn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rxt.errors import RxtError
from rxt.text.template import Template
from rxt.text.tokenizer import well_formed
from rxt.training.batch import PLAIN_TEXT, SYSTEM
from rxt.training.dialogues import Dialogue, Turn

SYSTEM_QUERY = "SYSTEM INSTRUCTIONS"
PAIR = "pair"
"""The kind of a turn that a file has as query and answer."""

KEYS = ("query", "answer", "interactions", "system")


class DataError(RxtError, ValueError):
    """A data file that cannot be used; the message names the file and the line."""


def read_corpus(paths: Sequence[Path], objection: Callable[[Turn], str] = lambda _: "") -> list[Dialogue]:
    """All conversations of the files, in order. objection: what is wrong with a turn; empty where nothing is.

    Raises DataError at the first fault, or where a file has no conversations.
    """
    found: list[Dialogue] = []
    for path in paths:
        before = len(found)
        for where, record in _records(path):
            dialogue = _dialogue(where, record)
            for number, turn in enumerate(dialogue.turns, 1):
                if fault := objection(turn):
                    raise DataError(f"{where}, turn {number}: {fault}")
            found.append(dialogue)
        if len(found) == before:
            raise DataError(f"{path} holds no conversations.")
    return found


def too_long(template: Template, length: int) -> Callable[[Turn], str]:
    """The objection to a query that leaves no room for an answer in an interaction of `length` tokens."""

    def objection(turn: Turn) -> str:
        tokens = len(template.prompt(turn.query)) if turn.kind != PLAIN_TEXT else 0
        if tokens < length:
            return ""
        return f"the query has {tokens - 3:,} tokens; the model reads at most {length - 4:,} and answers in the rest."

    return objection


def _records(path: Path) -> Iterator[tuple[str, Any]]:
    """Each record, and where it stands."""
    if not path.is_file():
        raise DataError(f"There is no data file {path}.")
    match path.suffix.lower():
        case ".jsonl" | ".ndjson":
            return _json_lines(path)
        case ".parquet":
            return _rows(path)
    raise DataError(f"{path} is neither JSON Lines (.jsonl) nor Parquet (.parquet).")


def _json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                where = f"{path}, line {number}"
                try:
                    text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    raise DataError(f"{where}: this is not UTF-8 text (byte {error.start + 1}).") from None
                if text.strip():
                    yield where, _parsed(where, text)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from None


def _parsed(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise DataError(f"{where}: this is not valid JSON: {error}") from None
    except RecursionError:
        raise DataError(f"{where}: this is nested too deeply.") from None


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise DataError(
            f"{path}: Parquet files need the package pyarrow: python -m pip install pyarrow, "
            "or convert the file to JSON Lines."
        ) from None
    number = 0
    try:
        for batch in ParquetFile(path).iter_batches():
            for row in batch.to_pylist():
                number += 1
                # A table has every column in every row: what is empty was not said.
                yield f"{path}, row {number}", {key: value for key, value in row.items() if value is not None}
    except (ArrowException, OSError, ValueError, OverflowError) as error:
        where = f"{path}, after row {number}:" if number else path
        raise DataError(f"{where} cannot be read as Parquet: {error}") from None


def _dialogue(where: str, record: Any) -> Dialogue:
    if not isinstance(record, Mapping):
        raise DataError(f"{where}: this is not an object with query and answer.")
    columns = ("query", "answer") if isinstance(record.get("text"), str) else ("text",)
    empty = [key for key in (*columns, "system", "interactions") if record.get(key, "") is None]
    record = {key: value for key, value in record.items() if key not in empty}  # a table has all columns in every row
    if "text" in record and record.keys().isdisjoint(KEYS):
        return Dialogue((Turn("", _text(where, record, "text"), PLAIN_TEXT),))
    if unknown := sorted(str(key) for key in record if key not in KEYS):
        raise DataError(f"{where}: the key {unknown[0]!r} is not known; known are {', '.join(KEYS)} (or text alone).")
    turns = [_turn(where, record)]
    if (system := record.get("system")) is not None:
        if not isinstance(system, str):
            raise DataError(f"{where}: system must be a text, not {_kind(system)}.")
        if system.strip():
            turns.insert(0, Turn(SYSTEM_QUERY, well_formed(system), SYSTEM))
    later = record.get("interactions", [])
    if not isinstance(later, list):
        raise DataError(f"{where}: interactions must be a list, not {_kind(later)}.")
    for number, entry in enumerate(later, 1):
        place = f"{where}, interaction {number}"
        if not isinstance(entry, Mapping):
            raise DataError(f"{place}: this is not an object with query and answer.")
        if unknown := sorted(str(key) for key in entry if key not in ("query", "answer")):
            raise DataError(f"{place}: the key {unknown[0]!r} is not known; known are query, answer.")
        turns.append(_turn(place, entry))
    return Dialogue(tuple(turns))


def _turn(where: str, entry: Mapping[str, Any]) -> Turn:
    return Turn(_text(where, entry, "query"), _text(where, entry, "answer"), PAIR)


def _text(where: str, entry: Mapping[str, Any], key: str) -> str:
    if key not in entry:
        raise DataError(f"{where}: {key} is missing.")
    value = entry[key]
    if not isinstance(value, str):
        raise DataError(f"{where}: {key} must be a text, not {_kind(value)}.")
    if not value.strip():
        raise DataError(f"{where}: {key} is empty.")
    return well_formed(value)


def _kind(value: Any) -> str:
    return {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}.get(
        type(value), "nothing" if value is None else type(value).__name__
    )
