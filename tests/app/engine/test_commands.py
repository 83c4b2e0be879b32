"""What every command says of itself."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from app.engine.commands import Command


@pytest.mark.parametrize("command", get_args(Command))
def test_that_a_command_says_what_did_not_happen_and_whether_it_takes_a_while(command: Any) -> None:
    assert command.failure[0].isupper()
    assert not command.failure.endswith(".")
    assert command.phase is None or command.phase.is_busy


def test_that_no_refusal_is_worded_for_all_commands() -> None:
    """Two ways of sending a message have one heading; every other command has its own."""
    headings = {command.failure for command in get_args(Command)}
    assert len(headings) == len(get_args(Command)) - 1
