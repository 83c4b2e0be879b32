"""Chats, memories and system prompts as files, with the bundled model: every hash agrees on the other side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.engine.library import import_rxt
from app.engine.messages import ReplayCheck
from tests.app.engine.conftest import Desk
from tests.app.engine.fake_session import Behaviour

LOAD_MS = 60_000


@pytest.fixture
def desks(qtbot: QtBot, tmp_path: Path) -> Iterator[list[Desk]]:
    """Two ports over the bundled model, each with a data folder of its own."""
    made = [Desk(qtbot, tmp_path / name, Behaviour(), import_rxt) for name in ("here", "there")]
    for desk in made:
        desk.port.start(None, None, 7)
        desk.until(lambda desk=desk: not desk.port.phase.is_busy, LOAD_MS)
    yield made
    for desk in made:
        assert desk.port.shutdown()


def test_that_a_chat_from_a_file_has_every_memory_it_had(desks: list[Desk], tmp_path: Path) -> None:
    here, there = desks
    for text in ("Hi, my name is Alice.", "I live in Tokyo.", "What is my name?"):
        here.say(text)
    records = [turn.record for turn in _reopened(here).turns]
    path = tmp_path / "chat.json"
    here.port.export_conversation(here.opened.id, path)
    here.until(path.exists)
    told: list[int] = []
    there.port.conversation_imported.connect(lambda number, _title: told.append(number))
    there.port.import_conversation(path)
    there.until(lambda: bool(told))
    there.port.open_conversation(told[0])
    there.rest()
    found = [turn.record for turn in there.opened.turns]
    assert [(r.memory_after, r.interaction_ids) for r in found if r] == [
        (r.memory_after, r.interaction_ids) for r in records if r
    ]
    checked: list[ReplayCheck] = []
    there.port.replay_checked.connect(checked.append)
    there.port.replay_conversation()
    there.until(lambda: bool(checked))
    assert checked == [ReplayCheck(3, 3, None)]


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ([2, 5, 300, 6, 3], "gives another memory"),
        ([2, 5, 2**31 - 1, 6, 3], "cannot be computed again: token ids must be"),
        ([5] * 100_000, "cannot be computed again: it has 100,000 tokens"),
    ],
)
def test_that_a_chat_whose_tokens_were_changed_is_opened_only_as_far_as_its_hashes_agree(
    desks: list[Desk], tmp_path: Path, ids: list[int], words: str
) -> None:
    here, there = desks
    for text in ("Hi, my name is Alice.", "I live in Tokyo."):
        here.say(text)
    path = tmp_path / "chat.json"
    here.port.export_conversation(here.opened.id, path)
    here.until(path.exists)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["turns"][1]["record"]["interaction_ids"] = ids
    path.write_text(json.dumps(document), encoding="utf-8")
    told: list[int] = []
    there.port.conversation_imported.connect(lambda number, _title: told.append(number))
    there.port.import_conversation(path)
    there.until(lambda: bool(told))
    there.port.open_conversation(told[0])
    there.rest()
    assert [turn.query for turn in there.opened.turns] == ["Hi, my name is Alice."]
    assert there.heard.failed[-1][0] == "This chat was opened at an earlier turn"
    assert words in there.heard.failed[-1][1]


def _reopened(desk: Desk):  # type: ignore[no-untyped-def]
    desk.port.open_conversation(desk.opened.id)
    desk.rest()
    return desk.opened


def test_that_a_system_prompt_of_one_seed_is_the_same_memory_everywhere(desks: list[Desk]) -> None:
    for desk in desks:
        desk.port.write_system_prompt("The user is called Alice.", "", 11)
        desk.rest()
    one, two = (desk.opened for desk in desks)
    assert one.initial.sha256 == two.initial.sha256
    assert one.origin == "The user is called Alice."
    desks[0].port.write_system_prompt("word " * 2000, "", 11)
    desks[0].rest()
    assert desks[0].heard.failed[-1][0] == "The system prompt was not written"
    model = desks[0].port.model
    assert model is not None
    assert f"at most {model.interaction_length}" in desks[0].heard.failed[-1][1]
    assert desks[0].opened is one
