"""A model folder in hub format: config.json, model.safetensors, tokenizer.json, all checked strictly."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from rxt.config import MemoryVariant, ModelConfig
from rxt.errors import ConfigError, ModelError
from rxt.io.files import read_bounded, write_atomically
from rxt.io.hub import resolve
from rxt.io.names import DERIVED, EMBEDDING, SELF_INTERLAYER_MARK, SHARED_EMBEDDING, places
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.nn.rope import BASE
from rxt.text.template import Template
from rxt.text.tokenizer import Tokenizer

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
STORED = {*DTYPES.values(), torch.float64}
_SMALL_FILE_BYTES = 64 * 2**20


class PretrainedModel(ReactiveTransformer):
    """A Reactive Transformer with its tokenizer, as a folder holds them.

    name: of the folder or repository; source: its path; fingerprint: SHA-256 over configuration, tokenizer and
    weights, so that two models with equal fingerprints compute the same.
    """

    def __init__(
        self, config: ModelConfig, document: Mapping[str, Any], tokenizer: Tokenizer, name: str, source: str
    ) -> None:
        super().__init__(config)
        self.document = dict(document)
        self.tokenizer = tokenizer
        self.template = Template(config.tokens, tokenizer)
        self.name = name
        self.source = source
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
            "gates": tuple(self.gate_laws.items()),
        }


def load(path_or_repo: str | Path | None = None, device: str = "cpu", dtype: str = "float32") -> PretrainedModel:
    """Opens a model: a folder, a hub repository id, or the bundled model (None).

    dtype: "float32", "bfloat16" or "float16". Raises ModelError or ConfigError, with nothing half loaded.
    """
    if dtype not in DTYPES:
        raise ModelError(f"the number format {dtype!r} is not known; choose from {', '.join(DTYPES)}")
    folder, name = resolve(path_or_repo)
    missing = [file for file in (CONFIG, WEIGHTS, TOKENIZER) if not (folder / file).is_file()]
    if missing:
        raise ModelError(f"The folder {folder} is not a model: it has no {', no '.join(missing)}.")
    document = _read_document(folder / CONFIG)
    try:
        config = ModelConfig.from_json(document)
        tokenizer = Tokenizer(_read_text(folder / TOKENIZER), config.decoder.vocabulary)
        _check_control_tokens(config, tokenizer)
    except (ConfigError, ModelError) as error:
        raise type(error)(f"{name}: {error}") from None
    weights = _Weights(folder / WEIGHTS)
    if config.memory.variant is None:
        variant: MemoryVariant = "self-interlayer" if SELF_INTERLAYER_MARK in weights.names else "interlayer"
        config = replace(config, memory=replace(config.memory, variant=variant))
    with torch.device("meta"):
        model = PretrainedModel(config, document, tokenizer, name, str(folder))
    _restore_buffers(model)
    _fill(model, weights, DTYPES[dtype])
    identity = "\n".join((config.fingerprint, tokenizer.sha256, weights.sha256()))
    model.fingerprint = hashlib.sha256(identity.encode()).hexdigest()
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
    """Writes a folder in hub format that `load` opens again. Raises OSError where it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    gated = model.config.decoder.feed_forward.gated
    state = model.state_dict()
    tensors = {}
    for name, place in places(((key, len(value)) for key, value in state.items()), gated).items():
        value = state[place.key] if place.index is None else state[place.key][place.index]
        tensors[name] = value.detach().to("cpu", dtype).contiguous()
    data = safetensors.torch.save(tensors, metadata={SHARED_EMBEDDING: EMBEDDING})
    write_atomically(folder / WEIGHTS, data)
    write_atomically(folder / TOKENIZER, tokenizer_json.encode())
    write_atomically(folder / CONFIG, json.dumps(document, indent=2).encode())


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


class _Weights:
    """The tensors of a safetensors file by their published names; shared tensors are stored once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # pread: a mapped file that shrinks while it is read would kill the process.
            self._file = safetensors.safe_open(path, framework="pt", backend="pread")
            self._stored = set(self._file.keys())
            self._aliases: dict[str, str] = self._file.metadata() or {}
        except (SafetensorError, OSError) as error:
            raise ModelError(f"{path} cannot be read as weights: {error}") from None
        self.names = self._stored | {alias for alias, name in self._aliases.items() if name in self._stored}

    def stores(self, name: str) -> bool:
        """Whether the tensor lies in the file under this very name."""
        return name in self._stored

    def shape(self, name: str) -> list[int]:
        with self._named(name):
            return list(self._file.get_slice(self._stored_name(name)).get_shape())

    def tensor(self, name: str) -> Tensor:
        """The tensor, checked: floating point and finite."""
        with self._named(name):
            result: Tensor = self._file.get_tensor(self._stored_name(name))
        if result.dtype not in STORED:
            raise ModelError(f"{self.path}: the tensor {name} has the number format {result.dtype}")
        if not bool(torch.isfinite(result).all()):
            raise ModelError(f"{self.path}: the tensor {name} holds values that are not finite numbers")
        return result

    def sha256(self) -> str:
        with self._named("sha256"), self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _stored_name(self, name: str) -> str:
        return name if name in self._stored else self._aliases[name]

    @contextlib.contextmanager
    def _named(self, name: str) -> Iterator[None]:
        try:
            yield
        except (SafetensorError, OSError) as error:
            raise ModelError(f"{self.path}: {name} cannot be read: {error}") from None


def _some(names: list[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _fill(model: ReactiveTransformer, weights: _Weights, dtype: torch.dtype) -> None:
    parameters = dict(model.named_parameters())
    gated = model.config.decoder.feed_forward.gated
    wanted = places(((key, len(value)) for key, value in parameters.items()), gated)
    known = wanted.keys() | {SHARED_EMBEDDING}
    missing = sorted(wanted.keys() - weights.names)
    extra = sorted(name for name in weights.names - known if not DERIVED.match(name))
    if missing:
        raise ModelError(f"{weights.path} lacks weights that config.json calls for: {_some(missing)}")
    if extra:
        raise ModelError(f"{weights.path} holds weights that config.json does not call for: {_some(extra)}")
    for name, place in wanted.items():
        _check_shape(weights, name, _shape_of(parameters, place))
    _check_rotary_tables(model, weights)
    _check_embedding(weights)
    filled = {key: torch.empty(value.shape, dtype=dtype) for key, value in parameters.items()}
    for name, place in wanted.items():
        target = filled[place.key] if place.index is None else filled[place.key][place.index]
        target.copy_(weights.tensor(name))
        if not bool(torch.isfinite(target).all()):
            raise ModelError(f"{weights.path}: the tensor {name} holds values too large for {dtype}")
    for key, tensor in filled.items():
        owner, _, leaf = key.rpartition(".")
        setattr(model.get_submodule(owner), leaf, torch.nn.Parameter(tensor, requires_grad=False))


def _shape_of(parameters: Mapping[str, Tensor], place: Any) -> list[int]:
    shape = list(parameters[place.key].shape)
    return shape if place.index is None else shape[1:]


def _check_shape(weights: _Weights, name: str, shape: list[int]) -> None:
    stored = weights.shape(name)
    is_scalar_gate = shape == [1, 1] and stored in ([], [1])  # one gate a layer, published without its dimensions
    if stored != shape and not is_scalar_gate:
        raise ModelError(f"{weights.path}: {name} is {stored}, config.json calls for {shape}")


def _check_embedding(weights: _Weights) -> None:
    """Decoder and encoder share one embedding; a file that holds two must hold the same numbers twice."""
    both = weights.stores(EMBEDDING) and weights.stores(SHARED_EMBEDDING)
    if both and not torch.equal(weights.tensor(EMBEDDING), weights.tensor(SHARED_EMBEDDING)):
        raise ModelError(f"{weights.path}: {EMBEDDING} and {SHARED_EMBEDDING} differ, but the model has only one")


def _check_rotary_tables(model: ReactiveTransformer, weights: _Weights) -> None:
    for name in sorted(name for name in weights.names if name.endswith("rope.inv_freq")):
        stored = weights.tensor(name).float().flatten()
        ours = BASE ** (-torch.arange(0, 2 * len(stored), 2) / (2 * len(stored)))
        if not torch.allclose(stored, ours, rtol=1e-4):
            raise ModelError(f"{weights.path}: {name} rotates with another base than {BASE:g}, which is not supported")


def _restore_buffers(model: ReactiveTransformer) -> None:
    """Rotary tables are computed, not stored: build them again for the model that was laid out without memory."""
    for part in (model.decoder, model.encoder, model.memory_attention):
        length, half = part.rope.cos.shape
        part.rope = type(part.rope)(2 * half, length)
