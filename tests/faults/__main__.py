"""python -m tests.faults: breaks things on purpose and tells which promises held."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Iterator, Sequence

from tests.faults import preload
from tests.faults.outcome import Outcome

DESCRIPTION = """\
Breaks things on purpose and tells which promises held: one line of JSON for each series, and a line for each promise
that broke; the exit code is 1 where one did. The tests of the project run a small part of it.

  kills      A process that talks (real engine, journal and store; a stand-in for the model) is killed with signal 9 at
             random moments. No acknowledged turn is lost, the database is whole, memories have their hashes.
  writes     Every k-th write, fsync, open and rename of a saved memory fails, and every k-th block of the database
             finds no room. It is reported, what was there before is intact, and saving works again afterwards.
  calls      Every k-th write, fsync and ftruncate of SQLite itself fails, alone or with all that follow. The same
             holds. Needs Linux and a C compiler.
  snapshots  A saved memory, cut off everywhere and changed at random. It is refused with a sentence or gives the
             memory that was saved; nothing crashes and nothing takes longer than a second.
"""
EPILOG = """\
The full set, some twenty minutes on two cores:
  python -m tests.faults kills --count 1000
  python -m tests.faults kills --count 50 --bundled
  python -m tests.faults writes
  python -m tests.faults calls
  python -m tests.faults snapshots --mutations 100000 --stride 1
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        "python -m tests.faults",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("series", choices=["kills", "writes", "calls", "snapshots"])
    parser.add_argument("--count", type=int, default=100, help="kills (default: 100)")
    parser.add_argument("--bundled", action="store_true", help="kills: talk with the bundled model, not a stand-in")
    parser.add_argument("--mutations", type=int, default=2000, help="snapshots: random changes (default: 2000)")
    parser.add_argument("--stride", type=int, default=97, help="snapshots: cut off every so many bytes (default: 97)")
    parser.add_argument("--step", type=int, default=1, help="writes, calls: every so many places (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="of every random choice (default: 0)")
    chosen = parser.parse_args(arguments)
    logging.disable()  # failures are what this is about
    if chosen.series == "calls" and "failing_calls" not in os.environ.get("LD_PRELOAD", ""):
        if preload.is_possible():
            return preload.run_preloaded(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.write("This series needs Linux and a C compiler (cc).\n")
        return 0
    has_broken = False
    for outcome in _run(chosen):
        outcome.tell()
        has_broken |= bool(outcome.broken)
    return int(has_broken)


def _run(chosen: argparse.Namespace) -> Iterator[Outcome]:
    # each series imports what it needs: a fork of a process with torch in it would be slow
    match chosen.series:
        case "kills":
            from tests.faults.kills import kill
            from tests.faults.talker import fake_library

            if chosen.bundled:
                from app.engine.library import import_rxt

                yield kill(chosen.count, chosen.seed, import_rxt, longest_s=8)
            else:
                yield kill(chosen.count, chosen.seed, fake_library)
        case "writes":
            from tests.faults.writes import fail_database_writes, fail_file_calls

            yield fail_file_calls()
            yield fail_database_writes(chosen.step)
        case "calls":
            from tests.faults.writes import fail_system_calls

            yield fail_system_calls(chosen.step)
        case _:
            from tests.faults.snapshots import cut_off, mutate

            yield cut_off(chosen.stride)
            yield mutate(chosen.mutations, chosen.seed)


if __name__ == "__main__":
    sys.exit(main())
