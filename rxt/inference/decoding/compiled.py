"""The compiled step: one call into machine code a token, on threads of its own, without the interpreter's lock."""

from __future__ import annotations

import ctypes
import math
import threading
import time
import weakref
from collections.abc import Sequence

import torch
from torch import Tensor

from rxt.inference.decoding.layout import CModel, CToken, Layout
from rxt.model.decoder import MemoryKV
from rxt.model.kv_cache import KVCache
from rxt.model.quantised import Int8Head
from rxt.model.reactive_transformer import ReactiveTransformer


class CompiledPlan:
    """A model's decoder in the compiled step. At most `threads` compute a token; they sleep between answers.

    fewest_at_once: more new tokens than this are read faster at once, by torch. Answers may be decoded side by side:
    they take turns. Raises MemoryError where there is no memory or no thread left.
    """

    def __init__(self, model: ReactiveTransformer, library: ctypes.CDLL, threads: int) -> None:
        library.rxt_open.argtypes, library.rxt_open.restype = (ctypes.POINTER(CModel),), ctypes.c_void_p
        library.rxt_step.argtypes, library.rxt_step.restype = (ctypes.c_void_p, ctypes.POINTER(CToken)), None
        library.rxt_close.argtypes, library.rxt_close.restype = (ctypes.c_void_p,), None
        self.threads = threads
        # Weights of 8 bits have to be widened to be read by many tokens at once: that pays later.
        self.fewest_at_once = 32 if isinstance(model.decoder.head, Int8Head) else 8
        self._step = library.rxt_step
        self._embedding = model.embedding.weight
        self._vocabulary = model.config.decoder.vocabulary
        self._layout = Layout(model, threads)
        self._lock = threading.Lock()
        self._pool = library.rxt_open(ctypes.byref(self._layout.model))
        if not self._pool:
            raise MemoryError("there is no memory, or no thread left, to decode with")
        self._end = weakref.finalize(self, library.rxt_close, self._pool)
        self._end.atexit = False  # a program may end while another of its threads decodes

    @torch.inference_mode()
    def begin(self, memory: Sequence[MemoryKV], cache: KVCache) -> CompiledAnswer:
        """An answer that reads these keys and values of the memory and goes on from what the cache holds."""
        keys = torch.stack([keys[0].transpose(-2, -1) for keys, _ in memory]).float()  # [L, G, d, S]
        values = torch.stack([values[0] for _, values in memory]).float()  # [L, G, S, d]
        return CompiledAnswer(self, keys, values, cache)

    @torch.inference_mode()
    def step(self, token_id: int, token: CToken) -> Tensor:
        """One token: the logits [V] after it; the cache's place is written."""
        logits = torch.empty(self._vocabulary, dtype=torch.float32, device="cpu")  # whatever torch's defaults are
        embedded = self._embedding[token_id].float()
        token.embedded, token.logits = embedded.data_ptr(), logits.data_ptr()
        with self._lock:
            self._step(self._pool, ctypes.byref(token))
        return logits

    def close(self) -> None:
        """Ends the threads."""
        self._end()


class CompiledAnswer:
    """One answer under way: the memory it reads and the cache it continues."""

    def __init__(self, plan: CompiledPlan, keys: Tensor, values: Tensor, cache: KVCache) -> None:
        self._plan = plan
        self._kept = keys, values, cache
        self.fewest_at_once = plan.fewest_at_once
        self._cache = cache
        self._pace = Pace(plan.threads)
        self._token = CToken(cache.storage.data_ptr(), keys.data_ptr(), values.data_ptr())

    def read(self, token_id: int) -> Tensor:
        """Appends a token and returns the logits [V] after it."""
        self._token.position, self._token.alone = self._cache.length, self._pace.alone
        started = time.perf_counter()
        logits = self._plan.step(token_id, self._token)
        self._pace.took(time.perf_counter() - started)
        self._cache.length += 1
        return logits


class Pace:
    """Whether one thread or all are faster just now: both are tried for a few tokens, and again after many.

    On two busy cores a second thread costs more than it brings, for each waits for the other.
    """

    TRIAL, PERIOD = 3, 96

    def __init__(self, threads: int) -> None:
        self._tokens = 0
        self._best = {False: math.inf, True: math.inf}
        self._threads = threads
        self.alone = threads == 1

    def took(self, seconds: float) -> None:
        """Told after each token how long it took."""
        if self._threads == 1:
            return
        if self._tokens < 2 * self.TRIAL:
            self._best[self.alone] = min(self._best[self.alone], seconds)
        self._tokens += 1
        if self._tokens == self.PERIOD:
            self._tokens, self._best = 0, {False: math.inf, True: math.inf}
        if self._tokens < 2 * self.TRIAL:
            self.alone = self._tokens >= self.TRIAL
        else:
            self.alone = self._best[True] < self._best[False]
