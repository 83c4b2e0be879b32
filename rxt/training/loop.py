"""The training loop. Batches are a function of (seed, step, process), so a run resumes where it was killed."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, distributed, nn

from rxt.config import ModelConfig
from rxt.errors import RxtError
from rxt.io.files import write_atomically
from rxt.io.pretrained import save_model
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.text.template import Template
from rxt.text.tokenizer import Tokenizer
from rxt.text.trainer import train_tokenizer
from rxt.training.batch import BatchBuilder, LossWeights
from rxt.training.curriculum import Curriculum
from rxt.training.dialogues import DialogueGenerator, texts
from rxt.training.gradients import MemoryGradientClipper, clip_groups
from rxt.training.initialise import initialise
from rxt.training.memory_aware import memory_aware_loss
from rxt.training.recipe import Recipe, Schedule

CLIP_MEMORY, CLIP_ENCODER, CLIP_REST = 0.5, 0.5, 1.0


class TrainingError(RxtError):
    """Training stopped; the last checkpoint is kept. The message says at which step and why."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One step, for a log or a progress bar; rates and accuracies in [0, 1]."""

    step: int
    turns: int
    loss: float
    value_accuracy: float
    answer_accuracy: float
    learning_rate: float
    norm_memory: float
    norm_encoder: float
    norm_rest: float
    write_gate: tuple[float, ...]


class Trainer:
    """Trains a model by a recipe in the folder `out`, continuing from its checkpoint where there is one."""

    def __init__(self, recipe: Recipe, out: Path) -> None:
        self.recipe = recipe
        self.out = out
        out.mkdir(parents=True, exist_ok=True)
        self.rank = int(os.environ.get("RANK", "0"))
        self.processes = int(os.environ.get("WORLD_SIZE", "1"))
        self.document = recipe.model.to_document()
        config = ModelConfig.from_json(self.document)
        tokenizer_path = out / "tokenizer.json"
        if self.rank == 0 and not tokenizer_path.exists():
            plan, seed = recipe.data, recipe.schedule.seed
            texts_read = texts(plan.tokenizer_dialogues, plan.turns_per_dialogue, seed)
            train_tokenizer(texts_read, recipe.model.vocabulary, tokenizer_path)
        if self.processes > 1:
            distributed.barrier()
        self.tokenizer_json = tokenizer_path.read_text("utf-8")
        tokenizer = Tokenizer(self.tokenizer_json, config.decoder.vocabulary)
        self.model = ReactiveTransformer(config)
        initialise(self.model, recipe.schedule.seed)
        self.batches = BatchBuilder(
            Template(config.tokens, tokenizer), tokenizer, config.interaction_length, LossWeights()
        )
        self.optimizer = _optimizer(self.model, recipe.schedule)
        self.curriculum = Curriculum(recipe.curriculum)
        self.clipper = MemoryGradientClipper()
        self.step = 0
        self._resume()

    def run(self, report: Callable[[Progress], None]) -> None:
        """Trains to the last step. Raises TrainingError where the loss is not finite."""
        schedule = self.recipe.schedule
        self.model.train()
        with (self.out / f"log-{self.rank}.csv").open("a", newline="") as file:
            log = csv.writer(file)
            while self.step < schedule.steps:
                progress = self._train_step()
                report(progress)
                log.writerow(asdict(progress).values())
                if self.rank == 0 and self.step % schedule.checkpoint_every_steps == 0:
                    file.flush()
                    self.save()
        if self.rank == 0:
            self.save()

    def save(self) -> None:
        """Writes the checkpoint and the model folder as of this step."""
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "curriculum": self.curriculum.state(),
            "memory_gradient": self.clipper.measure,
        }
        data = io.BytesIO()
        torch.save(state, data)
        write_atomically(self.out / "checkpoint.pt", data.getvalue())
        save_model(self.out / "model", self.model, self.document, self.tokenizer_json)
        write_atomically(self.out / "recipe.json", json.dumps(asdict(self.recipe), indent=2).encode())

    def _resume(self) -> None:
        path = self.out / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.curriculum.restore(state["curriculum"])
        self.clipper.measure = state.get("memory_gradient")  # not in checkpoints of early versions
        self.step = state["step"]

    def _train_step(self) -> Progress:
        schedule = self.recipe.schedule
        # The length is drawn alike in every process, so that none waits for another's longer dialogues.
        turns = self.curriculum.turns(random.Random(f"{schedule.seed}/{self.step}"))
        source = f"{schedule.seed}/{self.step}/{self.rank}"
        rng = random.Random(source)
        count = max(1, schedule.turns_per_step // self.processes // turns)
        generator = DialogueGenerator(rng.randrange(2**32))
        batch = self.batches.build([generator.dialogue(turns, rng) for _ in range(count)])
        share = _rate_share(schedule, self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * share
        noise = torch.Generator().manual_seed(rng.randrange(2**62))
        result = memory_aware_loss(self.model, batch, noise, self.clipper)
        loss = float(result.loss.detach())
        self._check_finite(loss)
        self.optimizer.zero_grad(set_to_none=True)
        result.loss.backward()
        self.clipper.step()
        if self.processes > 1:
            _average_gradients(self.model)
        norms = clip_groups(_clip_groups(self.model))
        # Before the weights are touched: a checkpoint must never hold what a bad gradient made of them.
        self._check_finite(*norms)
        self.optimizer.step()
        self.curriculum.observe(turns, result.value_accuracy)
        self.step += 1
        return Progress(
            self.step, turns, loss, result.value_accuracy, result.answer_accuracy, schedule.learning_rate * share,
            norms[0], norms[1], norms[2], tuple(result.write_gate.tolist()),
        )  # fmt: skip

    def _check_finite(self, *values: float) -> None:
        if not all(map(math.isfinite, values)):
            raise TrainingError(
                f"the loss or its gradient is not finite at step {self.step}; the last checkpoint is kept in {self.out}"
            )


def _optimizer(model: nn.Module, schedule: Schedule) -> torch.optim.AdamW:
    gates = [value for name, value in model.named_parameters() if "_gate.weight" in name]
    matrices = [value for name, value in model.named_parameters() if "_gate" not in name and _is_matrix(name)]
    vectors = [value for name, value in model.named_parameters() if "_gate" not in name and not _is_matrix(name)]
    groups = [
        {"params": gates, "peak": schedule.gate_learning_rate, "weight_decay": 0.0},
        {"params": matrices, "peak": schedule.learning_rate, "weight_decay": schedule.weight_decay},
        {"params": vectors, "peak": schedule.learning_rate, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=schedule.learning_rate, betas=(0.9, 0.98))


def _is_matrix(name: str) -> bool:
    return "norm" not in name and not name.endswith("bias")


def _clip_groups(model: ReactiveTransformer) -> list[tuple[list[nn.Parameter], float]]:
    memory = list(model.memory_attention.parameters())
    encoder = list(model.encoder.parameters())
    rest = [*model.embedding.parameters(), *model.decoder.parameters()]
    return [(memory, CLIP_MEMORY), (encoder, CLIP_ENCODER), (rest, CLIP_REST)]


def _average_gradients(model: nn.Module) -> None:
    """One all-reduce over all gradients laid end to end."""
    parameters = [parameter for parameter in model.parameters() if parameter.grad is not None]
    flat: Tensor = nn.utils.parameters_to_vector([parameter.grad for parameter in parameters])  # type: ignore[misc]
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    start = 0
    for parameter in parameters:
        stop = start + parameter.numel()
        parameter.grad = flat[start:stop].view_as(parameter)
        start = stop


def _rate_share(schedule: Schedule, step: int) -> float:
    """Learning rate as a share of its peak: linear warm-up, then a cosine to the final share."""
    if step < schedule.warm_up_steps:
        return (step + 1) / schedule.warm_up_steps
    progress = (step - schedule.warm_up_steps) / max(1, schedule.steps - schedule.warm_up_steps)
    final = schedule.final_learning_rate_share
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
