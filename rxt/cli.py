"""The terminal's door: the commands, and a sentence where one fails. init and snapshot are here, the others in the
`commands` of chat, training and bench.

Prints, as chat does; beside them, only the two other `commands` and the bar of a download write to the terminal.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import rxt
from rxt.bench.commands import add_bench
from rxt.chat.commands import add_chat
from rxt.console import encoding_for, harmless
from rxt.errors import RxtError, is_out_of_memory
from rxt.training.commands import STOPPED, add_average, add_eval, add_grow, add_trace, add_train


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit status: 0, 1 where something failed, 2 for a wrong command line, 130 where
    Ctrl+C ended it. Of a chat that another signal ended, SystemExit has 128 and its number."""
    arguments = _parser().parse_args(argv)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character, or sends one that is none, must not end a conversation.
            stream.reconfigure(encoding=encoding_for(stream), errors="replace")
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # who read the output has gone, as head goes: there is nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tells it on its way out
        return 1
    except (RxtError, ValueError, OSError) as error:
        print(f"rxt: {harmless(str(error))}", file=sys.stderr)
        return 1
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        first = harmless(str(error)).partition("\n")[0]
        print(f"rxt: there was not enough memory; what was saved before is kept. {first}".rstrip(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # commands with something to keep see to it themselves
        print("rxt: stopped.", file=sys.stderr)
        return STOPPED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rxt", description="Reactive Transformers in a terminal.")
    parser.add_argument("--version", action="version", version=f"rxt {rxt.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add_chat(commands)
    add_train(commands)
    add_grow(commands)
    add_average(commands)

    init = commands.add_parser("init", help="write a model folder of a published shape with random weights")
    init.add_argument("folder", type=Path, metavar="OUT")
    init.add_argument("--preset", required=True, help="such as rxt-beta-micro")
    init.add_argument("--seed", type=int, default=0)
    init.set_defaults(run=_init)

    add_bench(commands)
    add_eval(commands)
    add_trace(commands)

    snapshot = commands.add_parser("snapshot", help="look at a saved memory").add_subparsers(required=True)
    show = snapshot.add_parser("show", help="what a saved memory says about itself")
    show.add_argument("file", type=Path)
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=_show_snapshot)
    return parser


def _init(arguments: argparse.Namespace) -> int:
    import torch

    from rxt.config import ModelConfig
    from rxt.io.presets import preset
    from rxt.io.pretrained import save_model
    from rxt.model.reactive_transformer import ReactiveTransformer
    from rxt.text.trainer import train_tokenizer
    from rxt.training.dialogues import texts
    from rxt.training.initialise import initialise

    document = preset(arguments.preset)
    if arguments.folder.exists() and any(arguments.folder.iterdir()):
        raise RxtError(f"{arguments.folder} is not empty; nothing was written.")
    model = ReactiveTransformer(ModelConfig.from_json(document))
    initialise(model, arguments.seed)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    tokenizer = arguments.folder / "tokenizer.json"
    train_tokenizer(texts(20_000, 8, arguments.seed), model.config.decoder.vocabulary, tokenizer)
    save_model(arguments.folder, model, document, tokenizer.read_text("utf-8"), torch.float32)
    print(f"{arguments.folder}: {model.parameter_count:,} random weights in the shape of {arguments.preset}.")
    return 0


def _show_snapshot(arguments: argparse.Namespace) -> int:
    from rxt.io.snapshot import read_snapshot_info

    values = asdict(read_snapshot_info(arguments.file))
    if arguments.json:
        print(json.dumps(values))
        return 0
    for key, value in values.items():
        print(f"{key:16} {harmless(json.dumps(value, ensure_ascii=False))}")
    return 0
