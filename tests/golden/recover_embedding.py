"""Recovers the embedding rows with which the golden numbers were computed; run by hand, see README.md.

    python tests/golden/recover_embedding.py

The embedding in each folder's model.safetensors is not the one that was used. The first encoder layer maps the
embedded tokens x of a turn to hidden states that the golden file holds, and it can be inverted: least squares over x,
one unknown row a token, in float64. Rows that several turns give are a check on each other. Writes
embedding_rows.safetensors (ids [N], rows [N, D]) into each folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from rxt.io.pretrained import PretrainedModel, load  # noqa: E402

FOLDERS = ("alpha-interlayer", "beta-self-interlayer")
TURNS = 3


def invert(model: PretrainedModel, ids: list[int], hidden: Tensor) -> tuple[dict[int, Tensor], float]:
    """Rows x [D] a token with encoder layer 0 of x[ids] = hidden [T, D], and the largest deviation that is left."""
    unique = sorted(set(ids))
    place = torch.tensor([unique.index(token) for token in ids])
    # The layer adds to a residual, so its output is a good first guess of its input.
    rows = torch.stack([hidden[ids.index(token)] for token in unique]).requires_grad_()
    layer, rope = model.encoder.layers[0], model.encoder.rope
    optimizer = torch.optim.LBFGS(
        [rows], max_iter=4000, tolerance_grad=1e-16, tolerance_change=1e-20, history_size=80,
        line_search_fn="strong_wolfe",
    )  # fmt: skip

    def deviation() -> Tensor:
        result: Tensor = layer(rows[place][None], rope, None)[0] - hidden
        return result

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = deviation().square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)  # type: ignore[arg-type, no-untyped-call]
    with torch.no_grad():
        return dict(zip(unique, rows.detach(), strict=True)), float(deviation().abs().max())


def recover(folder: Path) -> None:
    """Inverts every turn of a folder, prints how far the turns agree, and writes the rows."""
    model = load(folder).double()
    golden = safetensors.torch.load_file(folder / "golden.safetensors")
    found: dict[int, Tensor] = {}
    disagreement = 0.0
    for turn in range(TURNS):
        ids = golden[f"turn{turn}.interaction_ids"][0].tolist()
        rows, residual = invert(model, ids, golden[f"turn{turn}.encoder_hidden"][0, 0].double())
        for token, row in rows.items():
            if token in found:
                disagreement = max(disagreement, float((row - found[token]).abs().max()))
            found.setdefault(token, row)
        print(f"{folder.name} turn {turn}: {len(rows)} rows from {len(ids)} states, residual {residual:.1e}")  # noqa: T201
    order = sorted(found)
    matrix = torch.stack([found[token] for token in order]).float()
    stored = model.embedding.weight[order].float()
    print(  # noqa: T201
        f"{folder.name}: {len(order)} rows, std {matrix.std():.3f} (file: {stored.std():.3f}), "
        f"largest disagreement between turns {disagreement:.1e}, "
        f"mean cosine to the file's rows {torch.cosine_similarity(matrix, stored).mean():.3f}"
    )
    safetensors.torch.save_file({"ids": torch.tensor(order), "rows": matrix}, folder / "embedding_rows.safetensors")


if __name__ == "__main__":
    for name in FOLDERS:
        recover(HERE / name)
