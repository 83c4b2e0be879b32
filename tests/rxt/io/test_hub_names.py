"""Names of files on a hub: harmless on every system, or the whole repository is refused before a byte arrives."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub.hf_api import RepoSibling
from hypothesis import given
from hypothesis import strategies as st

from rxt.io.hub import fetch
from rxt.io.hub_errors import HostileNameError
from rxt.io.listing import check_name, read_listing
from tests.rxt.io.conftest import REPOSITORY
from tests.rxt.io.hub_server import COMMIT, HubServer

HOSTILE = [
    "../x.json",
    "a/../../x.json",
    "./x.json",
    "a//x.json",
    "/abs.json",
    "//host/share/x.json",
    "\\\\host\\share\\x.json",
    "..\\x.json",
    "C:\\x.json",
    "C:x.json",
    "config.json:stream.json",
    "a\0b.json",
    "a\nb.json",
    "CON.json",
    "aux.safetensors",
    "com1.json",
    "nul .json",
    "lpt9/x.json",
    "config.json.",
    "config.json ",
    " config.json",
    "dots./x.json",
    "n" * 300 + ".json",
    "é" * 120 + ".json",
    "model\u202enosj.safetensors",
    "zero\u200bwidth.json",
    "line\u2028break.json",
    "what?.json",
    "a*.json",
    "pipe|.json",
    "\ud800.json",
]


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:40])
def test_that_a_hostile_name_refuses_the_whole_repository(name: str) -> None:
    listed = [RepoSibling(file, 2, "a" * 40) for file in ("config.json", name, "tokenizer.json")]
    info = SimpleNamespace(sha=COMMIT, gated=False, siblings=listed)
    with pytest.raises(HostileNameError, match="do not trust this repository") as caught:
        read_listing(info, REPOSITORY, "main")
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["../../x.json", "/abs.json", "CON.json", "\ud800.json"])
def test_that_a_hostile_name_is_found_before_anything_is_fetched(hub: HubServer, cache: Path, name: str) -> None:
    hub.repositories[REPOSITORY].files[name] = b"{}"
    with pytest.raises(HostileNameError):
        fetch(REPOSITORY)
    assert not hub.paths("/resolve/")
    assert not cache.exists()


@pytest.mark.parametrize("other", ["Config.json", "CONFIG.JSON", "ｃonfig.json"])
def test_that_names_that_fall_together_on_some_systems_are_refused(hub: HubServer, cache: Path, other: str) -> None:
    hub.repositories[REPOSITORY].files[other] = b"{}"
    with pytest.raises(HostileNameError, match="the same on some systems"):
        fetch(REPOSITORY)
    assert not cache.exists()


@pytest.mark.parametrize("name", ["../x.py", "CON.bin", "bild\u202egnp.exe", "x" * 300 + ".md"])
def test_that_a_name_that_is_never_fetched_does_no_harm(hub: HubServer, name: str) -> None:
    hub.repositories[REPOSITORY].files[name] = b"nobody asks for this"
    fetch(REPOSITORY)
    assert not [path for path in hub.paths("/resolve/") if not path.endswith((".json", ".safetensors"))]


@pytest.mark.parametrize(
    "name", ["config.json", "model-00001-of-00002.safetensors", "a b.json", "модель.json", ".x.json", "a/b/c.json"]
)
def test_that_an_ordinary_name_is_accepted(name: str) -> None:
    check_name(name, REPOSITORY)


@given(st.text(max_size=30))
def test_that_an_accepted_name_stays_in_its_folder(name: str) -> None:
    try:
        check_name(name, REPOSITORY)
    except HostileNameError:
        return
    root = Path("/cache/snapshot")
    assert root in (root / name).parents
    assert ".." not in Path(name).parts
    assert not set(name) & set('\\:<>"|?*\0')
