"""A list of questions is read whole, or refused with the line at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.analysis.questions import MAX_BYTES, MAX_QUESTIONS, parse_questions, read_questions
from app.engine.refusal import RefusedError
from app.models.lab_questions import question_list

PAIRS = (("What is my name?", "Anna"), ("Where, then?", 'the "Lido"'))


@pytest.mark.parametrize(
    "text",
    [
        'What is my name?,Anna\n"Where, then?","the ""Lido"""\n',
        'Question, Answer\r\n\r\n What is my name? , Anna \r\n"Where, then?","the ""Lido"""',
        'question, expected\n# of "me, "mine\nWhat is my name?, "Anna"\n"Where, then?", "the ""Lido"""\n,\n',
    ],
)
def test_that_questions_are_pairs_with_or_without_a_heading(text: str) -> None:
    assert parse_questions(text) == PAIRS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no questions"),
        ("question,answer\n", "holds no questions"),
        ("What is my name?\n", "line 1 has no comma"),
        ("a,b\nWhere, then?,Paris\n", "line 2 has 2 commas"),
        ("a,b\n,Paris\n", "line 2 has no question"),
        ("a,b\n\nWhere?,\n", "line 3 has no answer"),
        ('a,b\n"Where?,Paris\n', "line 2: unexpected end of data"),
        ("a,b\n" * (MAX_QUESTIONS + 1), f"at most {MAX_QUESTIONS:,}"),
    ],
)
def test_that_a_faulty_line_is_named(text: str, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        parse_questions(text, "my.csv")


def test_that_a_file_holds_the_questions_that_the_same_lines_typed_do() -> None:
    text = '\nquestion,expected\n  # a comment\n"Where,\n# then?", "Paris, in May"\na,"b"\n'
    assert parse_questions(text) == question_list(text).pairs == (("Where,\n# then?", "Paris, in May"), ("a", "b"))


def test_that_a_file_is_read_as_utf_8_with_or_without_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    path.write_bytes("\ufeffquestion,answer\nWo?,Zürich\n".encode())
    assert read_questions(path) == (("Wo?", "Zürich"),)


def test_that_a_file_which_is_no_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    path.write_bytes(b"a,b\nWo?,Z\xfcrich\n")
    with pytest.raises(RefusedError, match="line 2 is not UTF-8"):
        read_questions(path)
    path.write_bytes(b"a" * (MAX_BYTES + 1))
    with pytest.raises(RefusedError, match="larger than 1 MB"):
        read_questions(path)
    with pytest.raises(FileNotFoundError):
        read_questions(tmp_path / "absent.csv")
