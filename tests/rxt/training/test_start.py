"""What is looked at before the first step: all that stages still to come need, and what of the files they leave out."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rxt.cli import main
from rxt.config import ModelConfig
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.batch import PLAIN_TEXT
from rxt.training.corpus import DataError, read_corpus
from rxt.training.dialogues import Dialogue, Turn
from rxt.training.loop import Trainer
from rxt.training.memory_aware import MemoryAwareStage
from rxt.training.recipe import (
    CurriculumPlan,
    DataPlan,
    ModelFolder,
    ModelShape,
    Recipe,
    RecipeError,
    StageOptions,
)
from rxt.training.start import Start, build_stage, look_ahead
from rxt.training.unlearned import unlearned
from tests.rxt.training.test_folder import SMALL

PAIR = {"query": "Who are you?", "answer": "I am Juniper."}
CURRICULUM = (
    "[curriculum]\nturns = [1, 2]\npromote_at_value_accuracy = 0.5\npromote_after_steps = 9\nearlier_share = 0.0\n"
)
SECOND = "Nothing was trained, because stage 2 could not be: "


def conversations(path: Path, *turns: int) -> Path:
    """Writes one of each number of turns."""
    records = [{**PAIR, "interactions": [PAIR] * (count - 1)} for count in turns]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def in_two_stages(recipe: Recipe, *files: Path, first: tuple[Path, ...] = ()) -> Recipe:
    (stage,) = recipe.stages
    data = DataPlan(files=first) if first else stage.data
    return replace(recipe, stages=(replace(stage, data=data), replace(stage, data=DataPlan(files=files))))


@pytest.fixture
def trained(recipe: Recipe, tmp_path: Path) -> Recipe:
    """The recipe that goes on from a trained model, whose tokenizer reads no files."""
    Trainer(recipe, tmp_path / "base").save()
    return replace(recipe, model=ModelFolder(tmp_path / "base" / "model"))


def test_that_a_fault_in_the_files_of_a_later_stage_is_named_with_it_before_the_first_step(
    trained: Recipe, tmp_path: Path
) -> None:
    later = in_two_stages(trained, tmp_path / "mine.jsonl")
    with pytest.raises(DataError, match=rf"{SECOND}There is no data file .*mine\.jsonl"):
        Trainer(later, tmp_path / "run")
    long = {"query": "Who are you? " * 60, "answer": "Nobody."}
    for record, words in (({"query": "Who?"}, ": answer is missing"), (long, ", turn 1: the query has")):
        (tmp_path / "mine.jsonl").write_text(json.dumps(record), encoding="utf-8")
        with pytest.raises(DataError, match=rf"{SECOND}.*mine\.jsonl, line 1{words}"):
            Trainer(later, tmp_path / "run")
    assert not (tmp_path / "run" / "checkpoint.pt").exists()


def test_that_a_model_that_a_later_stage_cannot_train_is_refused_before_the_first(
    recipe: Recipe, tokenizer_json: str
) -> None:
    assert isinstance(recipe.model, ModelShape)
    document = recipe.model.to_document()
    document["memory_attention_config"]["residual_gate_type"] = "linear"
    values = json.loads(tokenizer_json)
    values["added_tokens"] = [token for token in values["added_tokens"] if token["content"] != "[MASK]"]
    start = Start(ReactiveTransformer(ModelConfig.from_json(document)), document, json.dumps(values))
    (stage,) = recipe.stages
    shared = replace(stage, options=StageOptions(slot_share=0.5))
    masked = replace(stage, kind="joint", curriculum=None)
    for later, words in ((shared, "slot_share must be 1"), (masked, r"The tokenizer has no \[MASK\]")):
        with pytest.raises(RecipeError, match=SECOND + words):
            look_ahead(start, (stage, later), 0)
        assert look_ahead(start, (later, stage), 1) == []


def run_until(trainer: Trainer, place: int, step: int) -> None:
    """Trains, and is killed in this step of this stage."""

    class Killed(Exception):
        pass

    def kill(progress: object) -> None:
        if trainer.place == place and trainer.stage_step >= step:
            raise Killed

    with pytest.raises(Killed):
        trainer.run(kill)


def test_that_a_run_that_goes_on_asks_for_the_files_of_stages_to_come_and_of_none_that_is_over(
    trained: Recipe, tmp_path: Path
) -> None:
    first, second = (conversations(tmp_path / f"{name}.jsonl", 1) for name in ("first", "second"))
    recipe = in_two_stages(trained, second, first=(first,))
    trainer = Trainer(recipe, tmp_path / "run")
    trainer.save()
    second.rename(tmp_path / "away")
    with pytest.raises(DataError, match=f"{SECOND}There is no data file"):
        Trainer(recipe, tmp_path / "run")
    (tmp_path / "away").rename(second)
    run_until(trainer, 1, 4)
    first.unlink()
    again = Trainer(recipe, tmp_path / "run")
    assert (again.place, again.stage_step) == (1, 3)
    again.run(lambda _: None)
    assert again.is_finished


def test_that_a_run_that_was_killed_at_the_end_of_a_stage_needs_nothing_of_it_any_more(
    trained: Recipe, tmp_path: Path
) -> None:
    first, second = (conversations(tmp_path / f"{name}.jsonl", 1) for name in ("first", "second"))
    recipe = in_two_stages(trained, second, first=(first,))
    trainer = Trainer(recipe, tmp_path / "run")
    run_until(trainer, 1, 1)
    first.unlink()
    again = Trainer(recipe, tmp_path / "run")
    assert (again.place, again.stage_step, again.step) == (1, 0, recipe.stages[0].schedule.steps)
    again.run(lambda _: None)
    assert again.is_finished


def test_that_a_start_reads_every_file_once(trained: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (conversations(tmp_path / f"{name}.jsonl", 1) for name in ("first", "second"))
    read: list[Path] = []

    def count(paths: Sequence[Path], objection: Callable[[Turn], str]) -> list[Dialogue]:
        read.extend(paths)
        return read_corpus(paths, objection)

    monkeypatch.setattr("rxt.training.start.read_corpus", count)
    Trainer(in_two_stages(trained, second, first=(first, second)), tmp_path / "run")
    assert sorted(read) == [first, second]


def test_that_a_run_says_which_conversations_are_longer_than_its_curriculum(recipe: Recipe, tmp_path: Path) -> None:
    (stage,) = recipe.stages
    many, one = conversations(tmp_path / "many.jsonl", 1, 3, 4, 12), tmp_path / "one.jsonl"
    one.write_text(json.dumps({**PAIR, "system": "Be kind.", "interactions": [PAIR] * 2}), encoding="utf-8")
    read = replace(recipe, stages=(replace(stage, data=DataPlan(files=(many, one, many))),))
    assert Trainer(read, tmp_path / "run").notes() == [
        f"2 conversations of {many} are longer than the 3 turns of the curriculum; their ends are not learned. Raise "
        "the last number of turns (system counts as one), or leave [curriculum] out.",
        f"1 conversation of {one} is longer than the 3 turns of the curriculum; its end is not learned. Raise the last "
        "number of turns (system counts as one), or leave [curriculum] out.",
    ]
    assert Trainer(in_two_stages(recipe, one), tmp_path / "two").notes()[0].startswith("In stage 2, 1 conversation of")
    whole = Trainer(replace(read, stages=(replace(read.stages[0], curriculum=None),)), tmp_path / "whole")
    assert whole.notes() == []
    assert whole._train_step().turns == 12


def test_that_a_run_with_files_alone_says_how_far_its_curriculum_comes(recipe: Recipe, tmp_path: Path) -> None:
    (stage,) = recipe.stages
    data = DataPlan(files=(conversations(tmp_path / "mine.jsonl", 1, 2, 4),))
    levels = CurriculumPlan([1, 2, 4], promote_at_value_accuracy=0.5, promote_after_steps=10, earlier_share=0.5)

    def said(steps: int, data: DataPlan = data, curriculum: CurriculumPlan = levels) -> list[str]:
        schedule = replace(stage.schedule, steps=steps)
        plan = replace(stage, data=data, schedule=schedule, curriculum=curriculum)
        return list(unlearned([plan], 0, {data.files[0]: [1, 2, 4]}))

    assert said(10)[0].startswith("10 steps bring the curriculum to conversations of about 1 turn, not of 4 turns: ")
    assert said(30)[0].startswith("30 steps bring the curriculum to conversations of about 2 turns, not of 4 turns: ")
    assert said(31) == []
    assert said(10, replace(data, generator="dialogues")) == []
    assert len(said(10**6, curriculum=replace(levels, earlier_share=1.0))) == 1


def test_that_plain_text_is_learned_by_joint_stages_alone(recipe: Recipe, tmp_path: Path) -> None:
    (stage,) = recipe.stages
    text, both = tmp_path / "text.jsonl", conversations(tmp_path / "both.jsonl", 1, 2)
    text.write_text('{"text": "Once upon a time."}\n' * 3, encoding="utf-8")
    both.write_text(both.read_text("utf-8") + text.read_text("utf-8"), encoding="utf-8")

    def one(*files: Path, generator: str = "") -> Recipe:
        return replace(recipe, stages=(replace(stage, data=DataPlan(5, files=files, generator=generator)),))

    with pytest.raises(
        RecipeError, match=r"text\.jsonl: plain text is learned by joint stages alone, and memory_aware"
    ):
        Trainer(one(text), tmp_path / "refused")
    with pytest.raises(RecipeError, match=f"^{SECOND}.*plain text"):
        Trainer(in_two_stages(recipe, text), tmp_path / "refused, too")
    for name, chosen in (("mixed", one(both)), ("generated", one(text, generator="dialogues"))):
        trainer = Trainer(chosen, tmp_path / name)
        assert trainer.notes()[-1].endswith("will not be learned: plain text is for joint stages alone.")
        kinds = {turn.kind for drawn in dialogues_of(trainer) for turn in drawn.turns}
        assert kinds
        assert PLAIN_TEXT not in kinds


def dialogues_of(trainer: Trainer) -> list[Dialogue]:
    """Some of what its stage draws."""
    stage = build_stage(trainer._start, trainer.plan, 0, 1)
    assert isinstance(stage, MemoryAwareStage)
    return stage._source.dialogues(2, 8, random.Random(1))


def test_that_the_terminal_says_what_is_not_learned_at_every_start_but_not_when_all_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "recipe.toml", tmp_path / "run"
    conversations(tmp_path / "mine.jsonl", 3)
    text = SMALL.replace("tokenizer_dialogues = 5\n", 'files = ["mine.jsonl"]\n') + CURRICULUM
    for steps, said in ((1, True), (1, False), (2, True)):
        path.write_text(text.replace("steps = 1\n", f"steps = {steps}\n"), encoding="utf-8")
        assert main(["train", str(path), "--out", str(out)]) == 0
        assert ("mine.jsonl is longer than the 2 turns of the curriculum" in capsys.readouterr().out) == said
