"""Finds conversations by what was said in them, with SQLite's full-text index where it has one.

The index holds every three characters in a row, so parts of words are found, in any case. It is filled when somebody
searches; what it does not hold yet (table `unindexed`) is read through instead, so the result never depends on it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from app.store.errors import NotWritableError, StoreError
from app.store.statements import Statements, transaction

MAX_CHARACTERS = 200
MAX_WORDS = 16
BATCH = 1000
"""Turns that one search puts into the index."""
SNIPPET = 90
"""Characters that are shown of a turn that was found."""
_BEFORE = 24
_GRAM = 3
_SAID = "query || char(10) || coalesce(edited_answer, answer)"


class SearchIndex:
    """The words of titles and turns."""

    def __init__(self, statements: Statements) -> None:
        self._db = statements
        statements.connection.create_function("has_word", 2, _has_word, deterministic=True)
        statements.connection.create_function("without_nul", 1, _without_nul, deterministic=True)

    def find(self, text: str) -> set[int] | None:
        """The conversations whose title or one turn has all words of `text`; None where it has no words: all."""
        words = _words(text)
        if not words:
            return None
        try:
            return self._in_titles(words) | self._in_turns(words)
        except sqlite3.Error as error:
            raise StoreError(f"The conversations could not be searched: {error}.") from error

    def snippets(self, conversations: Sequence[int], text: str) -> dict[int, str]:
        """By conversation, what is around the first word of `text` in its newest turn that has all words.

        A conversation without such a turn, found by its title, has none.
        """
        words = _words(text)
        try:
            return dict(self._snippets(conversations, words)) if words else {}
        except sqlite3.Error as error:
            raise StoreError(f"The conversations could not be searched: {error}.") from error

    def forget_erased(self) -> None:
        """Takes the words of turns that are no more out of the index. Raises nothing: the index is only a help."""
        gone = "(SELECT turn FROM unindexed WHERE turn NOT IN (SELECT id FROM turn))"
        connection = self._db.connection
        try:
            self._db.check_file()
            with transaction(connection):  # damage of the index is none of the file
                connection.execute(f"DELETE FROM turn_text WHERE rowid IN {gone}")  # noqa: S608 - written above
                connection.execute("INSERT INTO turn_text (turn_text) VALUES ('optimize')")  # else parts of them stay
                connection.execute(f"DELETE FROM unindexed WHERE turn IN {gone}")  # noqa: S608
        except NotWritableError:
            return  # there is no index, or no module for one
        except StoreError:
            self._forget_index()

    def _snippets(self, conversations: Sequence[int], words: Sequence[str]) -> Iterator[tuple[int, str]]:
        condition, values = _scan(_SAID, words)
        sql = (
            f"SELECT {_SAID} FROM turn WHERE conversation = ? AND {condition}"  # noqa: S608
            " ORDER BY id DESC LIMIT 1"
        )
        for number in conversations:
            row = self._db.connection.execute(sql, (number, *values)).fetchone()
            if row is not None:
                yield number, around(row[0], words)

    def _in_titles(self, words: Sequence[str]) -> set[int]:
        condition, values = _scan("title", words)
        rows = self._db.connection.execute(f"SELECT id FROM conversation WHERE {condition}", values)  # noqa: S608
        return {row[0] for row in rows}

    def _in_turns(self, words: Sequence[str]) -> set[int]:
        if any(len(word) >= _GRAM for word in words):
            try:
                self._fill()
                return self._indexed(words) | self._scanned(words, "id IN (SELECT turn FROM unindexed)")
            except sqlite3.OperationalError:
                pass  # there is no index, or no module for one
            except sqlite3.DatabaseError:
                self._forget_index()  # it is damaged; the next search builds another one
        return self._scanned(words, "1")

    def _indexed(self, words: Sequence[str]) -> set[int]:
        long, short = [w for w in words if len(w) >= _GRAM], [w for w in words if len(w) < _GRAM]
        match = " ".join('"' + word.replace('"', '""') + '"' for word in long)
        condition, values = _scan("said", short)
        sql = (
            f"SELECT DISTINCT conversation FROM turn WHERE id NOT IN (SELECT turn FROM unindexed) AND id IN"  # noqa: S608
            f" (SELECT rowid FROM turn_text WHERE turn_text MATCH ? AND {condition})"
        )
        return {row[0] for row in self._db.connection.execute(sql, (match, *values))}

    def _scanned(self, words: Sequence[str], among: str) -> set[int]:
        condition, values = _scan(_SAID, words)
        sql = f"SELECT DISTINCT conversation FROM turn WHERE {among} AND {condition}"  # noqa: S608 - marks, no values
        return {row[0] for row in self._db.connection.execute(sql, values)}

    def _fill(self) -> None:
        """Puts the newest turns that are waiting into the index, if it can be written."""
        if self._db.read_only:
            return
        connection = self._db.connection
        waiting = connection.execute("SELECT turn FROM unindexed ORDER BY turn DESC LIMIT ?", (BATCH,)).fetchall()
        if not waiting:
            return
        try:
            self._db.check_file()
            with transaction(connection):
                self._index(connection, waiting[-1][0])
        except NotWritableError:
            return  # full, busy, or without the module: what is not in the index is read through
        except StoreError:
            self._forget_index()

    def _index(self, connection: sqlite3.Connection, first: int) -> None:
        """Brings the index up to date for the waiting turns from `first` on."""
        among = "(SELECT turn FROM unindexed WHERE turn >= ?)"
        connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS turn_text USING fts5 (said, tokenize = 'trigram')")
        connection.execute(f"DELETE FROM turn_text WHERE rowid IN {among}", (first,))  # noqa: S608 - written above
        said = f"SELECT id, without_nul(CAST({_SAID} AS BLOB)) FROM turn WHERE id IN {among}"  # noqa: S608
        connection.execute(f"INSERT INTO turn_text (rowid, said) {said}", (first,))
        connection.execute("DELETE FROM unindexed WHERE turn >= ?", (first,))

    def _forget_index(self) -> None:
        if self._db.read_only:
            return
        try:
            with self._db.transaction():
                self._db.write("DROP TABLE IF EXISTS turn_text")
                self._db.write("INSERT OR IGNORE INTO unindexed SELECT id FROM turn")
        except StoreError:
            return  # full or busy: reading through everything still finds it


def around(said: str, words: Sequence[str]) -> str:
    """A line of about SNIPPET characters of `said` around the earliest of `words`, "…" where it is cut."""
    line = " ".join(said.split())
    folded = line.casefold()  # may be longer by a few letters, so places in it are near enough
    places = [place for word in words if (place := folded.find(word.casefold())) >= 0]
    start = max(0, min(places, default=0) - _BEFORE)
    if start:
        start = line.find(" ", start, start + _BEFORE) + 1 or start
    end = start + SNIPPET
    if end < len(line):
        end = max(line.rfind(" ", start + SNIPPET // 2, end), 0) or end
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")


def _words(text: str) -> list[str]:
    return text.replace("\0", " ")[:MAX_CHARACTERS].split()[:MAX_WORDS]


def _without_nul(data: bytes) -> str:
    """Of bytes: a function that takes text fails where a letter of it is damaged."""
    return data.decode("utf-8", "replace").replace("\0", " ")


def _scan(column: str, words: Sequence[str]) -> tuple[str, list[str]]:
    """A condition on a column: it has all words, also behind a NUL, at which LIKE takes a text to end."""
    whole, values = _has_all(column, words)
    behind, _ = _has_all(f"without_nul(CAST({column} AS BLOB))", words)
    return f"({whole} OR instr({column}, char(0)) AND {behind})", values * 2


def _has_all(column: str, words: Sequence[str]) -> tuple[str, list[str]]:
    """LIKE is fast and folds the case of ASCII only."""
    parts, values = ["1"], []
    for word in words:
        if word.isascii():
            parts.append(rf"{column} LIKE ? ESCAPE '\'")
            values.append("%" + word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%")
        else:
            parts.append(f"has_word(CAST({column} AS BLOB), ?)")
            values.append(word.casefold())
    return " AND ".join(parts), values


def _has_word(data: bytes, word: str) -> bool:
    """Of bytes: see _without_nul."""
    return word in data.decode("utf-8", "replace").casefold()
