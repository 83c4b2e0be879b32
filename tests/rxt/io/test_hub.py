"""Models from the hub: only data, one commit, checked, and usable without a network ever after."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import constants

import rxt
from rxt.errors import ModelError
from rxt.io.credentials import Credentials
from rxt.io.download import Download
from rxt.io.errand import Errand, Progress
from rxt.io.hub import fetch, fetch_whole, is_still_to_come, look_up, resolve
from rxt.io.hub_cache import HubCache
from rxt.io.hub_errors import DiskSpaceError, NoNetworkError, NotFoundError, UnsuitableError
from rxt.io.listing import MODEL_ALONE, TOKENIZER_ALONE
from tests.rxt.io.conftest import REPOSITORY, tiny_files
from tests.rxt.io.hub_server import COMMIT, NEXT_COMMIT, HubServer, Repository

ROOT = Path(__file__).parents[3]
WANTED = {"config.json", "tokenizer.json", "model.safetensors"}


def unplug(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """No hub answers any more; the port belongs to nobody."""
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_that_a_public_model_arrives_byte_for_byte(hub: HubServer) -> None:
    fetched = fetch(REPOSITORY)
    files = hub.repositories[REPOSITORY].files
    assert contents(fetched.folder) == {name: files[name] for name in WANTED}
    assert (fetched.repository, fetched.commit, fetched.is_copy) == (REPOSITORY, COMMIT, False)
    assert fetched.folder.name == COMMIT


def test_that_only_a_repository_without_a_copy_here_is_still_to_come(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert is_still_to_come(REPOSITORY)
    assert is_still_to_come(f"{REPOSITORY}@main")
    assert not any(is_still_to_come(name) for name in (str(tmp_path), "nonsense", f"{REPOSITORY}@a..b", "\0/x"))
    assert hub.paths("") == []
    fetch(REPOSITORY)
    assert not is_still_to_come(REPOSITORY)
    (tmp_path / "away").mkdir()
    assert not is_still_to_come("away/model")


def test_that_code_pickles_and_subfolders_are_never_asked_for(hub: HubServer, cache: Path) -> None:
    fetch(REPOSITORY)
    assert {path.rpartition("/")[2] for path in hub.paths("/resolve/")} == WANTED
    names = {path.name for path in cache.rglob("*") if not path.is_dir()}
    assert not [name for name in names if Path(name).suffix in (".py", ".bin", ".pkl", ".md")]


def test_that_every_file_is_asked_for_by_commit_and_not_by_branch(hub: HubServer) -> None:
    fetch(REPOSITORY)
    assert all(f"/resolve/{COMMIT}/" in path for path in hub.paths("/resolve/"))


def test_that_the_client_of_the_hub_finds_what_was_fetched(hub: HubServer) -> None:
    fetched = fetch(REPOSITORY)
    found = huggingface_hub.snapshot_download(REPOSITORY, local_files_only=True)
    assert Path(found) == fetched.folder
    (repository,) = huggingface_hub.scan_cache_dir(constants.HF_HUB_CACHE).repos
    assert (repository.repo_id, repository.nb_files) == (REPOSITORY, len(WANTED))


def test_that_what_the_client_of_the_hub_fetched_is_not_fetched_again(hub: HubServer) -> None:
    for name in WANTED:
        huggingface_hub.hf_hub_download(REPOSITORY, name)
    before = len(hub.paths("/resolve/"))
    fetch(REPOSITORY)
    assert len(hub.paths("/resolve/")) == before


def test_that_a_second_download_brings_nothing_again(hub: HubServer) -> None:
    fetch(REPOSITORY)
    before = len(hub.paths("/resolve/"))
    assert fetch(REPOSITORY).folder.is_dir()
    assert len(hub.paths("/resolve/")) == before


def test_that_a_commit_that_is_here_opens_without_a_question(hub: HubServer) -> None:
    fetch(REPOSITORY)
    hub.requests.clear()
    fetched = fetch(REPOSITORY, revision=COMMIT)
    assert (fetched.commit, fetched.is_copy, hub.requests) == (COMMIT, False, [])


def test_that_a_moved_branch_brings_only_what_changed_and_keeps_the_old_commit(hub: HubServer) -> None:
    old = fetch(REPOSITORY).folder
    repository = hub.repositories[REPOSITORY]
    repository.commit, repository.files["config.json"] = NEXT_COMMIT, b'{"model": "newer"}'
    hub.requests.clear()
    new = fetch(REPOSITORY)
    assert hub.paths("/resolve/") == [f"/{REPOSITORY}/resolve/{NEXT_COMMIT}/config.json"]
    assert (new.commit, (new.folder / "config.json").read_bytes()) == (NEXT_COMMIT, b'{"model": "newer"}')
    assert (old / "config.json").read_bytes() == tiny_files()["config.json"]
    assert fetch(REPOSITORY, revision=COMMIT).folder == old


def test_that_without_a_network_the_copy_is_used_and_says_which_commit_it_is(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fetch(REPOSITORY).folder
    unplug(hub, monkeypatch)
    fetched = fetch(REPOSITORY)
    assert (fetched.folder, fetched.commit, fetched.is_copy) == (folder, COMMIT, True)


def test_that_a_copy_is_used_behind_a_login_page_of_the_network(hub: HubServer) -> None:
    folder = fetch(REPOSITORY).folder
    hub.faults.portal = True
    fetched = fetch(REPOSITORY)
    assert (fetched.folder, fetched.is_copy) == (folder, True)


def test_that_offline_mode_uses_the_copy(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(REPOSITORY)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    hub.requests.clear()
    assert fetch(REPOSITORY).is_copy
    assert hub.requests == []


def test_that_offline_mode_without_a_copy_says_what_switches_the_hub_off(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(NoNetworkError, match="HF_HUB_OFFLINE"):
        fetch(REPOSITORY)


def test_that_a_half_fetched_model_is_no_copy(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.faults.refuse = {"model.safetensors": (403, {})}
    with pytest.raises(ModelError):
        fetch(REPOSITORY)
    unplug(hub, monkeypatch)
    with pytest.raises(NoNetworkError):
        fetch(REPOSITORY)


def test_that_a_model_of_which_another_client_fetched_some_parts_is_completed(hub: HubServer) -> None:
    parts = {f"model-0000{number}-of-00002.safetensors": b"part" * number for number in (1, 2)}
    files = hub.repositories[REPOSITORY].files
    del files["model.safetensors"]
    index = json.dumps({"weight_map": dict(zip(("a", "b"), parts, strict=True))}).encode()
    files |= {**parts, "model.safetensors.index.json": index}
    for name in ("config.json", "tokenizer.json", "model.safetensors.index.json", min(parts)):
        huggingface_hub.hf_hub_download(REPOSITORY, name, revision=COMMIT)
    folder = fetch(REPOSITORY, revision=COMMIT).folder
    assert {name: (folder / name).read_bytes() for name in parts} == parts
    hub.requests.clear()
    assert (fetch(REPOSITORY, revision=COMMIT).folder, hub.requests) == (folder, [])


def test_that_a_copy_that_the_disk_cut_short_is_fetched_anew(hub: HubServer) -> None:
    folder = fetch(REPOSITORY).folder
    weights = folder / "model.safetensors"
    os.truncate(weights, 1000)
    hub.requests.clear()
    fetch(REPOSITORY)
    assert weights.read_bytes() == hub.repositories[REPOSITORY].files["model.safetensors"]
    assert len(hub.paths("/resolve/")) == 1


def test_that_a_commit_that_the_disk_cut_short_is_fetched_anew_where_the_hub_tells_its_sizes(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fetch(REPOSITORY).folder
    weights = folder / "model.safetensors"
    os.truncate(weights, 1000)
    assert fetch_whole(REPOSITORY, revision=COMMIT).folder == folder
    assert weights.read_bytes() == hub.repositories[REPOSITORY].files["model.safetensors"]
    unplug(hub, monkeypatch)
    fetched = fetch_whole(REPOSITORY, revision=COMMIT)
    assert (fetched.folder, fetched.is_copy) == (folder, True)


@pytest.mark.parametrize(
    "config", [b'{"model_type": "llama"}', b'{"decoder_config": "no"}', b"[]", b"no JSON", b" " * 2**21]
)
def test_that_of_another_kind_of_model_only_the_configuration_is_downloaded(hub: HubServer, config: bytes) -> None:
    hub.repositories[REPOSITORY].files["config.json"] = config
    with pytest.raises(UnsuitableError, match=r"is not a Reactive Transformer.*Nothing else of it was downloaded"):
        fetch(REPOSITORY)
    assert hub.paths("/resolve/") == [f"/{REPOSITORY}/resolve/{COMMIT}/config.json"]
    with pytest.raises(UnsuitableError):
        fetch(REPOSITORY)
    assert len(hub.paths("/resolve/")) == 1


@pytest.mark.parametrize("links", ["no symlinks", "no links"])
def test_that_a_disk_without_links_holds_a_model_all_the_same(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch, links: str
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_SYMLINKS", True, raising=False)

    def no_link(*_: object) -> None:
        raise OSError("no links here")

    if links == "no links":
        monkeypatch.setattr(os, "link", no_link)
    files = hub.repositories[REPOSITORY].files
    files["again.json"] = files["config.json"]  # one content under two names
    folder = fetch(REPOSITORY).folder
    assert contents(folder) == {name: files[name] for name in (*WANTED, "again.json")}
    assert not any(path.is_symlink() for path in folder.iterdir())
    hub.requests.clear()
    fetch(REPOSITORY)
    assert not hub.paths("/resolve/")


@pytest.mark.parametrize("when", ["before a file is placed", "while it is placed"])
@pytest.mark.parametrize("links", ["symlinks", "no symlinks", "no links"])
def test_that_two_programs_that_show_the_same_files_at_once_take_nothing_from_each_other(
    hub: HubServer, cache: Path, monkeypatch: pytest.MonkeyPatch, links: str, when: str
) -> None:
    def no_link(*_: object) -> None:
        raise OSError("no links here")

    if links == "no links":
        monkeypatch.setattr(os, "link", no_link)
    files = hub.repositories[REPOSITORY].files
    held = HubCache(cache, REPOSITORY, links == "symlinks")
    Download(look_up(REPOSITORY), held, Credentials(None, hub.address), hub.address).run(Errand())
    place = {
        "before a file is placed": (HubCache, "_place"),
        "while it is placed": (Path, "symlink_to") if links == "symlinks" else (os, "link"),
    }[when]
    real = getattr(*place)

    def late(*arguments: Any) -> Any:
        monkeypatch.setattr(*place, real)
        held.publish(look_up(REPOSITORY))
        return real(*arguments)

    monkeypatch.setattr(*place, late)
    folder = held.publish(look_up(REPOSITORY))
    assert contents(folder) == {name: files[name] for name in WANTED}
    blobs = sorted(path.read_bytes() for path in (held.folder / "blobs").iterdir())
    assert blobs == ([] if links == "no links" else sorted(files[name] for name in WANTED))


def test_that_the_disk_is_measured_before_the_first_byte(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = sum(len(hub.repositories[REPOSITORY].files[name]) for name in WANTED)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=needed + 10))
    with pytest.raises(DiskSpaceError, match=r"has 200 kB free, and the model needs 220 kB\. Nothing"):
        fetch(REPOSITORY)
    assert not hub.paths("/resolve/")


def test_that_a_look_up_tells_what_a_download_would_bring(hub: HubServer, cache: Path) -> None:
    hub.repositories[REPOSITORY].gated = True
    listing = look_up(REPOSITORY)
    files = hub.repositories[REPOSITORY].files
    assert {file.name: file.size_bytes for file in listing.files} == {name: len(files[name]) for name in WANTED}
    assert (listing.commit, listing.gated) == (COMMIT, True)
    assert listing.total_bytes == sum(len(files[name]) for name in WANTED)
    assert not cache.exists()


def test_that_a_look_up_without_a_network_tells_of_the_copy(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(REPOSITORY)
    before = look_up(REPOSITORY)
    unplug(hub, monkeypatch)
    copy = look_up(REPOSITORY)
    assert {(file.name, file.size_bytes) for file in copy.files} == {
        (file.name, file.size_bytes) for file in before.files
    }
    assert (copy.commit, copy.is_copy, before.is_copy) == (COMMIT, True, False)
    with pytest.raises(NoNetworkError, match="is not on this computer"):
        look_up("someone/else")


def test_that_of_a_tokenizer_alone_no_weights_are_brought(hub: HubServer) -> None:
    folder = fetch(REPOSITORY, needed=TOKENIZER_ALONE).folder
    assert set(contents(folder)) == {"config.json", "tokenizer.json"}
    hub.repositories["someone/words"] = Repository({"tokenizer.json": b"{}", "README.md": b"#"})
    assert set(contents(fetch("someone/words", needed=TOKENIZER_ALONE).folder)) == {"tokenizer.json"}
    del hub.repositories["someone/words"].files["tokenizer.json"]
    hub.repositories["someone/words"].commit = NEXT_COMMIT
    with pytest.raises(UnsuitableError, match=r"is not a tokenizer that can be opened here: it has no tokenizer\.json"):
        fetch("someone/words", needed=TOKENIZER_ALONE)


def test_that_a_newer_tokenizer_does_not_hide_the_model_that_opens_without_the_hub(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fetch(REPOSITORY).folder
    hub.repositories[REPOSITORY].commit = NEXT_COMMIT
    assert fetch(REPOSITORY, needed=TOKENIZER_ALONE).commit == NEXT_COMMIT
    unplug(hub, monkeypatch)
    assert fetch(REPOSITORY).folder == folder


def test_that_a_model_without_a_tokenizer_is_brought_where_it_needs_none(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    del hub.repositories[REPOSITORY].files["tokenizer.json"]
    with pytest.raises(UnsuitableError, match=r"is not a model that can be opened here: it has no tokenizer\.json"):
        fetch(REPOSITORY)
    folder = fetch(REPOSITORY, needed=MODEL_ALONE).folder
    assert set(contents(folder)) == WANTED - {"tokenizer.json"}
    unplug(hub, monkeypatch)
    assert fetch(REPOSITORY, needed=MODEL_ALONE).folder == folder


def test_that_progress_ends_whole_and_never_runs_backwards(hub: HubServer) -> None:
    steps: list[Progress] = []
    fetch(REPOSITORY, progress=steps.append)
    done = [step.done_bytes for step in steps]
    assert done == sorted(done)
    assert steps[-1].done_bytes == steps[-1].total_bytes > 200_000
    assert steps[-1].fraction == 1.0


@pytest.mark.parametrize(
    "repository",
    [
        "tiny",
        "a/b/c",
        "../x",
        "/etc/passwd",
        "a/..",
        "someone/x\u202egnp",
        "a/<img src=x>",
        "a" * 10_000 + "/b",
        "a/b\n",
    ],
)
def test_that_a_text_that_is_no_repository_id_never_reaches_the_hub(repository: str) -> None:
    with pytest.raises(NotFoundError, match=r"owner/name") as caught:
        fetch(repository)  # and not that the hub is switched off, as it is here
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("revision", ["", "../main", "a/../../b", "/main", "main\n", "x" * 300, "C:x", "a\\b"])
def test_that_a_revision_that_could_leave_the_cache_never_reaches_the_hub(revision: str) -> None:
    with pytest.raises(NotFoundError, match="not the name of a revision"):
        fetch(REPOSITORY, revision=revision)


def test_that_a_name_resolves_to_its_folder_and_a_snapshot_to_its_name(hub: HubServer) -> None:
    folder, name = resolve(REPOSITORY)
    assert name == REPOSITORY
    assert resolve(folder) == (folder, REPOSITORY)
    assert resolve(f"{REPOSITORY}@{COMMIT}") == (folder, REPOSITORY)


def test_that_a_text_that_is_neither_folder_nor_repository_says_so() -> None:
    with pytest.raises(ModelError, match="no folder nonsense, and it is not a hub repository id"):
        resolve("nonsense")


def test_that_a_mistyped_folder_is_not_asked_of_the_hub(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "someone").mkdir()
    with pytest.raises(ModelError, match=f"There is no folder {REPOSITORY}. .* write {REPOSITORY}@main"):
        resolve(REPOSITORY)
    assert not hub.requests
    assert resolve(f"{REPOSITORY}@main")[1] == REPOSITORY


def test_that_what_is_neither_a_folder_nor_on_the_hub_is_said_to_be_neither(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFoundError, match=r"^There is no folder runz/mine here\. The hub has no public repository"):
        resolve("runz/mine")
    unplug(hub, monkeypatch)
    with pytest.raises(NoNetworkError, match=r"^There is no folder runz/mine here\. "):
        resolve("runz/mine")
    with pytest.raises(NoNetworkError, match=r"^runz/mine is not on this computer"):
        resolve("runz/mine@main")


def test_that_a_model_opens_by_its_name_and_again_without_the_hub(
    hub: HubServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repositories["golden/model"] = Repository({name: (folder / name).read_bytes() for name in WANTED})
    first = rxt.load("golden/model")
    unplug(hub, monkeypatch)
    again = rxt.load("golden/model")
    assert first.fingerprint == again.fingerprint == rxt.load(folder).fingerprint
    assert first.name == again.name == rxt.load(first.source).name == "golden/model"
    assert first.source == again.source
    assert Path(first.source).name == COMMIT


def test_that_two_fresh_programs_may_fetch_the_same_model_at_once(hub: HubServer, tmp_path: Path) -> None:
    hub.faults.drop_after = [50_000, 60_000]
    code = f"from rxt.io.hub import resolve; print(resolve({REPOSITORY!r})[0])"
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower() and name[:3] != "HF_"}
    environment = {**kept, "HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-W", "error", "-c", code]
    with ExitStack() as stack:
        both = [
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, env=environment, stdout=PIPE, stderr=PIPE, text=True)
            )
            for _ in range(2)
        ]
        answers = [process.communicate(timeout=60) for process in both]
    assert [error for _, error in answers] == ["", ""]  # no warning and, without a terminal, no bar
    (fetched,) = {Path(output.strip()) for output, _ in answers}
    files = hub.repositories[REPOSITORY].files
    assert contents(fetched) == {name: files[name] for name in WANTED}
    assert not [agent for agent in hub.seen("user-agent") if "torch" in agent or "agent/" in agent]
    assert not [request for request in hub.requests if REPOSITORY not in request.path]
