"""The user's settings, checked when they are read and when they are changed.

Kept in an ini file. A value that makes no sense is the default again; a file that makes no sense is set aside beside
its place and everything is the default again.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from PySide6.QtCore import QObject, QSettings, Signal

from app.models.memory_status import OnStop
from rxt.events import Sampling

ThemeChoice = Literal["system", "light", "dark"]
Dtype = Literal["float32", "auto"]
T = TypeVar("T")

TEMPERATURE_LIMIT = 5.0
SEED_LIMIT = 2**31 - 1
COUNT_LIMIT = 1_000_000
RECENT_MODELS = 8
SCALES = (100, 125, 150, 175)
"""How large everything in the window can be, in percent."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """All choices.

    sampling: how answers are chosen; greedy by default. on_stop: what becomes of a turn whose answer was stopped.
    memory_seed: of the memory a new chat starts from; None takes another one for every chat. theme: of the window.
    scale: how large everything in it is, one of SCALES, in percent; from the next start.
    reduced_motion: nothing fades or turns. hint_seen: whether the first hint about the memory map was shown.
    dtype: the number format of models that are opened from now on: exact, or the fastest here for answers.
    recent_models: folders of models that were opened, the latest first, at most RECENT_MODELS.
    shortcuts: (action, keys) for every action that was given another key than its first.
    """

    sampling: Sampling = Sampling()  # noqa: RUF009 (frozen)
    on_stop: OnStop = "remember"
    memory_seed: int | None = None
    theme: ThemeChoice = "system"
    scale: int = 100
    reduced_motion: bool = False
    hint_seen: bool = False
    dtype: Dtype = "float32"
    recent_models: tuple[str, ...] = ()
    shortcuts: tuple[tuple[str, str], ...] = ()


class Settings(QObject):
    """The choices and their file.

    Signals:
        changed(Preferences): something was chosen.
        refused(reason): the file cannot be written, so that choices last until the program ends; told once.
    """

    changed = Signal(object)
    refused = Signal(str)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = open_ini(path, self)
        self._preferences = self._read()
        self._has_told = False

    @property
    def preferences(self) -> Preferences:
        return self._preferences

    def apply(self, preferences: Preferences) -> None:
        """Keeps `preferences` and says so where they differ."""
        if preferences != self._preferences:
            former, self._preferences = self._preferences, preferences
            self._write(former)
            self.changed.emit(preferences)

    def update(self, **changes: Any) -> None:
        """Changes single fields of the preferences."""
        self.apply(replace(self._preferences, **changes))

    def restore_defaults(self) -> None:
        """Everything but what was already seen is the default again."""
        now = self._preferences
        self.apply(Preferences(hint_seen=now.hint_seen, recent_models=now.recent_models, shortcuts=now.shortcuts))

    def add_recent_model(self, source: str) -> None:
        """Notes that a model was opened; it is the latest now."""
        others = tuple(other for other in self._preferences.recent_models if other != source)
        self.update(recent_models=(source, *others)[:RECENT_MODELS])

    def choose_shortcut(self, action: str, keys: str | None) -> None:
        """Gives an action other keys; None: its first ones."""
        chosen = dict(self._preferences.shortcuts)
        chosen.pop(action, None)
        if keys is not None:
            chosen[action] = keys
        self.update(shortcuts=tuple(sorted(chosen.items())))

    def _read(self) -> Preferences:
        default = Preferences()
        chosen = default.sampling
        for field, parse in _SAMPLING.items():
            chosen = self._with(chosen, field, parse)
        return Preferences(
            sampling=chosen,
            on_stop=self._value("chat/on_stop", _choice("remember", "forget"), default.on_stop),
            memory_seed=self._value("chat/memory_seed", _seed_or_none, default.memory_seed),
            theme=self._value("window/theme", _choice("system", "light", "dark"), default.theme),
            scale=self._value("window/scale", _scale, default.scale),
            reduced_motion=self._value("window/reduced_motion", _boolean, default.reduced_motion),
            hint_seen=self._value("window/hint_seen", _boolean, default.hint_seen),
            dtype=self._value("models/dtype", _choice("float32", "auto"), default.dtype),
            recent_models=self._value("models/recent", _words, default.recent_models)[:RECENT_MODELS],
            shortcuts=self._value("window/shortcuts", _pairs, default.shortcuts),
        )

    def _with(self, sampling: Sampling, field: str, parse: Callable[[str], Any]) -> Sampling:
        try:
            return replace(sampling, **{field: self._value(f"sampling/{field}", parse, getattr(sampling, field))})
        except ValueError:
            return sampling

    def _value(self, key: str, parse: Callable[[str], Any], default: T) -> T:
        raw = self._file.value(key)
        if not isinstance(raw, str):
            return default
        try:
            value: T = parse(raw)
        except (ValueError, RecursionError):  # the latter from JSON that is nested very deeply
            return default
        return value

    def _write(self, former: Preferences) -> None:
        """What is another now: with the rest Qt leaves in the file what another process has chosen meanwhile."""
        before = _texts(former)
        for key, text in _texts(self._preferences).items():
            if text != before[key]:
                self._file.setValue(key, text)
        self._check()

    def _check(self) -> None:
        """Has the file written, which Qt does a moment later by itself, without a word where it cannot."""
        self._file.sync()
        if self._file.status() is QSettings.Status.AccessError and not self._has_told:
            self._has_told = True
            name = self._file.fileName()
            self.refused.emit(f"{name} cannot be written. What you choose lasts until Mneme is closed.")


def open_ini(path: Path, parent: QObject) -> QSettings:
    """The ini file at `path`; a damaged one is moved to `<name>.damaged` and an empty one takes its place."""
    file = QSettings(str(path), QSettings.Format.IniFormat, parent)
    file.setFallbacksEnabled(False)
    file.allKeys()  # reads the file, so that status() tells about it
    if file.status() is QSettings.Status.FormatError:
        file.deleteLater()
        with contextlib.suppress(OSError):
            path.replace(path.with_name(f"{path.name}.damaged"))
        file = QSettings(str(path), QSettings.Format.IniFormat, parent)
        file.setFallbacksEnabled(False)
    return file


def _texts(chosen: Preferences) -> dict[str, str]:
    """What the file says, by key."""
    return {
        **{f"sampling/{field.name}": _plain(getattr(chosen.sampling, field.name)) for field in fields(Sampling)},
        "chat/on_stop": chosen.on_stop,
        "chat/memory_seed": _plain(chosen.memory_seed),
        "window/theme": chosen.theme,
        "window/scale": _plain(chosen.scale),
        "window/reduced_motion": _plain(chosen.reduced_motion),
        "window/hint_seen": _plain(chosen.hint_seen),
        "models/dtype": chosen.dtype,
        "models/recent": json.dumps(chosen.recent_models),
        "window/shortcuts": json.dumps(dict(chosen.shortcuts)),
    }


def _plain(value: object) -> str:
    return "none" if value is None else str(value)


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw not in allowed:
            raise ValueError(raw)
        return raw

    return parse


def _boolean(raw: str) -> bool:
    return _choice("True", "False")(raw) == "True"


def _scale(raw: str) -> int:
    return int(_choice(*map(str, SCALES))(raw))


def _words(raw: str) -> tuple[str, ...]:
    found = json.loads(raw)
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise ValueError(raw)
    return tuple(found)


def _pairs(raw: str) -> tuple[tuple[str, str], ...]:
    found = json.loads(raw)
    if not isinstance(found, dict) or not all(isinstance(word, str) for word in found.values()):
        raise ValueError(raw)
    return tuple(sorted(found.items()))


def _bounded(raw: str, low: int, high: int) -> int:
    number = int(raw)
    if not low <= number <= high:
        raise ValueError(raw)
    return number


def _seed(raw: str) -> int:
    return _bounded(raw, 0, SEED_LIMIT)


def _seed_or_none(raw: str) -> int | None:
    return None if raw == "none" else _seed(raw)


def _count_or_none(raw: str) -> int | None:
    return None if raw == "none" else _bounded(raw, 1, COUNT_LIMIT)


def _temperature(raw: str) -> float:
    value = float(raw)
    if not 0 <= value <= TEMPERATURE_LIMIT:
        raise ValueError(raw)
    return value


def _share_or_none(raw: str) -> float | None:
    return None if raw == "none" else float(raw)


_SAMPLING: dict[str, Callable[[str], Any]] = {
    "temperature": _temperature,
    "top_k": _count_or_none,
    "top_p": _share_or_none,
    "seed": _seed,
    "max_tokens": _count_or_none,
}
