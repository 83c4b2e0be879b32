"""A conversation as a page to read: Markdown or HTML. What was said is text in both, never markup.

The path to the turn where the conversation is open is written, with what is known of each turn; then the turns that
can be read nowhere else.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.models.amount import shape_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.exchange.document import ExchangedConversation, ExchangedTurn

_MARKUP = re.compile(r"[\\`*_\[\]<>&|~$]")
_BEGINS_BLOCK = re.compile(r"^(\s*)([#+=-]|\d+[.)])", re.ASCII)
_INDENT = re.compile(r"^[ \t]+")
_BREAK = re.compile(r"(?<=[^\n])\n(?=[^\n])")
"""Between two lines that say something: beside an empty one, or at the end, a backslash would be shown."""
_APART = "Other branches"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark; --text: #1c2126; --muted: #5c6670; --ground: #f7f7f4; --mine: #ddf0ec; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e7eaed; --muted: #9aa5b1; --ground: #14171a; --mine: #163a37; }
}
body { margin: 0 auto; max-width: 46rem; padding: 2rem 1.5rem; color: var(--text); background: var(--ground);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.125rem; margin: 3rem 0 0; }
p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.facts { color: var(--muted); font-size: .8125rem; margin-top: .25rem; font-variant-numeric: tabular-nums; }
.branch { margin-top: 2rem; }
.query { background: var(--mine); border-radius: .5rem; margin: 2rem 0 .75rem auto; padding: .5rem .75rem;
  width: fit-content; max-width: 85%; }
""".strip()


def to_markdown(conversation: ExchangedConversation) -> bytes:
    """The page in Markdown, UTF-8."""
    parts = [f"# {_marked(title_in_words(conversation))}", *(_marked(fact) for fact in _facts(conversation))]
    for turn in conversation.path:
        parts += _turn_in_markdown(turn)
    parts += [f"## {_APART}"] if conversation.apart else []
    for beginning, turn in _branches(conversation):
        parts += [f"<sub>{_marked(beginning)}</sub>"] if beginning else []
        parts += _turn_in_markdown(turn)
    return ("\n\n".join(parts) + "\n").encode()


def to_html(conversation: ExchangedConversation) -> bytes:
    """The page in HTML, UTF-8: without scripts, and forbidden to load anything."""
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(_POLICY)}">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{_escaped(title_in_words(conversation))}</title>",
        f"<style>\n{_STYLE}\n</style>",
        "</head>",
        "<body>",
        body_in_html(conversation),
        "</body>",
        "</html>",
    ]
    return ("\n".join(lines) + "\n").encode()


def body_in_html(conversation: ExchangedConversation) -> str:
    """What the page says, in HTML without style: classes say what a paragraph is."""
    parts = [
        f'<h1 dir="auto">{_escaped(title_in_words(conversation))}</h1>',
        *(f'<p class="facts">{_escaped(fact)}</p>' for fact in _facts(conversation)),
    ]
    for turn in conversation.path:
        parts += _turn_in_html(turn)
    parts += [f"<h2>{_APART}</h2>"] if conversation.apart else []
    for beginning, turn in _branches(conversation):
        parts += [f'<p class="facts branch" dir="auto">{_escaped(beginning)}</p>'] if beginning else []
        parts += _turn_in_html(turn)
    return "\n".join(parts)


def _branches(conversation: ExchangedConversation) -> Iterator[tuple[str, ExchangedTurn]]:
    """The turns apart, one branch after the other; before the first of each, the words that say where it begins."""
    queries = {turn.id: " ".join(turn.query.split()) for turn in conversation.turns}
    known = {turn.id for turn in conversation.apart}
    following: dict[int | None, list[ExchangedTurn]] = {}
    for turn in conversation.apart:
        following.setdefault(turn.parent if turn.parent in known else None, []).append(turn)
    waiting, before = following.pop(None, [])[::-1], 0
    while waiting:
        turn = waiting.pop()
        start = "from the beginning" if turn.parent is None else f"after “{queries[turn.parent]}”"
        yield "" if turn.parent == before else start, turn
        before = turn.id
        waiting += following.get(turn.id, [])[::-1]


def _turn_in_markdown(turn: ExchangedTurn) -> tuple[str, ...]:
    query = "\n".join(f"> {line}" for line in _marked(turn.query).split("\n"))
    return query, _marked(turn.answer) if turn.answer else "*no answer*", f"<sub>{_marked(_caption(turn))}</sub>"


def _turn_in_html(turn: ExchangedTurn) -> tuple[str, ...]:
    answer = _escaped(turn.answer) if turn.answer else "<em>no answer</em>"
    return (
        f'<p class="query" dir="auto">{_escaped(turn.query)}</p>',
        f'<p class="answer" dir="auto">{answer}</p>',
        f'<p class="facts">{_escaped(_caption(turn))}</p>',
    )


def title_in_words(conversation: ExchangedConversation) -> str:
    """The title in one line, also where there is none."""
    return " ".join(conversation.title.split()) or "New chat"


def _facts(conversation: ExchangedConversation) -> tuple[str, ...]:
    """Two lines about the whole conversation."""
    began = _day(conversation.created)
    model = f"{conversation.model} ({conversation.fingerprint[:12]})"
    size = f"memory of {shape_in_words(conversation.shape)}"
    seed = conversation.initial_seed
    start = f"started from “{conversation.origin}”" if conversation.origin else f"initial memory from seed {seed}"
    return (
        " · ".join(part for part in (model, size, began) if part),
        f"{start} · {conversation.initial_memory[:12]}",
    )


def _day(moment: float) -> str:
    """The day of a moment, in local time; empty where it is no date, as a file from elsewhere may say."""
    try:
        return datetime.fromtimestamp(moment, UTC).astimezone().strftime("%Y-%m-%d") if moment > 0 else ""
    except (ValueError, OverflowError, OSError):
        return ""


def _caption(turn: ExchangedTurn) -> str:
    """What is known of a turn, in one line."""
    record = turn.record
    if record is None:
        return " · ".join(part for part in ("not in memory", turn.error) if part)
    metrics, sampling = record.metrics, record.sampling
    speed = metrics.tokens_per_s
    chosen = "greedy" if sampling.temperature == 0 else f"temperature {sampling.temperature:g}, seed {sampling.seed}"
    written = "edited after it was written" if turn.answer != record.answer else "in memory"
    ending = {"eos": "", "length": "cut at its longest", "stopped": "stopped"}[record.reason]
    parts = (
        f"turn {record.turn + 1}",
        f"first token {1000 * metrics.first_token_s:.0f} ms" if metrics.first_token_s else "",
        f"{speed:.0f} tokens/s" if speed is not None else "",
        f"memory {1000 * metrics.memory_s:.0f} ms",
        chosen,
        ending,
        written,
        record.memory_after[:12],
    )
    return " · ".join(part for part in parts if part)


def _plain(text: str) -> str:
    """The text without control characters, which neither page can hold; line breaks and tabs stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter in "\n\t" or not _is_control(letter))


def _is_control(letter: str) -> bool:
    return letter < " " or "\x7f" <= letter <= "\x9f" or "\ud800" <= letter <= "\udfff" or letter in "\ufffe\uffff"


def _escaped(text: str) -> str:
    return html.escape(_plain(text))


def _marked(text: str) -> str:
    """The text with a backslash before everything that Markdown would read as markup; line breaks are kept."""
    return _BREAK.sub(r"\\\n", "\n".join(_marked_line(line) for line in _plain(text).split("\n")))


def _marked_line(line: str) -> str:
    line = _INDENT.sub(lambda found: "\u00a0" * len(found.group().expandtabs(4)), line)  # four spaces would be code
    line = _MARKUP.sub(lambda found: "\\" + found.group(), line)
    return _BEGINS_BLOCK.sub(lambda found: found.group(1) + _guarded(found.group(2)), line)


def _guarded(mark: str) -> str:
    """`#` -> `\\#`, `12.` -> `12\\.`"""
    return f"{mark[:-1]}\\{mark[-1]}"
