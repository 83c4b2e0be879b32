"""Settings survive a restart; what makes no sense is the default again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models.settings import RECENT_MODELS, Preferences, Settings
from rxt.events import Sampling


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.ini"


def test_that_choices_are_there_after_a_restart(file: Path) -> None:
    chosen = Preferences(
        Sampling(0.7, 40, 0.9, 11, 128),
        on_stop="forget",
        memory_seed=5,
        theme="dark",
        scale=150,
        reduced_motion=True,
        hint_seen=True,
        dtype="auto",
        recent_models=("/models/a, b", "org/name"),
        shortcuts=(("find_in_chat", "Ctrl+,"), ("regenerate", 'Ctrl+"')),
    )
    first = Settings(file)
    first.apply(chosen)
    first.deleteLater()
    first._file.sync()
    assert Settings(file).preferences == chosen


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_that_what_another_process_chose_meanwhile_stays(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")  # in one process Qt shares what has one name
    one, other = Settings(tmp_path / "data" / "settings.ini"), Settings(tmp_path / "link" / "settings.ini")
    one.update(theme="dark", scale=150)
    other.update(reduced_motion=True)
    one.update(hint_seen=True)
    one._file.sync()
    expected = Preferences(theme="dark", scale=150, reduced_motion=True, hint_seen=True)
    (tmp_path / "third").symlink_to(tmp_path / "data")
    assert Settings(tmp_path / "third" / "settings.ini").preferences == expected


def test_that_a_new_place_has_greedy_defaults_and_stays_empty(file: Path) -> None:
    assert Settings(file).preferences == Preferences()
    assert Settings(file).preferences.sampling.temperature == 0
    assert not file.exists()


@pytest.mark.parametrize(
    "line",
    [
        "[sampling]\ntemperature=nan", "[sampling]\ntemperature=-1", "[sampling]\ntemperature=1e999",
        "[sampling]\ntop_k=0", "[sampling]\ntop_k=many", "[sampling]\ntop_p=2", "[sampling]\ntop_p=nan",
        "[sampling]\nseed=-3", "[sampling]\nseed=1e9", "[sampling]\nmax_tokens=0", "[chat]\non_stop=maybe",
        "[chat]\nmemory_seed=x", "[window]\ntheme=pink", "[window]\nhint_seen=perhaps", "[window]\nscale=7",
        "[window]\nscale=1, 2", "[window]\nscale=150.0", "[window]\nscale=", f"[window]\nscale={'9' * 5_000}",
        "[sampling]\nseed=1, 2",
        "[sampling]\ntemperature=5.1", "[sampling]\nseed=2147483648", "[sampling]\ntop_k=1000001",
        "[models]\nrecent=x", "[models]\nrecent={}", "[models]\nrecent=[1]", "[window]\nshortcuts=[]",
        '[window]\nshortcuts="{\\"a\\": 1}"',
        f"[models]\nrecent={'[' * 200_000}", f"[window]\nshortcuts={'[' * 200_000}",
    ],
    ids=lambda line: line[:60],
)  # fmt: skip
def test_that_a_value_out_of_range_is_the_default_again(file: Path, line: str) -> None:
    file.write_text(f"{line}\n", encoding="utf-8")
    assert Settings(file).preferences == Preferences()


def test_that_the_ends_of_the_ranges_are_choices_and_one_that_is_none_takes_no_other_with_it(file: Path) -> None:
    file.write_text(
        "[sampling]\ntemperature=5\nseed=2147483647\ntop_k=1000000\ntop_p=7\n[chat]\nmemory_seed=0\n", encoding="utf-8"
    )
    chosen = Settings(file).preferences
    assert chosen == Preferences(Sampling(temperature=5.0, top_k=1_000_000, seed=2**31 - 1), memory_seed=0)


def test_that_no_more_models_are_read_than_are_kept(file: Path) -> None:
    kept = Settings(file)
    kept.apply(Preferences(recent_models=tuple(f"/models/{number}" for number in range(RECENT_MODELS + 4))))
    kept.deleteLater()
    kept._file.sync()
    assert Settings(file).preferences.recent_models == kept.preferences.recent_models[:RECENT_MODELS]


def test_that_a_damaged_file_is_set_aside(file: Path) -> None:
    damaged = b"[window\ntheme=dark\n\x00\xff=]]\n"
    file.write_bytes(damaged)
    assert Settings(file).preferences == Preferences()
    assert file.with_name("settings.ini.damaged").read_bytes() == damaged
    settings_again = Settings(file)
    settings_again.update(theme="light")
    assert settings_again.preferences.theme == "light"


@given(st.binary(max_size=200))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_that_any_bytes_in_the_file_give_preferences_of_a_valid_kind(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.ini"
    path.write_bytes(data)
    preferences = Settings(path).preferences
    assert preferences.theme in ("system", "light", "dark")
    assert preferences.sampling.temperature >= 0


def test_that_a_change_is_told_once_and_no_change_is_not_told(file: Path) -> None:
    store = Settings(file)
    told: list[Preferences] = []
    store.changed.connect(told.append)
    store.update(theme="dark")
    store.update(theme="dark")
    assert [preferences.theme for preferences in told] == ["dark"]


def test_that_a_file_that_cannot_be_written_is_told_once_and_what_was_chosen_counts_until_the_end(file: Path) -> None:
    file.mkdir()
    told: list[str] = []
    kept = Settings(file)
    kept.refused.connect(told.append)
    kept.update(theme="dark")
    kept.update(on_stop="forget")
    assert (kept.preferences.theme, kept.preferences.on_stop) == ("dark", "forget")
    assert told == [f"{file} cannot be written. What you choose lasts until Mneme is closed."]


def test_that_a_file_that_can_be_written_is_not_told(file: Path) -> None:
    told: list[str] = []
    kept = Settings(file)
    kept.refused.connect(told.append)
    kept.update(theme="dark")
    assert told == []
    assert "theme=dark" in file.read_text("utf-8")


def test_that_restoring_defaults_does_not_show_the_first_hint_again(file: Path) -> None:
    store = Settings(file)
    store.update(hint_seen=True, theme="dark", recent_models=("/models/a",))
    store.restore_defaults()
    assert store.preferences == Preferences(hint_seen=True, recent_models=("/models/a",))


def test_that_the_latest_models_are_kept_once_each_and_not_too_many(file: Path) -> None:
    kept = Settings(file)
    for number in [*range(12), 5]:
        kept.add_recent_model(f"/models/{number}")
    assert kept.preferences.recent_models[:3] == ("/models/5", "/models/11", "/models/10")
    assert len(kept.preferences.recent_models) == RECENT_MODELS


def test_that_keys_are_chosen_and_given_back(file: Path) -> None:
    kept = Settings(file)
    kept.choose_shortcut("stop", "F8")
    kept.choose_shortcut("regenerate", "F9")
    kept.choose_shortcut("stop", None)
    assert kept.preferences.shortcuts == (("regenerate", "F9"),)
    kept.restore_defaults()
    assert kept.preferences.shortcuts == (("regenerate", "F9"),)
