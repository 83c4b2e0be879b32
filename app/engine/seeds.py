"""Seeds: of initial memories, and of the answers that are versions of one turn."""

from __future__ import annotations

import hashlib
import secrets

SEED_LIMIT = 2**31
"""Random seeds are below it: short enough to read out and type in."""


def random_seed() -> int:
    """For an initial memory; it is kept with the conversation."""
    return secrets.randbelow(SEED_LIMIT)


def seed_of_version(seed: int, version: int) -> int:
    """The sampling seed of the version of a turn that has `version` versions before it, in [0, 2^31).

    The first 31 bits of SHA-256("<seed>/<version>"): another answer, and yet the same whenever all is done again.
    """
    return int.from_bytes(hashlib.sha256(f"{seed}/{version}".encode()).digest()[:4], "big") >> 1
