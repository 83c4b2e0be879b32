"""A token is shown to the hub where it asks for one, and to nobody else, ever."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from huggingface_hub import constants

from rxt.io.hub import fetch, look_up
from rxt.io.hub_errors import (
    ConnectionLostError,
    HubAnswerError,
    HubError,
    LicenceError,
    NotFoundError,
    RateLimitError,
    TokenError,
    WrongBytesError,
)
from tests.rxt.io.conftest import REPOSITORY
from tests.rxt.io.hub_server import HubServer

CANARY = "hf_canaryCANARYcanaryCANARYcanary99"
WEIGHTS = "model.safetensors"


def gate(hub: HubServer, *, accepted: bool) -> None:
    hub.valid_tokens.add(CANARY)
    repository = hub.repositories[REPOSITORY]
    repository.gated, repository.members = True, frozenset([CANARY] if accepted else [])


def store(token: str) -> None:
    """As `hf auth login` does."""
    Path(constants.HF_TOKEN_PATH).write_text(token, encoding="utf-8")


def test_that_a_gated_model_without_a_token_explains_the_licence_and_where_to_accept_it(hub: HubServer) -> None:
    gate(hub, accepted=False)
    with pytest.raises(LicenceError, match=r"accept its licence first.*hf auth login") as caught:
        fetch(REPOSITORY)
    assert caught.value.page == f"{hub.address}/{REPOSITORY}"
    assert caught.value.page in str(caught.value)


def test_that_a_gated_model_with_a_token_that_has_not_accepted_says_so(hub: HubServer) -> None:
    gate(hub, accepted=False)
    with pytest.raises(LicenceError, match="account of your token has not accepted the licence") as caught:
        fetch(REPOSITORY, token=CANARY)
    assert caught.value.page == f"{hub.address}/{REPOSITORY}"


@pytest.mark.parametrize("way", ["typed", "typed with a line break", "stored"])
def test_that_a_gated_model_arrives_with_an_accepted_token(hub: HubServer, way: str) -> None:
    gate(hub, accepted=True)
    if way == "stored":
        store(CANARY)
    token = {"typed": CANARY, "typed with a line break": f" {CANARY}\n", "stored": None}[way]
    fetched = fetch(REPOSITORY, token=token)
    assert (fetched.folder / WEIGHTS).read_bytes() == hub.repositories[REPOSITORY].files[WEIGHTS]


def test_that_the_typed_token_goes_before_the_stored_one(hub: HubServer) -> None:
    gate(hub, accepted=True)
    store("hf_another")
    fetch(REPOSITORY, token=CANARY)
    assert set(hub.seen("authorization")) == {f"Bearer {CANARY}"}


def test_that_a_public_model_is_fetched_without_a_token(hub: HubServer) -> None:
    store(CANARY)
    fetch(REPOSITORY, token=CANARY)
    assert hub.seen("authorization") == []


def test_that_a_private_model_is_found_with_a_token_and_not_without(hub: HubServer) -> None:
    repository = hub.repositories[REPOSITORY]
    repository.private, repository.members = True, frozenset([CANARY])
    hub.valid_tokens |= {CANARY, "hf_stranger"}
    with pytest.raises(NotFoundError, match="if it is private, sign in"):
        fetch(REPOSITORY)
    with pytest.raises(NotFoundError, match="none that the account of your token may see"):
        fetch(REPOSITORY, token="hf_stranger")  # noqa: S106
    assert look_up(REPOSITORY, token=CANARY).repository == REPOSITORY


def test_that_a_token_that_is_not_valid_any_more_is_told_from_a_licence(hub: HubServer) -> None:
    gate(hub, accepted=True)
    with pytest.raises(TokenError, match="not valid any more") as caught:
        fetch(REPOSITORY, token="hf_expired")  # noqa: S106
    assert caught.value.page == f"{hub.address}/settings/tokens"


def test_that_a_token_with_too_few_rights_is_told_from_a_licence(hub: HubServer) -> None:
    hub.faults.refuse = {WEIGHTS: (403, {})}
    hub.valid_tokens.add(CANARY)
    with pytest.raises(TokenError, match="too few rights"):
        fetch(REPOSITORY, token=CANARY)


@pytest.mark.parametrize("token", ["hf_with space", "hf_nul\0", "hf_línea", "hf_a\r\nX-Header: 1", "hf_" + "x" * 5000])
def test_that_a_text_that_is_no_token_is_never_sent_or_repeated(hub: HubServer, token: str) -> None:
    gate(hub, accepted=True)
    with pytest.raises(TokenError, match="not a token") as caught:
        fetch(REPOSITORY, token=token)
    assert "hf_" not in str(caught.value)
    assert hub.requests == []


def test_that_the_storage_host_never_sees_the_token(hub: HubServer) -> None:
    gate(hub, accepted=True)
    storage = HubServer()
    storage.repositories = hub.repositories
    with storage.running():
        hub.storage = storage.address
        storage.faults.drop_after = [70_000]
        fetched = fetch(REPOSITORY, token=CANARY)
    assert (fetched.folder / WEIGHTS).read_bytes() == hub.repositories[REPOSITORY].files[WEIGHTS]
    assert len(storage.requests) == 2
    assert storage.seen("range") == ["bytes=70000-"]
    assert storage.seen("authorization") == []
    assert CANARY not in repr(storage.requests)


def happy(hub: HubServer) -> None:
    gate(hub, accepted=True)


def licence(hub: HubServer) -> None:
    gate(hub, accepted=False)


def expired(hub: HubServer) -> None:
    gate(hub, accepted=True)
    hub.valid_tokens.clear()


def wrong_bytes(hub: HubServer) -> None:
    gate(hub, accepted=True)
    hub.faults.corrupt = 9


def too_many(hub: HubServer) -> None:
    gate(hub, accepted=True)
    hub.faults.refuse = {WEIGHTS: (429, {"X-Error-Message": f"slow down {hub.echo}"})}


def broken(hub: HubServer) -> None:
    gate(hub, accepted=True)
    hub.faults.drop_after = [10] * 99


def illegible(hub: HubServer) -> None:
    gate(hub, accepted=True)
    hub.repositories[REPOSITORY].private = True
    hub.repositories[REPOSITORY].listing["siblings"] = CANARY


@contextmanager
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The most talkative logs of every library, those of the transport included."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith(("http", "hugging", "filelock"))]
    propagate = {name: logging.getLogger(name).propagate for name in names}
    levels = {name: logging.getLogger(name).level for name in names}
    try:
        for name in names:
            logging.getLogger(name).propagate = True
            logging.getLogger(name).setLevel(logging.DEBUG)
        with caplog.at_level(logging.DEBUG):
            yield
    finally:
        for name in names:
            logging.getLogger(name).propagate = propagate[name]
            logging.getLogger(name).setLevel(levels[name])


def texts_of(error: HubError) -> list[str]:
    """Everything that a crash report could say of an error, the variables of its frames in this library included."""
    frames = [
        frame
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if Path(frame.f_code.co_filename).parent.name == "io"
    ]
    ours = [frame for frame in frames if not Path(frame.f_code.co_filename).name.startswith("test_")]
    # `token` is the argument that the caller gave.
    variables = [repr(value) for frame in ours for name, value in frame.f_locals.items() if name != "token"]
    return [str(error), repr(error), "".join(traceback.format_exception(error)), repr(vars(error)), *variables]


@pytest.mark.parametrize("echo", ["", CANARY], ids=["silent server", "server that repeats the token"])
@pytest.mark.parametrize(
    ("scene", "kind"),
    [
        (happy, None),
        (licence, LicenceError),
        (expired, TokenError),
        (wrong_bytes, WrongBytesError),
        (too_many, RateLimitError),
        (broken, ConnectionLostError),
        (illegible, HubAnswerError),
    ],
)
def test_that_the_token_is_in_no_file_log_or_error(
    hub: HubServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scene: Callable[[HubServer], None],
    kind: type[HubError] | None,
    echo: str,
) -> None:
    monkeypatch.setattr(constants, "HF_DEBUG", True)
    hub.echo = echo
    scene(hub)
    with everything_logged(caplog):
        if kind is None:
            texts = [repr(fetch(REPOSITORY, token=CANARY))]
        else:
            with pytest.raises(kind) as caught:
                fetch(REPOSITORY, token=CANARY)
            assert (caught.value.__cause__, caught.value.__context__) == (None, None)
            texts = texts_of(caught.value)
    assert f"Bearer {CANARY}" in hub.seen("authorization")  # it was used, so it could have leaked
    captured = capfd.readouterr()
    # The transport's own debug log repeats the headers that a server sent: what a server repeats is not ours to hide.
    records = [record for record in caplog.records if not (echo and record.name.startswith("httpcore"))]
    texts += [captured.out, captured.err, *(record.getMessage() for record in records)]
    assert records
    assert not [text for text in texts if CANARY in text]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert not [path for path in tmp_path.rglob("*") if CANARY in path.name]
