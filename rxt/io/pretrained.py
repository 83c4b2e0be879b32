"""A model folder in hub format: config.json, model.safetensors, tokenizer.json, all checked strictly."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from rxt.config import ModelConfig, RopeLayout
from rxt.errors import ConfigError, ModelError
from rxt.io.clues import complete
from rxt.io.files import read_bounded, write_atomically
from rxt.io.hub import resolve
from rxt.io.names import DERIVED, EMBEDDING, SHARED_EMBEDDING, Place, aliases, places, stacked_experts, turned
from rxt.io.weights import INDEX, WEIGHTS, Weights, is_finite
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.nn.rope import BASE
from rxt.text.template import Template
from rxt.text.tokenizer import Tokenizer

CONFIG, TOKENIZER = "config.json", "tokenizer.json"
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
LAYOUTS = ("concatenated", "interleaved")
_SMALL_FILE_BYTES = 64 * 2**20


class PretrainedModel(ReactiveTransformer):
    """A Reactive Transformer with its tokenizer, as a folder holds them.

    name: of the folder or repository; source: its path; fingerprint: SHA-256 over configuration, tokenizer and
    weights, so that two models with equal fingerprints compute the same. notes: what was assumed or ignored when it
    was opened, as sentences.
    """

    def __init__(
        self,
        config: ModelConfig,
        document: Mapping[str, Any],
        tokenizer: Tokenizer,
        name: str,
        source: str,
        notes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(config)
        self.document = dict(document)
        self.tokenizer = tokenizer
        self.template = Template(config.tokens, tokenizer)
        self.name = name
        self.source = source
        self.notes = notes
        self.fingerprint = ""

    def info(self) -> dict[str, Any]:
        """What a person may want to know of it, as plain values; `gates`: (stage, law) in the order they act."""
        layers, slots, width = self.memory_shape
        return {
            "name": self.name,
            "source": self.source,
            "fingerprint": self.fingerprint,
            "layers": layers,
            "slots": slots,
            "width": width,
            "vocabulary": self.config.decoder.vocabulary,
            "interaction_length": self.config.interaction_length,
            "parameters": self.parameter_count,
            "device": str(self.device),
            "dtype": str(self.dtype).removeprefix("torch."),
            "variant": self.config.memory.variant or "interlayer",
            "rope_layout": self.config.rope_layout or "concatenated",
            "gates": tuple(self.gate_laws.items()),
            "notes": self.notes,
        }


def load(
    path_or_repo: str | Path | None = None,
    device: str = "cpu",
    dtype: str = "float32",
    *,
    rope_layout: RopeLayout | None = None,
) -> PretrainedModel:
    """Opens a model: a folder, a hub repository id, or the bundled model (None).

    dtype: "float32", "bfloat16" or "float16". rope_layout: "concatenated" (releases before 0.3.40 of the family's
    package) or "interleaved"; None lets the checkpoint tell: experts in one tensor are of the newer kind.
    Raises ModelError or ConfigError, with nothing half loaded.
    """
    if dtype not in DTYPES:
        raise ModelError(f"the number format {dtype!r} is not known; choose from {', '.join(DTYPES)}")
    if rope_layout not in (None, *LAYOUTS):
        raise ModelError(f"the rotary layout {rope_layout!r} is not known; choose from {', '.join(LAYOUTS)}")
    folder, name = resolve(path_or_repo)
    _check_files(folder)
    document = _read_document(folder / CONFIG)
    try:
        config = ModelConfig.from_json(document)
        tokenizer = Tokenizer(_read_text(folder / TOKENIZER), config.decoder.vocabulary)
        _check_control_tokens(config, tokenizer)
    except (ConfigError, ModelError) as error:
        raise type(error)(f"{name}: {error}") from None
    weights = Weights(folder)
    if rope_layout is not None:
        config = replace(config, rope_layout=rope_layout)
    config, notes = complete(config, document, weights.shapes())
    for note in notes:
        logging.getLogger(__name__).warning("%s: %s", name, note)
    with torch.device("meta"):
        model = PretrainedModel(config, document, tokenizer, name, str(folder), notes)
    model.restore_tables()
    _fill(model, weights, DTYPES[dtype])
    identity = [config.fingerprint, tokenizer.sha256, weights.sha256()]
    if config.rope_layout == "interleaved":
        identity.append(config.rope_layout)
    model.fingerprint = hashlib.sha256("\n".join(identity).encode()).hexdigest()
    try:
        return model.to(device).eval().requires_grad_(False)
    except (RuntimeError, AssertionError) as error:  # torch asserts where it was built without the device
        raise ModelError(f"{name} cannot be moved to the device {device!r}: {error}") from None


def save_model(
    folder: Path,
    model: ReactiveTransformer,
    document: Mapping[str, Any],
    tokenizer_json: str,
    dtype: torch.dtype = torch.float16,
) -> None:
    """Writes a folder in hub format that `load` opens again, experts one by one. Raises OSError.

    config.json is `document` and, where the rotary layout is not the one of that form, the layout.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = model.state_dict()
    tensors = {}
    for name, place in places(_shapes(state), model.config).items():
        value = state[place.key] if place.index is None else state[place.key][place.index]
        tensors[name] = value.detach().to("cpu", dtype).contiguous()
    if model.config.rope_layout == "interleaved":
        document = {**document, "rope_layout": "interleaved"}
    data = safetensors.torch.save(tensors, metadata={SHARED_EMBEDDING: EMBEDDING})
    write_atomically(folder / WEIGHTS, data)
    write_atomically(folder / TOKENIZER, tokenizer_json.encode())
    write_atomically(folder / CONFIG, json.dumps(document, indent=2).encode())


def _check_files(folder: Path) -> None:
    missing = [file for file in (CONFIG, WEIGHTS, TOKENIZER) if not (folder / file).is_file()]
    if WEIGHTS in missing and CONFIG not in missing and ((folder / INDEX).is_file() or missing == [WEIGHTS]):
        missing.remove(WEIGHTS)  # they lie in several files, or what is there instead can be named better
    if missing:
        raise ModelError(f"The folder {folder} is not a model: it has no {', no '.join(missing)}.")


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, list[int]]:
    return {name: list(tensor.shape) for name, tensor in tensors.items()}


def _check_control_tokens(config: ModelConfig, tokenizer: Tokenizer) -> None:
    for field, token_id in asdict(config.tokens).items():
        if token_id not in tokenizer.special:
            raise ModelError(
                f"config.json says that {field} is the token {token_id}, which is text to tokenizer.json: "
                "a message could forge it"
            )


def _read_document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(_read_text(path))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(document, dict):
        raise ModelError(f"{path} does not hold a configuration")
    return document


def _read_text(path: Path) -> str:
    try:
        return read_bounded(path, _SMALL_FILE_BYTES).decode("utf-8")
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from None


def _some(names: list[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _fill(model: ReactiveTransformer, weights: Weights, dtype: torch.dtype) -> None:
    """Reads every tensor into place, after everything that can be known without reading was checked."""
    state = model.state_dict()
    stored = weights.shapes()
    weights.rename(aliases(stored, model.config))
    wanted = places(_shapes(state), model.config, stacked_experts(stored.keys()))
    known = wanted.keys() | {SHARED_EMBEDDING}
    missing = sorted(wanted.keys() - weights.names)
    extra = sorted(name for name in weights.names - known if not DERIVED.match(name))
    if missing:
        raise ModelError(f"{weights.path} lacks weights that config.json calls for: {_some(missing)}")
    if extra:
        raise ModelError(f"{weights.path} holds weights that config.json does not call for: {_some(extra)}")
    wanted = turned(wanted, _shapes(state), {name: weights.shape(name) for name in wanted})
    for name, place in wanted.items():
        _check_shape(weights, name, place, _shape_of(state, place))
    _check_rotary_tables(weights)
    _check_embedding(weights)
    filled = {key: torch.empty(value.shape, dtype=dtype) for key, value in state.items()}
    for name, place in wanted.items():
        target = filled[place.key] if place.index is None else filled[place.key][place.index]
        source = weights.unchecked(name)
        target.copy_(source.transpose(-1, -2) if place.transposed else source.reshape(target.shape))
        if not is_finite(target):
            weights.tensor(name)  # raises where the stored numbers are not
            raise ModelError(f"{weights.path}: the tensor {name} holds values too large for {dtype}")
    buffers = {name for name, _ in model.named_buffers()}
    for key, tensor in filled.items():
        owner, _, leaf = key.rpartition(".")
        value = tensor if key in buffers else torch.nn.Parameter(tensor, requires_grad=False)
        setattr(model.get_submodule(owner), leaf, value)


def _shape_of(state: Mapping[str, Tensor], place: Place) -> list[int]:
    shape = list(state[place.key].shape)
    return shape if place.index is None else shape[1:]


def _check_shape(weights: Weights, name: str, place: Place, shape: list[int]) -> None:
    stored = weights.shape(name)
    if place.transposed:
        shape = [*shape[:-2], shape[-1], shape[-2]]
    fits = stored == shape or (place.loose and not place.transposed and _without_ones(stored) == _without_ones(shape))
    if not fits:
        raise ModelError(f"{weights.path}: {name} is {stored}, config.json calls for {shape}")


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
        ours = BASE ** (-torch.arange(0, 2 * len(stored), 2) / (2 * len(stored)))
        if not torch.allclose(stored, ours, rtol=1e-4):
            raise ModelError(f"{weights.path}: {name} rotates with another base than {BASE:g}, which is not supported")
