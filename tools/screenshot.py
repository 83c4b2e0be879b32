"""Takes pictures of the real window after real conversations, in light and dark, for the README and the help.

    python tools/screenshot.py FOLDER [--model M]

Starts the application with an empty data folder, lets the model answer what is typed into the composer, and writes
FOLDER/screenshot-light.png, screenshot-dark.png, and for each scene of tools/scenes.py a SCENE-light.png and a
SCENE-dark.png. Works with a screen, under Xvfb and, where there is neither, offscreen. Exits with 1 where a picture is
missing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from PySide6.QtCore import QPoint, QSize, QTimer
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QWidget

from app.main import application, run
from app.models.settings import Settings
from app.paths import Paths
from tools.scenes import PictureError, Scenes, pause

SIZE = QSize(1280, 800)
SCENE_SIZE = QSize(1360, 860)
THEMES = ("light", "dark")
MOST_BYTES = 200_000
MEMORY_SEED = 7
STILL_MS = 100
STILL_TRIES = 50


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
            scenes = Scenes(self._app, window)
            scenes.before()
            scenes.select_liveliest_slot()
            window.resize(SIZE)
            scenes.act("reset_layout")
            self._take("screenshot", window, scenes)
            window.resize(SCENE_SIZE)
            for name, widget in scenes.all():
                self._take(name, widget, scenes)
        except Exception as error:  # noqa: BLE001 - whatever it was, the window must close and the reason be told
            self.error = f"{type(error).__name__}: {error}"
        finally:
            window.close()

    def _take(self, name: str, widget: QWidget, scenes: Scenes) -> None:
        """A picture of a widget in each theme."""
        for theme in THEMES:
            scenes.act(f"theme_{theme}")
            QCursor.setPos(widget.mapToGlobal(QPoint(widget.width() - 1, 1)))  # hovers over nothing
            picture = self._when_still(widget)
            if picture.size() != widget.size() * picture.devicePixelRatio():
                raise PictureError(f"{name} is {picture.width()} x {picture.height()}, not as large as the window")
            _write(picture, self._folder / f"{name}-{theme}.png")

    @staticmethod
    def _when_still(widget: QWidget) -> QImage:
        """The widget once two looks in a row see the same, and no view waits for its numbers."""
        pause(STILL_MS)
        before = widget.grab().toImage()
        for _ in range(STILL_TRIES):
            pause(STILL_MS)
            now = widget.grab().toImage()
            if now == before and not _waits(widget):
                return now
            before = now
        raise PictureError("the window never holds still")


def _waits(widget: QWidget) -> bool:
    return any(label.isVisible() and label.text().startswith("Looking into") for label in widget.findChildren(QLabel))


def _write(picture: QImage, path: Path) -> None:
    """Writes a small file. Raises PictureError where it cannot be written or is too large to ship."""
    if not picture.save(str(path)):
        raise PictureError(f"{path} could not be written")
    with Image.open(path) as image:
        small = image.convert("RGB")
    small.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise PictureError(f"{path} has {path.stat().st_size:,} bytes, more than {MOST_BYTES:,}")


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
        app = application(Paths(Path(scratch)).settings_file)
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
