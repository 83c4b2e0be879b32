"""Which version this is: that of the installed project, whose pyproject.toml alone has the number."""

from __future__ import annotations

from importlib import metadata

PROGRAM = "mneme"


def version() -> str:
    """As pyproject.toml writes it; "source" where the project is not installed."""
    try:
        return metadata.version(PROGRAM)
    except metadata.PackageNotFoundError:
        return "source"
