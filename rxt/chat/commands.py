"""The command chat: its options, and what it does. Light to import: torch comes when it runs."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rxt.chat.screens import JsonScreen, Screen
from rxt.console import harmless, when_closed
from rxt.errors import RxtError
from rxt.events import Sampling, TurnFailed
from rxt.piped_lines import lines_of
from rxt.training.commands import add_precision

if TYPE_CHECKING:
    from rxt.chat.saving import MemoryFile
    from rxt.inference.session import Session

_END = "Ctrl+Z and Enter" if os.name == "nt" else "Ctrl+D"
HELP = f"A line is a message. /save FILE keeps the memory, /quit or {_END} leaves, Ctrl+C stops an answer."


def add_chat(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command chat."""
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


def _chat(arguments: argparse.Namespace) -> int:
    from rxt.chat.saving import MemoryFile
    from rxt.inference.session import Session
    from rxt.io.pretrained import load
    from rxt.io.snapshot import load_snapshot

    sampling = Sampling(arguments.temperature, arguments.top_k, arguments.top_p, arguments.seed, arguments.max_tokens)
    model = load(arguments.model, arguments.device, arguments.dtype)
    origin = None if arguments.snapshot is None else load_snapshot(arguments.snapshot, model=model)
    memory = model.initial_memory(seed=arguments.seed) if origin is None else origin.memory
    session = Session(model, memory=memory, sampling=sampling, on_stop=arguments.on_stop)
    file = MemoryFile(session, arguments.seed if origin is None else origin.info, arguments.snapshot)
    if arguments.save is not None:
        file.check_before(arguments.save)  # now, not after an hour of talk
    interactive = sys.stdin.isatty() and not arguments.json
    screen = JsonScreen() if arguments.json else Screen(sys.stdout)
    if interactive:
        print(
            f"{model.name}: {model.parameter_count:,} parameters, memory {' x '.join(map(str, memory.shape))}. {HELP}"
        )
    failed = False
    with contextlib.nullcontext() if arguments.save is None else _kept_at_the_end(file, arguments.save):
        for line in _lines(interactive):
            if interactive and line.startswith("/"):
                if line.strip() in ("/quit", "/exit"):
                    break
                _command(line, file)
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


def _command(line: str, file: MemoryFile) -> None:
    """Carries out a line that is no message."""
    name, _, rest = line.partition(" ")
    if name != "/save" or not rest.strip():
        print(HELP)
        return
    try:
        path, info = file.save(Path(rest.strip()))
    except (RxtError, OSError) as error:
        print(f"Not saved: {harmless(str(error))}")
    else:
        turns = "1 turn" if info.turns == 1 else f"{info.turns:,} turns"
        print(f"Saved memory {info.sha256[:8]} after {turns} to {harmless(str(path))}.")


@contextlib.contextmanager
def _kept_at_the_end(file: MemoryFile, path: Path) -> Iterator[None]:
    """However the chat inside ends, the memory of the turns that were is kept: also where the system asks the program
    to end, or its terminal is closed."""
    once = threading.Lock()
    saved: list[tuple[Path, Path]] = []

    def keep() -> None:  # by whoever comes first: Windows tells of a closed console in a thread of its own
        with once:
            if not saved:
                saved.append(file.save_beside(path))

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
                    print(f"rxt: {harmless(said)}", file=sys.stderr)
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
