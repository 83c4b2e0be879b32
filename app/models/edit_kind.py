"""What an experiment can do to slots of a copy of a memory. Never Qt."""

from __future__ import annotations

from typing import Literal

EditKind = Literal["zero", "mean", "noise", "initial", "freeze", "patch"]
