"""The training loop: one for all stages. Batches are a function of (seed, stage, step, process), so a run resumes
exactly where it was killed."""

from __future__ import annotations

import errno
import math
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from torch import nn

from rxt.errors import is_out_of_memory
from rxt.io.files import remove_unfinished, write_atomically
from rxt.io.pretrained import TOKENIZER, save_model
from rxt.io.weights import WEIGHTS
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.checkpoint import Checkpoint, TrainingError
from rxt.training.curriculum import Curriculum
from rxt.training.folder import check_for_models, open_folder
from rxt.training.gradients import clip_groups
from rxt.training.log import Log, Progress
from rxt.training.material import Chance
from rxt.training.memory_aware import MemoryAwareStage
from rxt.training.optimizer import build_optimizer, rate_share, restore_optimizer, set_rates
from rxt.training.products import ComputingCopy
from rxt.training.recipe import Recipe, StagePlan
from rxt.training.recipe_record import RecipeRecord
from rxt.training.stage import Stage, StageResult
from rxt.training.start import CHECKPOINT, begin, build_stage, check_compiler, check_device, look_ahead
from rxt.training.step_mean import StepMean
from rxt.training.supply import Supply
from rxt.training.team import Team

__all__ = ["Progress", "Trainer", "TrainingError"]

CLIP = {"memory": 0.5, "encoder": 0.5, "rest": 1.0}


class Trainer:
    """Trains a model by a recipe in the folder `out`, continuing from its checkpoint where there is one.

    step: of the whole run; stage_step: of the stage under way.
    """

    def __init__(self, recipe: Recipe, out: Path) -> None:
        self.recipe = recipe
        self.out = out
        self.team = Team.from_environment()
        check_device(recipe.run.device)
        if recipe.run.compile:
            check_compiler()
        self._checkpoint = out / CHECKPOINT
        open_folder(out)
        if not self._checkpoint.exists():
            check_for_models(out)
        if self.team.leads:
            for path in (self._checkpoint, out / "model" / WEIGHTS):
                remove_unfinished(path)
        self.team.wait()
        self._start = begin(recipe, out, self.team)
        self._record = RecipeRecord(out, recipe, self._start.origin, goes_on=self._checkpoint.exists())
        self._record.check()
        if self.team.leads and not self._checkpoint.exists():
            write_atomically(out / TOKENIZER, self._start.tokenizer_json.encode())
        self.model = self._start.model.to(recipe.run.device)
        self._computing = ComputingCopy(self.model, recipe.run)
        if recipe.run.compile:
            _compile(self._computing.model)
        self.step = 0
        self._trained_here = False
        self._resume()
        over = self.stage_step >= self.plan.schedule.steps
        self._unlearned = look_ahead(self._start, recipe.stages, self.place + over)

    @property
    def rank(self) -> int:
        """Of this process, from 0."""
        return self.team.rank

    @property
    def plan(self) -> StagePlan:
        """The stage under way."""
        return self.recipe.stages[self.place]

    @property
    def curriculum(self) -> Curriculum | None:
        """The curriculum of the stage under way; None where it has none."""
        return self.stage.curriculum if isinstance(self.stage, MemoryAwareStage) else None

    @property
    def is_finished(self) -> bool:
        return self.place + 1 == len(self.recipe.stages) and self.stage_step >= self.plan.schedule.steps

    @property
    def last_step(self) -> int:
        """Of the run: those that were trained and those that will be. Stages that are over are not trained on, however
        many steps the recipe has for them by now."""
        left = max(0, self.plan.schedule.steps - self.stage_step)
        return self.step + left + sum(stage.schedule.steps for stage in self.recipe.stages[self.place + 1 :])

    def changes(self) -> list[str]:
        """What this recipe says otherwise than the one that the folder was last trained with, of what is still to be
        trained, such as "stages.0.schedule.steps"; nothing where none is known."""
        return self._record.changes(self.place)

    def notes(self) -> list[str]:
        """Sentences about what this recipe says otherwise and cannot change any more, and about what of its files will
        not be learned."""
        return [*self._record.notes(self.place), *self._unlearned]

    @property
    def is_kept(self) -> bool:
        """Whether there is a checkpoint to go on from."""
        return self._checkpoint.exists()

    @property
    def kept(self) -> str:
        """What of the run is on disk, as half a sentence."""
        return "the last checkpoint is kept" if self.is_kept else "there is no checkpoint yet"

    def run(self, report: Callable[[Progress], None]) -> None:
        """Trains to the last step of the last stage. Raises TrainingError where the loss is not finite, a checkpoint
        cannot be written or memory runs out."""
        self._computing.model.train()
        with closing(self), Log(self.out, self.team.rank) as log:
            while not self.is_finished:
                started = time.perf_counter()
                if self.stage_step >= self.plan.schedule.steps:
                    self.close()
                    self._leave()
                    self._enter(self.place + 1)
                progress = self._step_within_memory(started)
                report(progress)
                self._keep(log, progress)
            self._keep(log)

    def close(self) -> None:
        """Ends the processes that make batches ahead; a step after that makes its own."""
        self._supply.close()

    def save(self) -> None:
        """Writes the checkpoint and the model folder as of this step; only the first process does."""
        if not self.team.leads:
            return
        extra = self.stage.extra
        Checkpoint(
            step=self.step,
            stage=self.place,
            stage_step=self.stage_step,
            model=self.model.state_dict(),
            optimizer=self.optimizer.state_dict(),
            stage_state=self.stage.state(),
            extra=None if extra is None else extra.state_dict(),
            fingerprint=self._start.fingerprint,
            kind=self.plan.kind,
            mean=self._mean.state(),
            tokenizer=self._start.tokenizer.sha256,
        ).write(self._checkpoint)
        save_model(self.out / "model", self._mean.model, self._start.document, self._start.tokenizer_json)
        if self._trained_here:
            self._record.write()

    def _keep(self, log: Log, progress: Progress | None = None) -> None:
        """Adds a step to the log; at the steps for it, and where there is none to add, writes a checkpoint."""
        try:
            if progress is not None:
                log.add(progress)
            if progress is None or self.step % self.recipe.run.checkpoint_every_steps == 0:
                log.flush()
                self.save()
        except OSError as error:
            first = "Make room" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "Put that right"
            raise TrainingError(
                f"the checkpoint of step {self.step} could not be written to {self.out}: {error}. Training stopped; "
                f"{self.kept}. {first} and start the same command again."
            ) from None

    def _enter(self, place: int) -> None:
        """Begins a stage: what it trains, and an optimizer of its own."""
        self.place = place
        self.stage_step = 0
        start = replace(self._start, model=self._computing.model)
        self.stage: Stage = build_stage(start, self.plan, place, self.recipe.run.seed)
        schedule, run = self.plan.schedule, self.recipe.run
        chance = Chance(run.seed, place, self.team.rank, schedule.turns_per_step // self.team.size)
        self._supply = Supply(self.stage, chance, schedule.steps, run.workers)
        self._computing.choose(module for modules in self.stage.groups.values() for module in modules)
        self.optimizer = build_optimizer(self._trained(), schedule)
        self._mean = StepMean(self.model, schedule)

    def _leave(self) -> None:
        """Ends a stage: what it leaves is what the next one begins with."""
        self.model.load_state_dict(self._mean.model.state_dict())
        self._computing.follow()

    def _trained(self) -> Iterator[tuple[str, nn.Parameter]]:
        for name, value in self.model.named_parameters():
            if value.requires_grad:
                yield name, value
        if self.stage.extra is not None:
            yield from self.stage.extra.named_parameters(prefix="extra")

    def _resume(self) -> None:
        """Enters the stage of the checkpoint, or the first one where there is none."""
        if not self._checkpoint.exists():
            self._enter(0)
            return
        state = Checkpoint.read(self._checkpoint)
        state.check_model(self._checkpoint, self.model, self._start.fingerprint)
        state.check_tokenizer(self._checkpoint, self._start.tokenizer.sha256)
        stages = self.recipe.stages
        if state.stage >= len(stages) or stages[state.stage].kind != state.kind:
            raise TrainingError(
                f"{self._checkpoint} was made in stage {state.stage + 1}, of the kind {state.kind}, and this recipe "
                "has another there. Nothing was changed: use the recipe it was made with, or name another folder with "
                "--out."
            )
        self.step = state.step
        self.model.load_state_dict(state.model)
        self._computing.follow()
        # One stage is entered, alone: the files of those that are over may be gone.
        schedule = stages[state.stage].schedule
        if state.stage_step >= schedule.steps and state.stage + 1 < len(stages):
            self._mean = StepMean(self.model, schedule)
            self._mean.restore(state.mean, state.stage_step)
            self._leave()
            self._enter(state.stage + 1)
            return
        self._enter(state.stage)
        restore_optimizer(self.optimizer, state.optimizer)
        self.stage.restore(state.stage_state)
        self._mean.restore(state.mean, state.stage_step)
        if self.stage.extra is not None and state.extra is not None:
            state.check_extra(self._checkpoint, self.stage.extra)
            self.stage.extra.load_state_dict(state.extra)
        self.stage_step = state.stage_step

    def _step_within_memory(self, started: float) -> Progress:
        """A step; raises TrainingError where there is not enough memory for it."""
        try:
            return self._train_step(started)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            place = f"{self.recipe.run.device} ran out of memory at step {self.step} in {self.out}"
        raise TrainingError(
            f"{place}; {self.kept}. Lower turns_per_step, or the turns of the curriculum, and start the same command "
            "again."
        )

    def _train_step(self, started: float | None = None) -> Progress:
        started = time.perf_counter() if started is None else started
        share = rate_share(self.plan.schedule, self.stage_step)
        set_rates(self.optimizer, share)
        result = self.stage.loss(self._supply.material(self.stage_step))
        loss = float(result.loss.detach())
        self.optimizer.zero_grad()
        result.loss.backward()
        self._computing.hand_gradients_over()
        result = self._agreed(result)
        self.team.average_gradients(value for _, value in self._trained())
        groups = self.stage.groups
        names = [name for name in CLIP if name in groups]
        modules = {name: [value for module in groups[name] for value in module.parameters()] for name in names}
        parameters = {name: list(self._computing.twins(values)) for name, values in modules.items()}
        norms = dict(zip(names, clip_groups((parameters[name], CLIP[name]) for name in names), strict=True))
        # Before the weights are touched: a checkpoint must never hold what a bad gradient made of them. The averaged
        # gradient is alike in all processes, so that all of them stop.
        if not all(map(math.isfinite, (loss, *norms.values()))):
            raise TrainingError(
                f"the loss or its gradient is not finite at step {self.step} in {self.out}; {self.kept}. "
                f"{self._advice} and start again, in a new folder (--out) or from that checkpoint."
            )
        self.optimizer.step()
        self._trained_here = True
        self._computing.follow()
        self.stage.observe(result)
        self.step += 1
        self.stage_step += 1
        self._mean.observe(self.stage_step)
        return self._progress(result, loss, norms, share, time.perf_counter() - started)

    @property
    def _advice(self) -> str:
        """What helps against a loss that is not finite. Seen of torch 2.13 with g++ 12 on a processor with AMX: what it
        compiled for that very processor gave no number in bfloat16 at the first step; the same step did without, and
        compiled for an older one (TORCHINDUCTOR_CPP_MARCH=skylake-avx512).
        """
        if not self.recipe.run.compile:
            return "Lower learning_rate"
        if self._trained_here:
            return "Lower learning_rate, or leave compile = true out, which computes wrongly on some machines,"
        return "Leave compile = true out, which computes wrongly on some machines (or lower learning_rate)"

    def _agreed(self, result: StageResult) -> StageResult:
        """The result with what decides on later steps alike in all processes: one checkpoint serves them all."""
        (accuracy,) = self.team.means((result.value_accuracy,), self.model.device)
        return replace(result, value_accuracy=accuracy)

    def _progress(
        self, result: StageResult, loss: float, norms: dict[str, float], share: float, step_s: float
    ) -> Progress:
        gates, kept = (() if value is None else tuple(value.tolist()) for value in (result.write_gate, result.kept))
        return Progress(
            step=self.step,
            turns=result.turns,
            loss=loss,
            value_accuracy=result.value_accuracy,
            answer_accuracy=result.answer_accuracy,
            learning_rate=self.plan.schedule.learning_rate * share,
            norm_memory=norms.get("memory", 0.0),
            norm_encoder=norms.get("encoder", 0.0),
            norm_rest=norms.get("rest", 0.0),
            write_gate=gates,
            stage=self.place,
            kind=self.plan.kind,
            masked_accuracy=result.masked_accuracy,
            kept=kept,
            step_s=step_s,
        )


def _compile(model: ReactiveTransformer) -> None:
    """The parts that a step spends its time in; their shapes change from batch to batch."""
    for layer in (*model.decoder.layers, *model.encoder.layers, model.memory_attention):
        layer.compile(dynamic=True)
