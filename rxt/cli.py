"""The terminal's door: chat, init and snapshot are here, the rest in the `commands` of training and bench.

Prints; beside it, only the two `commands` and the bar of a download write to the terminal.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import signal
import sys
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, assert_never

import rxt
from rxt.bench.commands import add_bench
from rxt.console import encoding_for, reads_escapes, when_closed
from rxt.errors import RxtError, is_out_of_memory
from rxt.events import (
    AnswerFinished,
    Event,
    MemoryWriting,
    MemoryWritten,
    Sampling,
    TokenEmitted,
    TurnFailed,
    TurnRecord,
    TurnStarted,
    to_json,
)
from rxt.piped_lines import lines_of
from rxt.training.commands import STOPPED, add_average, add_eval, add_grow, add_precision, add_trace, add_train

if TYPE_CHECKING:
    from rxt.inference.keeper import Keeper
    from rxt.inference.session import Session

_END = "Ctrl+Z and Enter" if os.name == "nt" else "Ctrl+D"
HELP = f"A line is a message. /save FILE keeps the memory, /quit or {_END} leaves, Ctrl+C stops an answer."


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
        print(f"rxt: {_harmless(str(error))}", file=sys.stderr)
        return 1
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        first = _harmless(str(error)).partition("\n")[0]
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

    chat = commands.add_parser("chat", help="talk to a model; every line is a turn", epilog=f"In a terminal: {HELP}")
    chat.add_argument("--model", help="a folder or hub repository id; the bundled model if absent")
    chat.add_argument("--snapshot", type=Path, help="start from this saved memory instead of a fresh one")
    chat.add_argument("--save", type=Path, metavar="FILE", help="keep the memory in this new file when the chat ends")
    chat.add_argument(
        "--seed", type=int, default=0, help="of the fresh memory and of the choice of words (%(default)s)"
    )
    chat.add_argument("--temperature", type=float, default=0.0, help="0 always takes the likeliest word (%(default)s)")
    chat.add_argument("--top-k", type=int)
    chat.add_argument("--top-p", type=float)
    chat.add_argument("--max-tokens", type=int, help="limit of an answer")
    chat.add_argument("--on-stop", choices=("remember", "forget"), default="remember", help="fate of a stopped turn")
    add_precision(chat)
    chat.add_argument("--json", action="store_true", help="print one event a line")
    chat.set_defaults(run=_chat)

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


def _chat(arguments: argparse.Namespace) -> int:
    from rxt.inference.keeper import Keeper
    from rxt.inference.session import Session
    from rxt.io.pretrained import load
    from rxt.io.snapshot import load_snapshot

    sampling = Sampling(arguments.temperature, arguments.top_k, arguments.top_p, arguments.seed, arguments.max_tokens)
    model = load(arguments.model, arguments.device, arguments.dtype)
    origin = None if arguments.snapshot is None else load_snapshot(arguments.snapshot, model=model)
    memory = model.initial_memory(seed=arguments.seed) if origin is None else origin.memory
    session = Session(model, memory=memory, sampling=sampling, on_stop=arguments.on_stop)
    keeper = Keeper(session, arguments.seed if origin is None else origin.info, arguments.snapshot)
    if arguments.save is not None:
        keeper.check_before(arguments.save)  # now, not after an hour of talk
    interactive = sys.stdin.isatty() and not arguments.json
    screen = _JsonScreen() if arguments.json else _Screen(sys.stdout)
    if interactive:
        print(
            f"{model.name}: {model.parameter_count:,} parameters, memory {' x '.join(map(str, memory.shape))}. {HELP}"
        )
    failed = False
    with contextlib.nullcontext() if arguments.save is None else _kept_at_the_end(keeper, arguments.save):
        for line in _lines(interactive):
            if interactive and line.startswith("/"):
                if line.strip() in ("/quit", "/exit"):
                    break
                _command(line, keeper)
                continue
            with _stop_on_interrupt(session) as stopped:
                for event in session.ask(line):
                    screen.show(event)
                    failed |= isinstance(event, TurnFailed)
            if stopped.is_set() and not interactive:
                raise KeyboardInterrupt  # nobody is there to type /quit
    return int(failed)


def _lines(interactive: bool) -> Iterator[str]:
    if not interactive:
        # Bytes that are no UTF-8 must not end a conversation.
        for number, raw in enumerate(lines_of(sys.stdin.buffer)):
            # The mark that some programs put before their first byte is no part of the message.
            text = raw.decode("utf-8" if number else "utf-8-sig", "replace").rstrip("\r\n")
            if text.strip():
                yield text
        return
    with contextlib.suppress(ImportError):  # not on Windows, whose terminal edits lines itself
        import readline  # noqa: F401 # or the arrow keys are part of the message
    while True:
        print()  # not in the prompt, whose width readline has to know
        try:
            text = input("› ")
        except EOFError:
            print()
            return
        except KeyboardInterrupt:  # meant for an answer that was over by then, or for this line: not for the memory
            print(f"\n{HELP}")
            continue
        if text.strip():
            yield text


def _command(line: str, keeper: Keeper) -> None:
    """Carries out a line that is no message."""
    name, _, rest = line.partition(" ")
    if name != "/save" or not rest.strip():
        print(HELP)
        return
    try:
        path, info = keeper.save(Path(rest.strip()))
    except (RxtError, OSError) as error:
        print(f"Not saved: {_harmless(str(error))}")
    else:
        turns = "1 turn" if info.turns == 1 else f"{info.turns:,} turns"
        print(f"Saved memory {info.sha256[:8]} after {turns} to {_harmless(str(path))}.")


@contextlib.contextmanager
def _kept_at_the_end(keeper: Keeper, path: Path) -> Iterator[None]:
    """However the chat inside ends, the memory of the turns that were is kept: also where the system asks the program
    to end, or its terminal is closed."""
    once = threading.Lock()
    saved: list[tuple[Path, Path]] = []

    def keep() -> None:  # by whoever comes first: Windows tells of a closed console in a thread of its own
        with once:
            if not saved:
                saved.append(keeper.save_beside(path))

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)  # what a shell calls it

    known = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    heard = [number for number in known if signal.getsignal(number) not in (signal.SIG_IGN, None)]  # not under nohup
    before = {number: signal.signal(number, end) for number in heard}
    try:
        with when_closed(keep):
            try:
                yield
            finally:
                for number in (signal.SIGINT, *heard):  # a second one must not end the saving
                    before.setdefault(number, signal.signal(number, signal.SIG_IGN))
                keep()
                kept, meant = saved[0]
                if kept != meant:
                    said = f"{meant} was taken meanwhile, and stays as it is: the memory is in {kept}."
                    print(f"rxt: {_harmless(said)}", file=sys.stderr)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _stop_on_interrupt(session: Session) -> Iterator[threading.Event]:
    """While a turn runs, Ctrl+C ends the answer, not the program. The event tells whether it was pressed."""
    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()
        session.stop()

    previous = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, previous)


class _JsonScreen:
    """One event a line."""

    def show(self, event: Event) -> None:
        print(json.dumps(to_json(event)), flush=True)  # ASCII: every pipe can carry it


class _Screen:
    """Text as it arrives, then one muted line about the turn; on a terminal, phases show where the text will stand."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._is_terminal = out.isatty() and "NO_COLOR" not in os.environ and reads_escapes()
        self._phase_stands = False

    def show(self, event: Event) -> None:
        match event:
            case TurnStarted():
                self._phase("reading …", "36")
            case TokenEmitted(text=text):
                self._text(_harmless(text) if self._out.isatty() else text)
            case AnswerFinished(reason=reason):
                self._text("\n" if reason == "eos" else f"{self._coloured(f' [{reason}]', '2')}\n")
            case MemoryWriting():
                self._phase("writing memory …", "35")
            case MemoryWritten(record=record):
                self._text(self._coloured(_summary(record), "2") + "\n")
            case TurnFailed(message=message):
                self._text(self._coloured(message, "31") + "\n")
            case _:
                assert_never(event)

    def _phase(self, text: str, colour: str) -> None:
        """Shows a phase; saves the place first, so that the text can take it."""
        if self._is_terminal:
            self._out.write(f"\x1b7{self._coloured(text, colour)}")
            self._out.flush()
            self._phase_stands = True

    def _text(self, text: str) -> None:
        """Writes text, over the phase where one stands: a place that was saved earlier holds something else by now."""
        self._out.write(f"\x1b8\x1b[0K{text}" if self._phase_stands else text)
        self._out.flush()
        self._phase_stands = False

    def _coloured(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._is_terminal else text


def _harmless(text: str) -> str:
    """The text for a terminal: characters that would move its cursor or change its state, which are no words, become
    U+FFFD."""
    return "".join("\ufffd" if unicodedata.category(one) == "Cc" and one not in "\n\t" else one for one in text)


def _summary(record: TurnRecord) -> str:
    first_s, speed = record.metrics.first_token_s, record.metrics.tokens_per_s
    parts = [
        f"first token {first_s * 1e3:.0f} ms" if first_s else "",
        f"{speed:.0f} tokens/s" if speed else "",
        f"memory written in {record.metrics.memory_s * 1e3:.1f} ms",
        f"change {float((record.change**2).sum()) ** 0.5:.2f}",
        f"memory {record.memory_after[:8]}",
    ]
    return " · ".join(part for part in parts if part)


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
        print(f"{key:16} {_harmless(json.dumps(value, ensure_ascii=False))}")
    return 0
