"""One of several processes that train together, started by test_team: it says what it found in a file of its own."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import distributed, nn

from rxt.training.loop import Trainer
from rxt.training.recipe import Recipe
from rxt.training.team import Team, join_team

NOWHERE = float("nan")


def waited(team: Team, folder: Path) -> bool:
    """Whether the last one to come had come when this one went on."""
    late = folder / "late"
    if not team.leads:
        time.sleep(0.3)
        late.touch()
    team.wait()
    return late.exists()


def gradients(team: Team) -> list[list[float]]:
    """Of three parameters after averaging: all have one for the first, the leader alone for the second, none for the
    third."""
    everywhere, led, nowhere = (nn.Parameter(torch.zeros(shape)) for shape in ((2, 2), (3,), ()))
    everywhere.grad = torch.tensor([[1.0, 2.0], [3.0, 4.0]]) * (1 + 2 * team.rank)
    if team.leads:
        led.grad = torch.tensor([2.0, -4.0, 6.0])
    averaged = [everywhere, led, nowhere]
    team.average_gradients(averaged)
    found = []
    for parameter in averaged:
        assert parameter.grad is not None
        assert parameter.grad.shape == parameter.shape
        found.append(parameter.grad.flatten().tolist())
    return found


def listened(folder: Path) -> set[str]:
    """The files of a folder that this process opens for writing or puts in their place, from now on, by their names."""
    names: set[str] = set()

    def hear(event: str, about: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(about[1], str) and set(about[1]) & set("wax+"):
            path = Path(str(about[0]))
        elif event == "os.rename":
            path = Path(str(about[1]))
        else:
            return
        if folder in path.parents:
            names.add(path.relative_to(folder).as_posix())

    sys.addaudithook(hear)
    return names


def trained(recipe: Path, out: Path) -> dict[str, Any]:
    """The weights before and after a short run, the losses of its steps, and the files that this process wrote."""
    written = listened(out)
    trainer = Trainer(Recipe.read(recipe), out)
    before = weights(trainer)
    losses: list[float] = []
    trainer.run(lambda progress: losses.append(progress.loss))
    return {"before": before, "after": weights(trainer), "losses": losses, "written": sorted(written)}


def weights(trainer: Trainer) -> str:
    """The hash of all of them."""
    digest = hashlib.sha256()
    for value in trainer.model.state_dict().values():
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()


def main(folder: Path) -> None:
    join_team("cpu")
    team = Team.from_environment()
    found = {
        "backend": distributed.get_backend(),
        "size": distributed.get_world_size(),
        "waited": waited(team, folder),
        "gradients": gradients(team),
        "means": team.means((1.0 + team.rank, NOWHERE if team.leads else 5.0, NOWHERE), torch.device("cpu")),
        **trained(folder / "recipe.toml", folder / "run"),
    }
    (folder / f"found-{team.rank}.json").write_text(json.dumps(found), encoding="utf-8")
    distributed.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
