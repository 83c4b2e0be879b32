"""A list of questions to a memory, as the user types it or keeps it in a CSV file."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_QUESTIONS = 500
LONGEST_QUESTION = 500
_HINT = ' Put a text that has commas in quotes: "Well, who am I?", Alice'
_HEADINGS = (["question", "expected"], ["question", "answer"])


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A row of a list and the number of its first line; fault: why it is not valid CSV, else empty."""

    line: int
    cells: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class QuestionList:
    """Questions with the answers that are expected; problem: why the text is no such list, else empty."""

    pairs: tuple[tuple[str, str], ...] = field(default=())
    problem: str = ""


def question_rows(text: str) -> Iterator[QuestionRow]:
    """The rows of a list as CSV, typed or of a file, with blanks around cells taken off.

    A first row with the words "question" and "expected" (or "answer") is a heading; empty rows and lines that begin
    with # are left out. A row with a fault is the last.
    """
    lines = enumerate(io.StringIO(text, newline=""), 1)
    is_first = True
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        # The reader takes as many of the lines that follow as a quoted cell goes on for.
        source = itertools.chain([line], (following for _, following in lines))
        try:
            cells = [cell.strip() for cell in next(csv.reader(source, skipinitialspace=True, strict=True))]
        except csv.Error as error:
            yield QuestionRow(number, fault=str(error))
            return
        if any(cells) and not (is_first and [cell.casefold() for cell in cells] in _HEADINGS):
            yield QuestionRow(number, tuple(cells))
        is_first = is_first and not any(cells)


def question_list(text: str) -> QuestionList:
    """Rows of `question, expected answer`."""
    pairs: list[tuple[str, str]] = []
    for row in question_rows(text):
        if row.fault:
            return QuestionList(problem=f"Line {row.line} is not valid CSV: {row.fault}.")
        if len(row.cells) != 2 or not all(row.cells):
            return QuestionList(problem=f"Line {row.line} must be a question, a comma and the expected answer.{_HINT}")
        if max(map(len, row.cells)) > LONGEST_QUESTION:
            return QuestionList(problem=f"Line {row.line} is longer than {LONGEST_QUESTION} characters.")
        pairs.append((row.cells[0], row.cells[1]))
    if len(pairs) > MOST_QUESTIONS:
        most = f"at most {MOST_QUESTIONS} can be typed. Load a CSV file for more."
        return QuestionList(problem=f"These are {len(pairs):,} questions; {most}")
    return QuestionList(tuple(pairs), "" if pairs else "Write at least one line: question, expected answer.")
