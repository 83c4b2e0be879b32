"""No pixels: plain state and Qt item models that views show and tests drive without a screen (QtCore only)."""
