"""A list of questions to a memory, as a person types it or keeps it in a CSV file."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

MOST_QUESTIONS = 500
LONGEST_QUESTION = 500
_HEADINGS = (["question", "expected"], ["question", "answer"])


@dataclass(frozen=True, slots=True)
class QuestionList:
    """Questions with the answers that are expected; problem: why the text is no such list, else empty."""

    pairs: tuple[tuple[str, str], ...] = field(default=())
    problem: str = ""


def question_list(text: str) -> QuestionList:
    """Lines of CSV: `question, expected answer`.

    A first line with the words "question" and "expected" (or "answer") is a heading; empty lines and lines that begin
    with # are left out.
    """
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            cells = next(csv.reader([line], skipinitialspace=True, strict=True))
        except csv.Error as error:
            return QuestionList(problem=f"Line {number} is no CSV: {error}.")
        parts = [cell.strip() for cell in cells]
        if not pairs and [part.casefold() for part in parts] in _HEADINGS:
            continue
        if len(parts) != 2 or not all(parts):
            return QuestionList(problem=f"Line {number} must be a question, a comma and the expected answer.")
        if max(map(len, parts)) > LONGEST_QUESTION:
            return QuestionList(problem=f"Line {number} is longer than {LONGEST_QUESTION} characters.")
        pairs.append((parts[0], parts[1]))
    if len(pairs) > MOST_QUESTIONS:
        return QuestionList(problem=f"These are {len(pairs):,} questions; at most {MOST_QUESTIONS} fit in one probe.")
    return QuestionList(tuple(pairs), "" if pairs else "Write at least one line: question, expected answer.")
