"""Takes pictures of the real window after a real conversation: light and dark, 1280 x 800 and 1920 x 1080.

    python tools/screenshot.py FOLDER [--model M]

Starts the application with an empty data folder, lets the model answer five messages typed into the composer, selects
the slot that changed most, and writes FOLDER/screenshot-light.png, screenshot-dark.png and the same with -1920x1080.
Works with a screen, under Xvfb and, where there is neither, offscreen. Exits with 1 where a picture is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtCore import QEventLoop, QPoint, QSize, QTimer, SignalInstance
from PySide6.QtGui import QAction, QCursor, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QPlainTextEdit

from app.main import application, run
from app.models.memory_history import MemoryHistory
from app.models.settings import Settings
from app.paths import Paths

CONVERSATION = (
    "Hi, my name is Alice.",
    "What is my name?",
    "I live in Tokyo.",
    "Where do I live?",
    "What is my job?",
)
SIZES = {"": QSize(1280, 800), "-1920x1080": QSize(1920, 1080)}
MEMORY_SEED = 7
TURN_S = 120
STILL_MS = 100
STILL_TRIES = 50


class PictureError(Exception):
    """A picture could not be taken; the message says why."""


def until(changed: SignalInstance, condition: Callable[[], bool], what: str, limit_s: float) -> None:
    """Waits for `condition`, looking whenever `changed` is emitted. Raises PictureError after `limit_s`."""
    loop = QEventLoop()
    limit = QTimer(singleShot=True, interval=round(limit_s * 1000))
    limit.timeout.connect(loop.quit)

    def look(*_: object) -> None:
        if condition():
            loop.quit()

    if condition():
        return
    changed.connect(look)
    limit.start()
    loop.exec()
    changed.disconnect(look)
    if not condition():
        raise PictureError(f"{what} did not happen within {limit_s:g} s")


class Photographer:
    """Talks to the model through the window and takes its pictures."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        self._app = app
        self._folder = folder
        self.error: str | None = None

    def work(self) -> None:
        """Everything, then the window is closed."""
        window = next(widget for widget in self._app.topLevelWidgets() if isinstance(widget, QMainWindow))
        try:
            self._talk(window)
            self._select_liveliest_slot()
            for theme in ("light", "dark"):
                for ending, size in SIZES.items():
                    self._take(window, theme, size, self._folder / f"screenshot-{theme}{ending}.png")
        except Exception as error:  # noqa: BLE001 - whatever it was, the window must close and the reason be told
            self.error = f"{type(error).__name__}: {error}"
        finally:
            window.close()

    @staticmethod
    def _talk(window: QMainWindow) -> None:
        ready = window.findChild(QAction, "action_new_chat")  # can be used exactly while the engine is idle
        composer = window.findChild(QPlainTextEdit, "composer")
        send = window.findChild(QAbstractButton, "sendButton")
        saved = window.findChild(QAction, "action_save_memory")
        until(ready.changed, ready.isEnabled, "loading the model", TURN_S)
        for message in CONVERSATION:
            composer.setPlainText(message)
            send.click()
            until(ready.changed, lambda: not ready.isEnabled(), "sending", TURN_S)
            until(ready.changed, ready.isEnabled, f"answering “{message}”", TURN_S)
        if not saved.isEnabled():
            raise PictureError("no turn was written to memory")

    def _select_liveliest_slot(self) -> None:
        history = self._app.findChild(MemoryHistory)
        record = history.current
        if record is not None:
            layer, slot = divmod(int(record.change.argmax()), record.change.shape[1])
            history.select_slot(layer, slot)

    def _take(self, window: QMainWindow, theme: str, size: QSize, path: Path) -> None:
        window.findChild(QAction, f"action_theme_{theme}").trigger()
        window.resize(size)
        window.findChild(QAction, "action_reset_layout").trigger()
        QCursor.setPos(window.mapToGlobal(QPoint(size.width() - 1, 1)))  # hovers over nothing
        picture = self._when_still(window)
        if picture.size() != size * picture.devicePixelRatio():
            raise PictureError(f"the window is {picture.width()} x {picture.height()}, not {size.width()} wide")
        if not picture.save(str(path)):
            raise PictureError(f"{path} could not be written")

    @staticmethod
    def _when_still(window: QMainWindow) -> QImage:
        """The window once two looks in a row see the same."""
        before, pause = window.grab().toImage(), QTimer(interval=STILL_MS)
        pause.start()
        for _ in range(STILL_TRIES):
            loop = QEventLoop()
            pause.timeout.connect(loop.quit)
            loop.exec()
            now = window.grab().toImage()
            if now == before:
                return now
            before = now
        raise PictureError("the window never holds still")


def use_a_large_screen(scratch: Path) -> None:
    """Without a screen, an offscreen one that holds the largest picture; read when QApplication is made."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    has_screen = sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if platform not in ("", "offscreen") or (has_screen and not platform):
        return
    screen = {"name": "desk", "x": 0, "y": 0, "width": 2048, "height": 1280, "logicalDpi": 96, "dpr": 1}
    (scratch / "screen.json").write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={scratch / 'screen.json'}"


def main() -> int:
    """Runs the application once for all pictures; returns the exit code."""
    parser = argparse.ArgumentParser(description="Takes pictures of the real window after a real conversation.")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--model", help="a model folder or hub id (default: the bundled model)")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mneme-") as scratch:
        use_a_large_screen(Path(scratch))
        app = application()
        app.setCursorFlashTime(0)
        Settings(Paths(Path(scratch)).settings_file, app).update(
            memory_seed=MEMORY_SEED, reduced_motion=True, hint_seen=True, theme="light"
        )
        photographer = Photographer(app, options.folder)
        QTimer.singleShot(0, photographer.work)
        arguments = ["--data-dir", scratch] + (["--model", options.model] if options.model else [])
        try:
            code = run(arguments)
        finally:
            sys.excepthook = sys.__excepthook__  # the application's own writes to a log in the scratch folder
    if photographer.error is not None:
        sys.stderr.write(f"screenshot: {photographer.error}\n")
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
