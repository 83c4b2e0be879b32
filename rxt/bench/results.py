"""What was measured, as a table for people and as plain values for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rxt.bench.accuracy import Agreement
from rxt.bench.speed import DecodingSpeed
from rxt.bench.stateless import Comparison
from rxt.events import TurnMetrics

BEYOND = "more than memory gives: the weights stay in the processor's cache"
"""How more than the whole bandwidth can be."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A model as it was opened: seconds, without a download, and bytes of this process at most until then.

    device: as torch names it; processor: what computes there; threads: of torch, None where no CPU computes.
    """

    name: str
    fingerprint: str
    parameters: int
    precision: str
    device: str
    processor: str
    threads: int | None
    load_s: float
    peak_bytes: int | None


@dataclass(frozen=True, slots=True)
class Results:
    """update_s, plain_update_s: one memory update, and the same without any care. turns: by their number, from 1.
    precisions: by the number format that was asked for, and the one that was found where that is "auto"."""

    opened: Opened
    decoding: DecodingSpeed
    update_s: float
    plain_update_s: float
    turns: dict[int, TurnMetrics]
    comparison: Comparison
    precisions: dict[str, tuple[DecodingSpeed, Agreement]]

    def to_json(self) -> dict[str, Any]:
        """Plain values; seconds, bytes and bytes a second but where a name says otherwise."""
        against = self.comparison
        return {
            **asdict(self.opened),
            "decoding": _speed(self.decoding),
            "memory_update": {
                "s": self.update_s,
                "plain_s": self.plain_update_s,
                "of_plain": self.update_s / self.plain_update_s,
            },
            "turns": {
                str(number): {**asdict(turn), "tokens_per_s": turn.tokens_per_s} for number, turn in self.turns.items()
            },
            "comparison": {
                **{name: list(value) if isinstance(value, tuple) else value for name, value in asdict(against).items()},
                "reread_dearer_from": against.dearer_from(against.reread_s),
                "cached_dearer_from": against.dearer_from(against.cached_s),
            },
            "precisions": {
                name: {**_speed(speed), **asdict(agreement), "perplexity_change": agreement.perplexity_change}
                for name, (speed, agreement) in self.precisions.items()
            },
        }


def _speed(speed: DecodingSpeed) -> dict[str, Any]:
    return {**asdict(speed), "share": speed.share}


def table(results: Results) -> Iterator[str]:
    """Lines of Markdown."""
    opened, speed = results.opened, results.decoding
    peak = "unknown" if opened.peak_bytes is None else f"{opened.peak_bytes / 1e6:,.0f} MB"
    yield f"{opened.name}, {opened.parameters:,} parameters, {opened.precision}, {_where(opened)}"
    yield f"on {opened.processor}"
    yield ""
    yield "| measure | value |"
    yield "|---|---|"
    yield f"| opened in | {opened.load_s:.2f} s |"
    yield f"| peak memory of the process by then | {peak} |"
    yield f"| decoding | {speed.tokens_s:,.0f} tokens/s ({'compiled step' if speed.compiled else 'torch'}) |"
    yield f"| decoding by torch alone | {speed.torch_tokens_s:,.0f} tokens/s |"
    yield f"| read a token | {speed.read_bytes / 1e6:,.1f} MB |"
    yield f"| read bandwidth of the machine | {speed.bandwidth_gb_s:.1f} GB/s |"
    yield f"| share of it that decoding reaches | {_share(speed, BEYOND)} |"
    yield f"| memory update | {1e3 * results.update_s:,.1f} ms |"
    yield f"| the same layer by layer, plainly | {1e3 * results.plain_update_s:,.1f} ms |"
    yield ""
    yield "| turn | first token | tokens/s | memory update |"
    yield "|---|---|---|---|"
    for number, turn in results.turns.items():
        tokens = f"{turn.tokens_per_s:,.0f}" if turn.tokens_per_s else "–"
        yield f"| {number} | {1e3 * turn.first_token_s:,.1f} ms | {tokens} | {1e3 * turn.memory_s:,.1f} ms |"
    yield ""
    yield from _comparison(results.comparison)
    if results.precisions:
        yield ""
        yield from _precisions(results)


def _share(speed: DecodingSpeed, beyond: str) -> str:
    """beyond: what is said of a share that is more than the whole."""
    percent = round(100 * speed.share)
    return f"{percent} % ({beyond})" if percent > 100 else f"{percent} %"


def _where(opened: Opened) -> str:
    if opened.threads is None:
        return opened.device
    return "1 thread" if opened.threads == 1 else f"{opened.threads} threads"


def _comparison(against: Comparison) -> Iterator[str]:
    yield (
        f"A turn of {against.query_tokens} + {against.answer_tokens} tokens, beside the same decoder without a memory "
        f"(this memory: {against.memory_bytes / 1e6:,.1f} MB):"
    )
    yield ""
    yield "| turn | reactive | history read again | prefix cache | size of the cache |"
    yield "|---|---|---|---|---|"
    rows = zip(against.turns, against.reactive_s, against.reread_s, against.cached_s, against.cached_bytes, strict=True)
    for turn, ours, reread, cached, size in rows:
        seconds = " | ".join(f"{1e3 * value:,.1f} ms" for value in (ours, reread, cached))
        yield f"| {turn} | {seconds} | {size / 1e6:,.1f} MB |"


def _precisions(results: Results) -> Iterator[str]:
    yield "| format | tokens/s | read a token | share of bandwidth | same best token | perplexity |"
    yield "|---|---|---|---|---|---|"
    for name, (speed, agreement) in results.precisions.items():
        yield (
            f"| {name} | {speed.tokens_s:,.0f} | {speed.read_bytes / 1e6:,.1f} MB | {_share(speed, 'from cache')} | "
            f"{100 * agreement.top1:.2f} % | {100 * agreement.perplexity_change:+.2f} % |"
        )
