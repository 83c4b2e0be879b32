"""Prints the system libraries that Qt needs on Linux and that do not load: `library package` a line.

`qt_libraries.py dev` asks for what drawing without a screen needs; `run` adds an X session, unless QT_QPA_PLATFORM
names another platform. Packages carry Debian's names. Runs before anything is installed: standard library only.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

# The NEEDED entries of libQt6Gui, libQt6Widgets, libQt6DBus, libQt6Network and libqoffscreen, less those that come
# along with these packages.
ALWAYS = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libzstd.so.1": "libzstd1",
}
# The NEEDED entries of libqxcb and libQt6XcbQpa.
X_SESSION = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


def loads(library: str) -> bool:
    """Whether the dynamic loader finds the library and everything it needs."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font() -> bool:
    """Whether any outline font is installed: the wheels of PySide6 bring none."""
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(next(folder.rglob(f"*.{kind}"), None) for folder in folders for kind in ("ttf", "otf", "ttc"))


def missing(purpose: str) -> dict[str, str]:
    """Library -> Debian package for all that is missing; `purpose`: "dev" or "run"."""
    needed = dict(ALWAYS)
    if purpose == "run" and os.environ.get("QT_QPA_PLATFORM", "xcb").startswith("xcb"):
        needed |= X_SESSION
    result = {library: package for library, package in needed.items() if not loads(library)}
    if not has_font():
        result["(a font)"] = "fonts-dejavu-core"
    return result


if __name__ == "__main__":
    if sys.platform == "linux":
        for name, debian_package in missing(sys.argv[1]).items():
            sys.stdout.write(f"{name.replace(' ', '-')} {debian_package}\n")
