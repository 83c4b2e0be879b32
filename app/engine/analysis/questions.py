"""A list of questions with their answers, as a CSV file of one's own: read whole, or refused with the line at fault."""

from __future__ import annotations

from pathlib import Path

from app.engine.refusal import RefusedError
from app.models.lab_questions import question_rows

MAX_QUESTIONS = 1000
MAX_BYTES = 2**20


def read_questions(path: Path) -> tuple[tuple[str, str], ...]:
    """The questions of a file. Raises RefusedError, OSError where it cannot be read."""
    if path.stat().st_size > MAX_BYTES:
        raise RefusedError(f"{path.name} is larger than 1 MB, so it is hardly a list of questions.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RefusedError(f"{path.name}, line {line} is not UTF-8 text. Save the file as CSV in UTF-8.") from None
    return parse_questions(text, path.name)


def parse_questions(text: str, name: str = "The list") -> tuple[tuple[str, str], ...]:
    """Lines of "question,answer", quoted where they hold commas, read as typed ones are (`question_rows`).

    name: of the file, for messages. Raises RefusedError that names the line.
    """
    found: list[tuple[str, str]] = []
    for row in question_rows(text):
        if row.fault:
            raise RefusedError(f"{name}, line {row.line}: {row.fault}. Put texts with quotes in quotes.")
        found.append(_pair(row.cells, f"{name}, line {row.line}"))
    if not found:
        raise RefusedError(f"{name} holds no questions. Each line is a question, a comma and the expected answer.")
    if len(found) > MAX_QUESTIONS:
        raise RefusedError(f"{name} holds {len(found):,} questions; at most {MAX_QUESTIONS:,} are asked.")
    return tuple(found)


def _pair(cells: tuple[str, ...], where: str) -> tuple[str, str]:
    if len(cells) != 2:
        few = "has no comma between question and answer" if len(cells) < 2 else f"has {len(cells) - 1} commas"
        raise RefusedError(f"{where} {few}: write question,answer and put texts with commas in quotes.")
    question, answer = cells
    if not question or not answer:
        raise RefusedError(f"{where} has no {'answer' if question else 'question'}.")
    return question, answer
