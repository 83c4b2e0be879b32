"""The commands that train and evaluate: their options, and what they do. Light to import: torch comes when one runs."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rxt.errors import RxtError
from rxt.version import version

if TYPE_CHECKING:
    from rxt.io.pretrained import PretrainedModel
    from rxt.training.evaluation.results import Evaluation
    from rxt.training.log import Progress
    from rxt.training.loop import Trainer


STOPPED = 130
"""What a shell calls a command that was ended with Ctrl+C."""
OF_GENERATED: dict[str, int | None] = {"dialogues": 100, "turns": 20, "seed": 0, "kinds": None}
"""Options that shape generated dialogues and mean nothing for files, and what holds where they are not given."""


def add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command train."""
    train = commands.add_parser("train", help="train a model by a recipe; continues where it was killed")
    train.add_argument("recipe", type=Path, metavar="CONFIG.toml")
    train.add_argument("--out", type=Path, default=Path("runs/model"), help="folder of checkpoints (%(default)s)")
    train.set_defaults(run=_train)


def add_grow(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command grow."""
    grow = commands.add_parser("grow", help="write a trained model twice as wide or with more slots, to be trained on")
    grow.add_argument("model", metavar="MODEL", help="a folder or hub repository id")
    grow.add_argument("folder", type=Path, metavar="OUT", help="a new or empty folder")
    grow.add_argument(
        "--slots", type=int, help="of the grown memory, a layer, at least as many as before; as before if absent"
    )
    grow.add_argument("--keep-width", action="store_true", help="change the number of slots alone")
    grow.add_argument("--seed", type=int, default=0)
    grow.set_defaults(run=_grow)


def add_average(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command average."""
    average = commands.add_parser(
        "average", help="write the mean of several models that were trained on from the same",
        # argparse would show the options first, and take a MODEL after them for one more SHARE.
        usage="%(prog)s MODEL MODEL [MODEL ...] OUT [-h]\n"
        "       [--shares SHARE [SHARE ...]] [--decoder-shares SHARE [SHARE ...]]",
    )  # fmt: skip
    average.add_argument("models", nargs="+", metavar="MODEL", help="folders or hub repository ids")
    average.add_argument("folder", type=Path, metavar="OUT", help="a new or empty folder")
    average.add_argument(
        "--shares", type=float, nargs="+", metavar="SHARE", help="how much each model counts; all alike if absent"
    )
    average.add_argument(
        "--decoder-shares", type=float, nargs="+", metavar="SHARE",
        help="how much each counts in the decoder and the embedding; as elsewhere if absent",
    )  # fmt: skip
    average.set_defaults(run=_average)


def add_eval(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command eval."""
    judge = commands.add_parser(
        "eval", help="measure what a model remembers, on held-out dialogues or on your own files"
    )
    judge.add_argument("--model", help="a folder or hub repository id; the bundled model if absent")
    add_precision(judge)
    judge.add_argument("--dialogues", type=int, help=f"of each kind ({OF_GENERATED['dialogues']})")
    judge.add_argument(
        "--turns", type=int, help=f"of each dialogue, and the farthest question ({OF_GENERATED['turns']})"
    )
    judge.add_argument("--seed", type=int, help=f"of the dialogues ({OF_GENERATED['seed']})")
    judge.add_argument("--kinds", type=int, help="only the facts of this many kinds that people tell most; else all")
    judge.add_argument(
        "--data", type=Path, nargs="+", default=[], metavar="FILE",
        help="measure on these conversations instead, as JSON Lines or Parquet",
    )  # fmt: skip
    judge.add_argument("--out", type=Path, metavar="FOLDER", help="also write table, numbers and plot there")
    judge.add_argument("--json", action="store_true", help="end with one line of JSON")
    judge.set_defaults(run=_evaluate)


def add_trace(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command trace."""
    trace = commands.add_parser(
        "trace", help="count how often what an answer read names the turn it came from, and whether it depends on it"
    )
    trace.add_argument("--model", help="a folder or hub repository id; the bundled model if absent")
    add_precision(trace)
    trace.add_argument("--conversations", type=int, default=50, help="each with a name told and asked (%(default)s)")
    trace.add_argument("--seed", type=int, default=0)
    trace.add_argument("--json", action="store_true", help="end with one line of JSON")
    trace.set_defaults(run=_trace)


def add_precision(command: argparse.ArgumentParser) -> None:
    """Adds the options that say where a model computes, and in which numbers."""
    command.add_argument("--device", default="cpu", help="as torch names it, such as cuda (%(default)s)")
    command.add_argument("--dtype", default="float32", help="float32, bfloat16, float16, int8 or auto (%(default)s)")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _train(arguments: argparse.Namespace) -> int:
    from rxt.training.folder import held
    from rxt.training.loop import Trainer
    from rxt.training.recipe import Recipe
    from rxt.training.team import Team, join_team

    recipe = Recipe.read(arguments.recipe)
    join_team(recipe.run.device)
    with held(arguments.out) if Team.from_environment().leads else contextlib.nullcontext():
        return _run(Trainer(recipe, arguments.out))


def _run(trainer: Trainer) -> int:
    from tqdm import tqdm

    if trainer.rank == 0 and trainer.step:
        _say_what_goes_on(trainer)
    for note in trainer.notes() if trainer.rank == 0 else ():
        _say(note)
    with tqdm(total=trainer.last_step, initial=trainer.step, unit="step", disable=trainer.rank != 0) as bar:

        def report(progress: Progress) -> None:
            bar.set_description(progress.kind, refresh=False)
            bar.set_postfix(progress.brief(), refresh=False)
            bar.update()

        try:
            trainer.run(report)
        except KeyboardInterrupt:
            bar.close()
            then = "goes on from it" if trainer.is_kept else "begins anew"
            _say(f"Stopped after step {trainer.step}; {trainer.kept}. The same command {then}.")
            return STOPPED
    if trainer.rank == 0:
        _say(f"The model is in {trainer.out / 'model'}, after {trainer.step} steps.")
    return 0


def _say_what_goes_on(trainer: Trainer) -> None:
    """Of a run that finds its folder in use: from where, and with what changes."""
    if trainer.is_finished:
        _say(f"{trainer.out} is trained to the end of this recipe, step {trainer.step}: nothing is left to do.")
        _say("For more, raise the steps of its last stage; for another model, name another folder with --out.")
    else:
        _say(f"Going on in {trainer.out} after step {trainer.step}.")
    if changes := trainer.changes():
        _say(f"The recipe says otherwise than the one used so far: {', '.join(changes)}.")


def _grow(arguments: argparse.Namespace) -> int:
    import torch

    from rxt.io.pretrained import TOKENIZER, load, save_model
    from rxt.training.growth import GrowthError, grown, with_slots

    if arguments.folder.exists() and any(arguments.folder.iterdir()):
        raise GrowthError(f"The folder {arguments.folder} is not empty; nothing was written.")
    if arguments.slots is not None and arguments.slots < 1:
        raise GrowthError(f"A memory has at least one slot a layer, not {arguments.slots}; nothing was written.")
    if arguments.keep_width and arguments.slots is None:
        raise GrowthError("With --keep-width, --slots says how many slots there should be; nothing was written.")
    small = load(arguments.model)
    slots = small.config.memory.slots
    if arguments.slots is not None and arguments.slots < slots:
        raise GrowthError(
            f"The model has {slots} slots a layer; growing to {arguments.slots} would drop some. Nothing was written: "
            f"name at least {slots}."
        )
    if arguments.keep_width:
        model, document = with_slots(small, small.document, arguments.slots)
    else:
        model, document = grown(small, small.document, arguments.slots, arguments.seed)
    tokenizer_json = (Path(small.source) / TOKENIZER).read_text("utf-8")
    save_model(arguments.folder, model, document, tokenizer_json, torch.float32)
    _say(
        f"The model in {arguments.folder} has width {model.config.decoder.width}, {model.config.memory.slots} slots a "
        f"layer and {model.parameter_count:,} parameters. It knows no more yet: train it on."
    )
    return 0


def _average(arguments: argparse.Namespace) -> int:
    from rxt.io.pretrained import TOKENIZER, load, save_model
    from rxt.training.averaging import AveragingError, averaged

    if arguments.folder.exists() and any(arguments.folder.iterdir()):
        raise AveragingError(f"The folder {arguments.folder} is not empty; nothing was written.")
    models = [load(name) for name in arguments.models]
    model = averaged(models, arguments.shares, arguments.decoder_shares)
    tokenizer_json = (Path(models[0].source) / TOKENIZER).read_text("utf-8")
    save_model(arguments.folder, model, models[0].document, tokenizer_json)
    _say(f"The mean of {len(models)} models is in {arguments.folder}, in 16 bits a weight (float16).")
    return 0


def _drawn(arguments: argparse.Namespace) -> dict[str, Any]:
    """How dialogues are generated; empty where files take their place. Raises RxtError for options of both."""
    given = {name: value for name in OF_GENERATED if (value := getattr(arguments, name)) is not None}
    if not arguments.data:
        return OF_GENERATED | given
    for name in given:
        raise RxtError(
            f"--{name} shapes generated dialogues, and with --data there are none: leave one of the two out. Nothing "
            "was measured."
        )
    return {}


def _measured(model: PretrainedModel) -> dict[str, object]:
    """What was measured, where, and by which version: what it takes to measure it again."""
    import torch

    return {
        "model": model.name,
        "source": model.source,
        "fingerprint": model.fingerprint,
        "device": str(model.device),
        "dtype": model.precision,
        "version": version(),
        "torch": str(torch.__version__),
    }


def _file(path: Path) -> dict[str, str]:
    """A file by its name and by what it holds."""
    with path.open("rb") as file:
        return {"file": str(path), "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _evaluate(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from rxt.io.pretrained import load
    from rxt.training.corpus import read_corpus, too_long
    from rxt.training.evaluation.evaluate import evaluate, evaluate_corpus
    from rxt.training.evaluation.results import table

    drawn, files = _drawn(arguments), []
    model = load(arguments.model, arguments.device, arguments.dtype)
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)  # rather than to fail when all is measured
    with tqdm(unit="turn", disable=None) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        if arguments.data:
            about = ", ".join(path.name for path in arguments.data)
            corpus = read_corpus(arguments.data, too_long(model.template, model.config.interaction_length))
            files = [_file(path) for path in arguments.data]  # as they are now, not when all is measured
            result = evaluate_corpus(model, corpus, about, report)
        else:
            result = evaluate(model, **drawn, report=report)
    used = {"seed": drawn.get("seed"), "kinds": drawn.get("kinds"), "data": files}
    values = {**_measured(model), **used, **result.to_json()}
    text = "\n".join(table(result))
    _say(text)
    if arguments.out is not None:
        _write(arguments.out, text, values, result)
    if arguments.json:
        _say(json.dumps(values))
    return 0


def _trace(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from rxt.io.pretrained import load
    from rxt.training.evaluation.attribution import attribution, lines

    model = load(arguments.model, arguments.device, arguments.dtype)
    with tqdm(unit="conversation", disable=None) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        result = attribution(model, arguments.conversations, arguments.seed, report)
    _say(f"{model.name}: {arguments.conversations} conversations, a name told at turn 1 and asked for at turn 5.")
    for line in lines(result):
        _say(line)
    if arguments.json:
        used = {"conversations": arguments.conversations, "seed": arguments.seed}
        _say(json.dumps({**_measured(model), **used, **result.to_json()}))
    return 0


def _write(folder: Path, text: str, values: dict[str, object], result: Evaluation) -> None:
    """Writes evaluation.md, .json and .svg. Raises OSError where they cannot be written."""
    from rxt.io.files import write_atomically
    from rxt.training.evaluation.plot import plot

    folder.mkdir(parents=True, exist_ok=True)
    for kind, content in (("md", text + "\n"), ("json", json.dumps(values, indent=2)), ("svg", plot(result))):
        write_atomically(folder / f"evaluation.{kind}", content.encode())
