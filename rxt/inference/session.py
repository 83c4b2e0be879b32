"""A conversation: a model, its memory, and the events of each turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Literal

from rxt.events import (
    AnswerFinished,
    Event,
    FailurePhase,
    FinishReason,
    MemoryWriting,
    MemoryWritten,
    Sampling,
    TokenEmitted,
    TurnFailed,
    TurnMetrics,
    TurnRecord,
    TurnStarted,
)
from rxt.inference.decoding.choice import plan_of
from rxt.inference.generate import AnswerDecoder
from rxt.inference.rewrite import record_of
from rxt.inference.sampling import Sampler
from rxt.io.pretrained import PretrainedModel
from rxt.model.kv_cache import KVCache
from rxt.model.memory import MemoryState, MemoryUpdate
from rxt.text.stream import TextStream
from rxt.text.tokenizer import well_formed

OnStop = Literal["remember", "forget"]


class Session:
    """Answers questions with a memory that is rewritten after each.

    memory: the initial memory of seed 0 by default. turns: the records of the turns that led to it, where a
    conversation is continued. sampling: greedy by default; a new one takes effect with the next turn. on_stop: what
    becomes of a turn that was stopped: "remember" writes the answer so far to memory, "forget" leaves the memory as it
    was; it can be changed until the caller has taken AnswerFinished.
    Turns are numbered in the order they were written to memory; the number of one that failed or was forgotten goes to
    the next. Raises ValueError for a memory of another shape than the model's.
    """

    def __init__(
        self,
        model: PretrainedModel,
        memory: MemoryState | None = None,
        sampling: Sampling | None = None,
        on_stop: OnStop = "remember",
        turns: Sequence[TurnRecord] = (),
    ) -> None:
        self.model = model
        self.sampling = sampling or Sampling()
        self.on_stop: OnStop = on_stop
        self._memory = model.initial_memory() if memory is None else memory
        model.check_memory(self._memory)
        self._turns = list(turns)
        self._cache = model.new_cache()
        plan_of(model)  # made now, so that the first question does not wait for it
        self._running = threading.Lock()
        self._stop: threading.Event | None = None  # of the turn under way

    @property
    def memory(self) -> MemoryState:
        """The memory after the last turn."""
        return self._memory

    @property
    def turns(self) -> tuple[TurnRecord, ...]:
        """The turns that the memory has lived through in this conversation."""
        return tuple(self._turns)

    def stop(self) -> None:
        """Ends the answer under way after at most one more token; from any thread; without a turn, nothing happens."""
        if (stop := self._stop) is not None:
            stop.set()

    def ask(self, text: str) -> Iterator[Event]:
        """One turn: yields its events while they happen.

        Bad input and faults inside the model arrive as TurnFailed, never as an exception. A reader that abandons the
        iteration abandons the turn: the memory stays what it was.
        """
        if not self._running.acquire(blocking=False):
            yield TurnFailed(len(self._turns), "reading", "The last message is still being answered. Nothing was sent.")
            return
        number = len(self._turns)  # of now: in another thread a turn may just have ended
        # One flag a turn: a late stop of the last turn cannot reach this one.
        stop = self._stop = threading.Event()
        turn = _Turn(self.model, self._memory, self._cache, self.sampling, number, text)
        try:
            yield from turn.answer(stop)
            if turn.reason == "stopped" and self.on_stop == "forget":
                return
            yield MemoryWriting(number)
            update, record = turn.write()
            self._memory = update.memory
            self._turns.append(record)
            yield MemoryWritten(number, record)
        except _RejectedError as error:
            yield TurnFailed(number, "reading", str(error))
        except (GeneratorExit, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001  (pyo3's PanicException is no Exception)
            yield TurnFailed(number, turn.phase, f"{_explain(error)} The memory is unchanged.")
        finally:
            self._stop = None
            self._running.release()


class _RejectedError(Exception):
    """A message that cannot become a turn."""


class _Turn:
    """One turn under way; the session's memory is not touched by it."""

    def __init__(
        self,
        model: PretrainedModel,
        memory: MemoryState,
        cache: KVCache,
        sampling: Sampling,
        number: int,
        query: str,
    ) -> None:
        self._model = model
        self._memory = memory
        self._cache = cache
        self._sampling = sampling
        self._number = number
        self._query = query
        self.phase: FailurePhase = "reading"
        self.reason: FinishReason = "length"
        self._prompt: list[int] = []
        self._answer_ids: list[int] = []
        self._answer = ""
        self._first_token_s = self._answer_s = 0.0

    def answer(self, stop: threading.Event) -> Iterator[Event]:
        """Reads the query and yields the answer's events."""
        started = time.perf_counter()
        self._prompt = self._checked_prompt()
        yield TurnStarted(self._number, self._query, len(self._prompt))
        limit = self._model.config.interaction_length - len(self._prompt)
        if self._sampling.max_tokens is not None:
            limit = min(limit, self._sampling.max_tokens)
        decoder = AnswerDecoder(self._model, self._memory, self._cache)
        sampler = Sampler(self._sampling, self._number)
        stream = TextStream(self._model.tokenizer)
        parts: list[str] = []
        unread = self._prompt
        while True:
            if stop.is_set():
                self.reason = "stopped"
                break
            if len(self._answer_ids) == limit:
                self.reason = "length"
                break
            token = sampler.choose(decoder.read(unread))
            if token == self._model.config.tokens.eos:
                self.reason = "eos"
                break
            self.phase = "answering"
            self._answer_ids.append(token)
            unread = [token]
            self._answer_s = time.perf_counter() - started
            self._first_token_s = self._first_token_s or self._answer_s
            parts.append(stream.push(token))
            yield TokenEmitted(self._number, token, parts[-1])
        parts.append(stream.finish())
        self._answer = "".join(parts)
        self._answer_s = self._answer_s or time.perf_counter() - started
        yield AnswerFinished(self._number, self.reason, self._answer)

    def write(self) -> tuple[MemoryUpdate, TurnRecord]:
        """Writes the interaction into a new memory."""
        self.phase = "writing"
        interaction = [*self._prompt, *self._answer_ids]
        if self.reason == "eos":
            interaction.append(self._model.config.tokens.eos)
        started = time.perf_counter()
        update = self._model.update_memory(self._memory, interaction)
        memory_s = time.perf_counter() - started
        record = record_of(
            self._memory,
            update,
            turn=self._number,
            query=self._query,
            answer=self._answer,
            interaction_ids=interaction,
            answer_ids=self._answer_ids,
            reason=self.reason,
            sampling=self._sampling,
            metrics=TurnMetrics(
                query_tokens=len(self._prompt),
                answer_tokens=len(self._answer_ids),
                first_token_s=self._first_token_s,
                answer_s=self._answer_s,
                memory_s=memory_s,
            ),
        )
        return update, record

    def _checked_prompt(self) -> list[int]:
        self._query = well_formed(self._query)  # what is recorded is what was read, and can be written as UTF-8
        if not self._query.strip():
            raise _RejectedError("The message is empty. Nothing was sent.")
        prompt = self._model.template.prompt(self._query)
        room = self._model.config.interaction_length
        if len(prompt) >= room:
            raise _RejectedError(
                f"This message has {len(prompt) - 3:,} tokens; {self._model.name} reads at most {room - 4:,} in one, "
                f"because question and answer share {room:,}. Nothing was sent and the memory is unchanged: shorten "
                "it, or tell it in several messages."
            )
        return prompt


def _explain(error: BaseException) -> str:
    text = str(error).strip().rstrip(".")
    return f"The model failed: {text or type(error).__name__}."
