"""A checkpoint's tensors into a model's: all that can be known without reading is checked first; each is read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from rxt.errors import ModelError
from rxt.io.names import DERIVED, EMBEDDING, SHARED_EMBEDDING, Place, aliases, places, stacked_experts, turned
from rxt.io.sizes import check_memory
from rxt.io.weights import Weights, copy_into, is_finite
from rxt.model.quantised import quantise_head, quantise_layer
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.nn.rope import BASE
from rxt.section import short_name

DTYPES = {
    "float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16, "int8": torch.float32,
}  # fmt: skip
"""The torch number format for each `dtype`; for int8, that of the weights that are not rounded."""
_MOST_SIDES = 8
"""Of a shape that a sentence quotes; no tensor of the family has more than three."""
Progress = Callable[[int, int], object]
"""Told how many bytes were read, of how many."""


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, list[int]]:
    """The shape of every tensor."""
    return {name: list(tensor.shape) for name, tensor in tensors.items()}


def _some(names: list[str]) -> str:
    return ", ".join(map(short_name, names[:10])) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def fill(model: ReactiveTransformer, weights: Weights, precision: str, progress: Progress) -> int:
    """Reads every tensor into the model, after names, shapes and sizes of all were checked. Returns the number of bytes
    of weights read. Raises ModelError."""
    state = model.state_dict()
    stored = weights.shapes()
    weights.rename(aliases(stored, model.config))
    wanted = places(shapes_of(state), model.config, stacked_experts(stored.keys()))
    known = wanted.keys() | {SHARED_EMBEDDING}
    missing = sorted(wanted.keys() - weights.names)
    extra = sorted(name for name in weights.names - known if not DERIVED.match(name))
    if missing:
        raise ModelError(f"{weights.path} lacks weights that config.json calls for: {_some(missing)}")
    if extra:
        raise ModelError(f"{weights.path} holds weights that config.json does not call for: {_some(extra)}")
    wanted = turned(wanted, shapes_of(state), {name: weights.shape(name) for name in wanted})
    for name, place in wanted.items():
        _check_shape(weights, name, place, _shape_of(state, place))
    _check_rotary_tables(weights)
    _check_embedding(weights)
    check_memory(_needed_bytes(model, precision), str(weights.path))
    parts: dict[str, list[str]] = {key: [] for key in state}  # in the order of the layers
    for name, place in wanted.items():
        parts[place.key].append(name)
    total, done = sum(map(weights.size_bytes, wanted)), 0
    buffers = {name for name, _ in model.named_buffers()}
    for key, names in parts.items():
        tensor = torch.empty(state[key].shape, dtype=DTYPES[precision], device="cpu")
        for name in names:
            _read(weights, name, wanted[name], tensor)
            done += weights.size_bytes(name)
            progress(done, total)
        owner, _, leaf = key.rpartition(".")
        value = tensor if key in buffers else nn.Parameter(tensor, requires_grad=False)
        setattr(model.get_submodule(owner), leaf, value)
        if precision == "int8":
            _quantise_read(model)
    return total


def _needed_bytes(model: ReactiveTransformer, precision: str) -> int:
    """At least so much the tensors take; where they are rounded to 8 bits, one layer more for a moment."""
    item: int = DTYPES[precision].itemsize
    total: int = item * sum(tensor.numel() for tensor in model.state_dict().values())
    if precision == "int8":
        rounded = [*(layer.ff for layer in model.decoder.typed_layers()), model.decoder.head]
        total -= (item - 1) * sum(tensor.numel() for part in rounded for tensor in part.parameters())
    return total


def _read(weights: Weights, name: str, place: Place, tensor: Tensor) -> None:
    """One stored tensor into its place."""
    target = tensor if place.index is None else tensor[place.index]
    source = weights.unchecked(name)
    copy_into(target, source.transpose(-1, -2) if place.transposed else source.reshape(target.shape))
    if not is_finite(target):
        weights.tensor(name)  # raises where the stored numbers are not
        raise ModelError(f"{weights.path}: the tensor {name} holds values too large for {target.dtype}")


def _quantise_read(model: ReactiveTransformer) -> None:
    """Rounds what was just read in full, so that the numbers of no more than one layer are held in float32."""
    for layer in model.decoder.typed_layers():
        if not any(part.is_meta for part in layer.ff.parameters()):
            quantise_layer(layer)
    if not any(part.is_meta for part in model.decoder.head.parameters()):
        quantise_head(model)


def _shape_of(state: Mapping[str, Tensor], place: Place) -> list[int]:
    shape = list(state[place.key].shape)
    return shape if place.index is None else shape[1:]


def _check_shape(weights: Weights, name: str, place: Place, shape: list[int]) -> None:
    stored = weights.shape(name)
    if place.transposed:
        shape = [*shape[:-2], shape[-1], shape[-2]]
    fits = stored == shape or (place.loose and not place.transposed and _without_ones(stored) == _without_ones(shape))
    if not fits:
        raise ModelError(f"{weights.path}: {name} is {_in_words(stored)}, config.json calls for {shape}")


def _in_words(shape: list[int]) -> str:
    return str(shape) if len(shape) <= _MOST_SIDES else f"of {len(shape)} dimensions"


def _without_ones(shape: list[int]) -> list[int]:
    return [size for size in shape if size != 1]


def _check_embedding(weights: Weights) -> None:
    """Decoder and encoder share one embedding; a file that holds two must hold the same numbers twice."""
    both = weights.stores(EMBEDDING) and weights.stores(SHARED_EMBEDDING)
    if both and not torch.equal(weights.tensor(EMBEDDING), weights.tensor(SHARED_EMBEDDING)):
        raise ModelError(f"{weights.path}: {EMBEDDING} and {SHARED_EMBEDDING} differ, but the model has only one")


def _check_rotary_tables(weights: Weights) -> None:
    for name in sorted(name for name in weights.names if name.endswith("rope.inv_freq")):
        stored = weights.tensor(name).float().flatten()
        places = torch.arange(0, 2 * len(stored), 2, dtype=torch.float32, device="cpu")
        ours = BASE ** (-places / (2 * len(stored)))
        if not torch.allclose(stored, ours, rtol=1e-4):
            raise ModelError(f"{weights.path}: {name} rotates with another base than {BASE:g}, which is not supported")
