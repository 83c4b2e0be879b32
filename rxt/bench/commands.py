"""The command that measures: its options, and what it does. Light to import: torch comes when it runs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rxt.training.commands import add_precision


def add_bench(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command bench."""
    bench = commands.add_parser("bench", help="measure how fast a model is here, beside what the machine could do")
    bench.add_argument("--model", help="a folder or hub repository id; the bundled model if absent")
    add_precision(bench)
    bench.add_argument("--threads", type=int, help="that compute, at most one a processor; those of torch if absent")
    bench.add_argument("--turns", type=int, default=100, help="of the longest conversation (%(default)s)")
    bench.add_argument("--answer-tokens", type=int, default=16, help="of an answer, at most (%(default)s)")
    bench.add_argument(
        "--compare", nargs="+", default=[], metavar="DTYPE", help="number formats to compare with float32 on fixed text"
    )
    bench.add_argument("--out", type=Path, metavar="FOLDER", help="also write table, numbers and plot there")
    bench.add_argument("--json", action="store_true", help="end with one line of JSON")
    bench.set_defaults(run=_bench)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _bench(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from rxt.bench.results import table
    from rxt.bench.run import run
    from rxt.bench.speed import set_threads

    set_threads(arguments.threads)
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)  # rather than to fail when all is measured
    with tqdm(disable=None, bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}") as bar:

        def report(what: str, done: int, total: int) -> None:
            bar.set_description_str(what, refresh=False)
            bar.total, bar.n = total, done
            bar.refresh()

        results = run(
            arguments.model,
            arguments.dtype,
            arguments.device,
            arguments.turns,
            arguments.answer_tokens,
            arguments.compare,
            report,
        )
    text = "\n".join(table(results))
    _say(text)
    if arguments.out is not None:
        from rxt.bench.plot import plot
        from rxt.io.files import write_atomically

        about = f"{results.opened.name}, {results.opened.precision}, {results.opened.device}"
        contents = {
            "md": text + "\n",
            "json": json.dumps(results.to_json(), indent=2),
            "svg": plot(results.comparison, about),
        }
        for kind, content in contents.items():
            write_atomically(arguments.out / f"bench.{kind}", content.encode())
    if arguments.json:
        _say(json.dumps(results.to_json()))
    return 0
