"""A model folder in hub format: config.json, model.safetensors, tokenizer.json, all checked strictly."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import safetensors.torch
import torch

from rxt.config import ModelConfig, RopeLayout
from rxt.errors import ConfigError, ModelError
from rxt.io.clues import complete
from rxt.io.files import check_no_pointer, read_bounded, write_atomically
from rxt.io.filling import DTYPES, Progress, fill, shapes_of
from rxt.io.hub import resolve
from rxt.io.listing import MODEL, MODEL_ALONE
from rxt.io.names import EMBEDDING, SHARED_EMBEDDING, places
from rxt.io.precision import best_precision
from rxt.io.sizes import check_sizes
from rxt.io.trial import try_tokenizer
from rxt.io.weights import INDEX, WEIGHTS, Weights, is_finite
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.text.template import Template
from rxt.text.tokenizer import UTF8_BYTES, Tokenizer

CONFIG, TOKENIZER = "config.json", "tokenizer.json"
LAYOUTS = ("concatenated", "interleaved")
_SMALL_FILE_BYTES = 64 * 2**20
_ASKS_AFTER_S = 0.1


class PretrainedModel(ReactiveTransformer):
    """A Reactive Transformer with its tokenizer, as a folder holds them.

    name: of the folder or repository; source: the folder's path. fingerprint: SHA-256 of the configuration, tokenizer
    and weights in its files; models with equal fingerprints compute the same up to rounding. Changing weights after
    loading does not change it. precision: the `dtype` that the model was opened with, or that "auto" chose. notes: what
    was assumed or ignored on opening, as sentences.
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
        self.precision = "float32"

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
            "dtype": self.precision,
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
    progress: Progress = lambda done, total: None,
    tokenizer_json: str | None = None,
) -> PretrainedModel:
    """Opens a model: a folder, a hub repository id, or the bundled model (None).

    dtype: "float32", "bfloat16", "float16"; "int8": feed-forwards and head of the decoder in 8 bits, the rest in
    float32; "auto": the fastest for this machine, see rxt.io.precision. rope_layout: "concatenated" (releases before
    0.3.40 of the family's package) or "interleaved"; by default the one in config.json, else "interleaved" where the
    checkpoint stores all experts of a layer in one tensor. progress: called with the bytes of weights read so far and
    in total, after each tensor and until the hash is computed; an exception raised by it ends the loading.
    tokenizer_json: the text of a tokenizer.json to use instead of the model's own.
    Raises ModelError or ConfigError; nothing is left half loaded.
    """
    check_format(dtype)
    check_device(device)
    if rope_layout not in (None, *LAYOUTS):
        raise ModelError(f"the rotary layout {rope_layout!r} is not known; choose from {', '.join(LAYOUTS)}")
    needed = MODEL if tokenizer_json is None else MODEL_ALONE
    folder, name = resolve(path_or_repo, needed)
    _check_files(folder, needed)
    document = _read_document(folder / CONFIG)
    try:
        config = ModelConfig.from_json(document)
        check_sizes(config)
        tokenizer_json = read_text(folder / TOKENIZER) if tokenizer_json is None else tokenizer_json
        try_tokenizer(tokenizer_json)
        tokenizer = Tokenizer(tokenizer_json, config.decoder.vocabulary)
        _check_control_tokens(config, tokenizer)
    except (ConfigError, ModelError) as error:
        raise type(error)(f"{name}: {error}") from None
    weights = Weights(folder)
    if rope_layout is not None:
        config = replace(config, rope_layout=rope_layout)
    config, notes = complete(config, document, weights.shapes())
    notes += tuple(_unread(tokenizer))
    for note in notes:
        logging.getLogger(__name__).warning("%s: %s", name, note)
    with torch.device("meta"):
        model = PretrainedModel(config, document, tokenizer, name, str(folder), notes)
    model.precision = best_precision(model, device) if dtype == "auto" else dtype
    is_ended = threading.Event()
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Without the interpreter's lock, while the weights are read.
        weights_sha256 = beside.submit(weights.sha256, is_ended.is_set)
        try:
            read = fill(model, weights, model.precision, progress)
            while not wait([weights_sha256], _ASKS_AFTER_S).done:
                progress(read, read)
        except BaseException:
            is_ended.set()
            raise
        identity = [config.fingerprint, tokenizer.sha256, weights_sha256.result()]
    if config.rope_layout == "interleaved":
        identity.append(config.rope_layout)
    model.fingerprint = hashlib.sha256("\n".join(identity).encode()).hexdigest()
    try:
        return model.to(device).eval().requires_grad_(False)
    except (RuntimeError, AssertionError) as error:  # torch asserts where it was built without the device
        raise ModelError(f"{name} cannot be moved to the device {device!r}: {error}") from None


def check_format(dtype: str) -> None:
    """Raises ModelError for a number format that `load` does not know."""
    if dtype not in (*DTYPES, "auto"):
        raise ModelError(f"the number format {dtype!r} is not known; choose from {', '.join(DTYPES)}, auto")


def check_device(device: str) -> None:
    """Raises ModelError where torch cannot compute on the device: before the weights are read, which may take long."""
    try:
        torch.zeros(1, device=device).item()  # "meta" gives tensors that have no values
    except (RuntimeError, AssertionError) as error:  # torch asserts where it was built without the device
        reason = str(error).splitlines()[0]
        raise ModelError(f"This machine cannot compute on the device {device!r}: {reason}") from None


def save_model(
    folder: Path,
    model: ReactiveTransformer,
    document: Mapping[str, Any],
    tokenizer_json: str,
    dtype: torch.dtype = torch.float16,
) -> None:
    """Writes a folder in hub format that `load` opens, with one tensor for each expert.

    config.json is `document`, with rope_layout added for a model of the interleaved layout. Raises OSError, and
    ModelError before anything is written, where weights have 8 bits or are not finite in `dtype`.
    """
    state = model.state_dict()
    if not all(value.is_floating_point() for value in state.values()):
        raise ModelError("A model with weights of 8 bits cannot be saved: open it in float32. Nothing was written.")
    tensors = {}
    for name, place in places(shapes_of(state), model.config).items():
        value = state[place.key] if place.index is None else state[place.key][place.index]
        tensors[name] = value.detach().to("cpu", dtype).contiguous()
        if not is_finite(tensors[name]):
            raise ModelError(f"{name} holds values that are no finite numbers in {dtype}. Nothing was written.")
    if model.config.rope_layout == "interleaved":
        document = {**document, "rope_layout": "interleaved"}
    data = safetensors.torch.save(tensors, metadata={SHARED_EMBEDDING: EMBEDDING})
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / WEIGHTS, data)
    write_atomically(folder / TOKENIZER, tokenizer_json.encode())
    write_atomically(folder / CONFIG, json.dumps(document, indent=2).encode())


def read_text(path: Path) -> str:
    """The text of a small file of a model. Raises ModelError."""
    try:
        data = read_bounded(path, _SMALL_FILE_BYTES)
        check_no_pointer(path, data)
        return data.decode("utf-8")
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from None


def _check_files(folder: Path, needed: frozenset[str]) -> None:
    names = (CONFIG, WEIGHTS, TOKENIZER) if TOKENIZER in needed else (CONFIG, WEIGHTS)
    missing = [file for file in names if not (folder / file).is_file()]
    if WEIGHTS in missing and CONFIG not in missing and ((folder / INDEX).is_file() or missing == [WEIGHTS]):
        missing.remove(WEIGHTS)  # they lie in several files, or what is there instead can be named better
    if missing:
        raise ModelError(f"The folder {folder} is not a model: it has no {', no '.join(missing)}.")


def _check_control_tokens(config: ModelConfig, tokenizer: Tokenizer) -> None:
    for field, token_id in asdict(config.tokens).items():
        if token_id not in tokenizer.special:
            raise ModelError(
                f"config.json says that {field} is the token {token_id}, which is text to tokenizer.json: "
                "a message could forge it"
            )


def _unread(tokenizer: Tokenizer) -> Iterator[str]:
    """A sentence where characters that people write are lost to the model."""
    unread = tokenizer.unread
    signs = [*map(chr, range(0x21, 0x2FFF)), *"中한🙂"] if unread else []
    lost = [sign for sign in signs if sign.isprintable() and not unread.isdisjoint(sign.encode())]
    if lost:
        example = next(filter(str.isalpha, lost), lost[0])
        how = "read as unknown" if tokenizer.has_unknown else "left out"
        yield (
            f"tokenizer.json does not know {len(unread)} of the {len(UTF8_BYTES)} bytes that text is made of: "
            f"characters such as {example} are {how}"
        )


def _read_document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(document, dict):
        raise ModelError(f"{path} does not hold a configuration")
    return document
