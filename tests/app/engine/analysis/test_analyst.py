"""The analyst's findings are those of rxt.inference.explain, in the shapes that views expect, whatever the model."""

from __future__ import annotations

import dataclasses
import math
import weakref
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor

import rxt
from app.engine.analysis.analyst import FindingCache, ModelAnalyst
from app.engine.analysis.findings import (
    CONDITIONS,
    Comparison,
    Finding,
    Health,
    Influence,
    MemoryValues,
    Origin,
    Paired,
    ProbeResult,
    ProvenanceMap,
    ReadHeads,
    Reads,
    Similarity,
    Synthetic,
    Writes,
    size_bytes,
)
from app.engine.analysis.inquiries import (
    AskComparison,
    AskEdited,
    AskHealth,
    AskInfluence,
    AskMix,
    AskOrigin,
    AskPaired,
    AskProbe,
    AskProvenance,
    AskReadHeads,
    AskReads,
    AskSimilarity,
    AskValues,
    AskWrites,
    BranchMemory,
    Edit,
    Inquiry,
    MemoryRef,
    SnapshotMemory,
    TurnMemory,
)
from app.engine.analysis.lab import Lab
from app.engine.analysis.maps import comparison_of, health_of, similarity_of
from app.engine.analysis.replay import Replay
from app.engine.analysis.subject import Subject
from app.engine.library import Loaded
from app.engine.refusal import RefusedError
from app.models.edit_kind import EditKind
from app.models.memory_names import INITIAL
from app.paint.order import by_likeness
from rxt.errors import SnapshotError
from rxt.inference import explain
from rxt.inference.cancel import Cancelled
from rxt.model.memory import MemoryState
from rxt.training.evaluation.player import Player
from tests.rxt.inference.finished import ALPHA, BETA, MODELS, After, model, session

TURNS = 4
SHAPE = (3, 8)


def subject(name: str, turns: int = TURNS) -> Subject:
    """A conversation with a small model, as the engine hands it over."""
    info = SimpleNamespace(name=name, fingerprint=model(name).fingerprint, source="", dtype="float32", device="cpu")
    loaded = Loaded(cast("Any", rxt), cast("Any", model(name)), cast("Any", info))
    initial = model(name).initial_memory(seed=1)
    return Subject(loaded, cast("Any", initial), initial.summary(), session(name, turns).turns)


def talk(name: str, turns: int = TURNS) -> explain.Conversation:
    return explain.Conversation(model(name), model(name).initial_memory(seed=1), session(name, turns).turns)


def mask(*places: tuple[int, int]) -> Any:
    return explain.slots_at((*SHAPE, 1), places)


WHERE = mask((0, 1), (2, 7), (2, 0))


def test_that_an_analyst_that_forgets_keeps_no_model_and_answers_again() -> None:
    analyst, about = ModelAnalyst(), subject(BETA)
    kept = weakref.ref(about)
    for inquiry in (AskReads(1), AskHealth(2), AskProvenance()):
        ask(about, inquiry, analyst)
    analyst.forget()
    assert analyst._loaded is None
    del about
    assert kept() is None
    assert isinstance(ask(subject(BETA), AskReads(2), analyst), Reads)


def ask(about: Subject, inquiry: Inquiry, analyst: ModelAnalyst | None = None) -> Any:
    found = (analyst or ModelAnalyst()).answer(inquiry, about, lambda: False, lambda share: None)
    assert found is not None
    return found


@pytest.mark.parametrize("name", MODELS)
def test_that_reads_and_their_sources_are_those_of_the_library(name: str) -> None:
    found: Reads = ask(subject(name), AskReads(2))
    reads, sources = talk(name).read(2), talk(name).sources(2)
    tokens = len(reads.spans)
    assert found.weights.shape == (tokens, *SHAPE)
    assert found.sources.shape == (tokens, 3)
    assert np.allclose(found.weights, reads.over_heads(), atol=1e-6)
    assert np.allclose(found.sources, sources, atol=1e-6)
    assert (found.text, found.spans) == (reads.text, reads.spans)
    heads: ReadHeads = ask(subject(name), AskReadHeads(2))
    assert found.heads == heads.weights.shape[2]
    assert np.array_equal(heads.weights, reads.weights)
    some: ReadHeads = ask(subject(name), AskReadHeads(2, layers=(2, 0)))
    assert np.array_equal(some.weights, reads.weights[:, [2, 0]])
    assert some.layers == (2, 0)


@pytest.mark.parametrize("name", MODELS)
def test_that_writes_are_those_of_the_library(name: str) -> None:
    found: Writes = ask(subject(name), AskWrites(1))
    expected, record = talk(name).write(1), session(name, TURNS).turns[1]
    assert np.allclose(found.weights, expected.over_heads(), atol=1e-6)
    assert found.weights.shape == (*SHAPE, len(record.interaction_ids))
    assert (found.text, found.spans) == (expected.text, expected.spans)
    answer = [found.text[start:end] for start, end in found.spans[found.answer_start :]]
    assert "".join(answer) == record.answer
    stage = record.gate("write")
    assert stage is not None
    assert np.array_equal(found.written, stage.law.write_share(stage.values))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("turn", [None, 3, 0, INITIAL])
def test_that_provenance_holds_after_any_turn(name: str, turn: int | None) -> None:
    found: ProvenanceMap = ask(subject(name), AskProvenance(turn))
    turns = TURNS if turn is None else turn + 1
    expected = talk(name, turns).provenance if turns else None
    assert found.turns == turns
    assert found.shares.shape == (turns + 1, *SHAPE)
    assert np.abs(found.shares.sum(axis=0) - 1).max() < 1e-5
    if expected is not None:
        assert np.allclose(found.shares, expected.shares(), atol=1e-6)
        assert np.allclose(found.half_life, expected.half_life())


def test_that_what_gates_cannot_tell_is_said() -> None:
    none: ProvenanceMap = ask(subject("none"), AskProvenance())
    assert none.is_fixed
    assert "no gates" in none.note
    assert np.isinf(none.half_life).all()
    static: ProvenanceMap = ask(subject("sigmoid static per layer"), AskProvenance())
    assert static.is_fixed
    assert "whatever had been said" in static.note
    tanh: ProvenanceMap = ask(subject("tanh elementwise"), AskProvenance())
    assert (tanh.is_fixed, tanh.measure) == (False, "norm")
    dynamic: ProvenanceMap = ask(subject(BETA), AskProvenance())
    assert (dynamic.is_fixed, dynamic.note, dynamic.measure) == (False, "", "weight")
    assert "trained constant" in ask(subject("sigmoid static per slot"), AskHealth(1)).sentence
    assert "no write gate" in ask(subject("none"), AskHealth(1)).sentence
    assert not ask(subject("sigmoid static per slot"), AskHealth(1)).saturated.any()


@pytest.mark.parametrize("turn", [INITIAL, 0, 3])
def test_that_a_memory_is_described_after_any_turn(turn: int) -> None:
    memory = talk(BETA).memories[turn + 1]
    similarity: Similarity = ask(subject(BETA), AskSimilarity(turn))
    assert np.array_equal(similarity.cosine, explain.similarity(memory))
    assert np.allclose(similarity.effective_rank, explain.effective_rank(memory))
    values: MemoryValues = ask(subject(BETA), AskValues(turn))
    assert np.array_equal(values.values, memory.tensor.numpy())
    assert not values.values.flags.writeable
    health: Health = ask(subject(BETA), AskHealth(turn))
    norms = [state.tensor.norm(dim=-1).mean(dim=1).numpy() for state in (memory, talk(BETA).memories[0])]
    assert np.allclose(health.norm_drift, norms[0] / norms[1])
    assert health.dead.shape == SHAPE
    assert health.sentence.endswith(".")


def test_that_each_pair_of_slots_is_compared_with_the_bundled_model_and_up_to_512_slots() -> None:
    for slots in (rxt.load().memory_shape[1], 512):  # an order by likeness needs each pair
        values = torch.randn(1, slots, 8, generator=torch.Generator().manual_seed(0))
        found = similarity_of(INITIAL, MemoryState(values), lambda: False)
        assert (found.pool, found.cosine.shape) == (1, (1, slots, slots))


def test_that_more_slots_than_places_come_in_the_order_that_all_pairs_would_give() -> None:
    values = torch.randn(2, 600, 16, generator=torch.Generator().manual_seed(0))
    values[..., 0] *= 3
    memory = MemoryState(values)
    found = similarity_of(INITIAL, memory, lambda: False)
    assert (found.pool, found.cosine.shape) == (2, (2, 300, 300))
    assert np.array_equal(found.order, by_likeness(explain.similarity(memory)))


def test_that_an_ill_memory_is_described_in_words() -> None:
    values = torch.randn(2, 4, 6, generator=torch.Generator().manual_seed(0))
    initial = MemoryState(values)
    values[0, 1] = values[0, 2]
    values[1, 3] = 0
    found = health_of(0, MemoryState(values), initial, None, lambda: False)
    assert found.sentence.startswith("Of 8 slots 1 is dead, 2 are duplicate. On average the slots of a layer are ")
    assert found.distance_from_initial[0] > 0
    well = health_of(INITIAL, initial, initial, None, lambda: False)
    assert well.sentence == (
        "All 8 slots are in use and differ. On average the slots of a layer are 1.00 times as long as in the initial"
        " memory."
    )
    assert not well.distance_from_initial.any()


def test_that_many_slots_are_counted_with_a_comma() -> None:
    many = MemoryState(torch.randn(12, 128, 32, generator=torch.Generator().manual_seed(0)))
    found = health_of(INITIAL, many, many, None, lambda: False)
    assert found.sentence.startswith("All 1,536 slots are in use")


def test_that_a_comparison_names_the_slots_that_differ_most() -> None:
    found: Comparison = ask(subject(BETA), AskComparison(TurnMemory(0), TurnMemory(2)))
    a, b = (talk(BETA).memories[place].tensor.numpy() for place in (1, 3))
    assert (found.a_name, found.b_name) == ("turn 1", "turn 3")
    assert (found.a_sha256, found.b_sha256) == tuple(talk(BETA).memories[place].sha256 for place in (1, 3))
    assert np.allclose(found.difference, np.linalg.norm(a - b, axis=-1), atol=1e-5)
    assert np.allclose(found.a, np.linalg.norm(a, axis=-1), atol=1e-5)
    for layer in range(3):
        flat = a[layer].ravel(), b[layer].ravel()
        expected = flat[0] @ flat[1] / np.linalg.norm(flat[0]) / np.linalg.norm(flat[1])
        assert found.cosine_of_layer[layer] == pytest.approx(expected, abs=1e-5)
    layer, slot = found.changed[0]
    assert found.difference[layer, slot] == found.difference.max()
    assert len(found.changed) == 24


def test_that_a_memory_does_not_differ_from_itself() -> None:
    memory = talk(BETA).memories[1]
    found = comparison_of(memory, "A", memory, "B")
    assert not found.difference.any()
    assert found.changed == ()


def test_that_many_edited_slots_are_counted_as_the_window_counts_them() -> None:
    memory = MemoryState(torch.zeros(2, 768, 2))
    lab, where = Lab(cast("Replay", SimpleNamespace(memory=lambda *_: memory))), np.ones((2, 768), dtype=np.bool_)
    _, words, _ = lab._edited(subject(BETA), 0, Edit("zero", where), where, lambda: False)
    assert words == "1,536 slots set to zero"


@pytest.mark.parametrize(
    ("kind", "source", "words"),
    [
        ("zero", None, "3 slots set to zero"),
        ("mean", None, "3 slots replaced by the mean of their layer"),
        ("noise", None, "3 slots replaced by noise of their own length (seed 7)"),
        ("initial", None, "3 slots put back to the initial memory"),
        ("freeze", TurnMemory(INITIAL), "3 slots not written to since the initial memory"),
        ("freeze", None, "3 slots not written to since turn 1"),
        ("patch", TurnMemory(0), "3 slots taken from turn 1"),
    ],
)
def test_that_a_pair_is_the_turn_with_an_edited_memory_and_a_control(
    kind: EditKind, source: MemoryRef | None, words: str
) -> None:
    found: Paired = ask(subject(BETA), AskPaired(2, Edit(kind, WHERE, source, seed=7)))
    conversation = talk(BETA)
    memories = conversation.memories
    ids = [turn.interaction_ids for turn in conversation.turns]

    def edited(where: Any) -> MemoryState:
        match kind:
            case "zero":
                return explain.zero(memories[2], where)
            case "mean":
                return explain.layer_mean(memories[2], where)
            case "noise":
                return explain.noise(memories[2], where, 7)
            case "initial":
                return explain.patch(memories[2], where, memories[0])
            case "freeze":
                since = 1 if source is None else 0
                return explain.frozen(model(BETA), memories[since], ids[since:2], where)
            case "patch":
                return explain.patch(memories[2], where, memories[1])

    expected = conversation.counterfactual(2, edited(WHERE))
    control = conversation.counterfactual(2, edited(explain.random_like(WHERE, 7)))
    assert found.edit == words
    assert found.slots == found.control_slots == 3
    assert found.again is None
    assert found.control is not None
    assert found.original.text == conversation.turns[2].answer
    assert found.edited.text == expected.other.answer
    assert found.control.text == control.other.answer
    assert (found.first_difference, found.control_difference) == (expected.first_difference, control.first_difference)
    assert np.array_equal(found.change, expected.change)
    assert np.array_equal(found.control_change, control.change)
    assert len(found.edited.spans) == len(expected.other.answer_ids)
    assert found.edited.spans[-1][1] == len(found.edited.text)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Edit("zero", np.zeros(SHAPE, dtype=bool)), "No slot is chosen"),
        (Edit("zero", np.ones((2, 8), dtype=bool)), "of another model"),
        (Edit("freeze", WHERE, TurnMemory(3)), "since an earlier turn"),
        (Edit("patch", WHERE, TurnMemory(9)), "no turn 10"),
    ],
)
def test_that_an_edit_which_makes_no_sense_is_refused(edit: Edit, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        ask(subject(BETA), AskPaired(2, edit))


def test_that_edits_are_checked_and_equal_by_what_they_do() -> None:
    assert Edit("zero", WHERE) == Edit("zero", WHERE.copy())
    assert hash(Edit("zero", WHERE)) == hash(Edit("zero", WHERE.copy()))
    assert Edit("zero", WHERE) != Edit("zero", ~WHERE)
    assert Edit("zero", WHERE) != Edit("mean", WHERE)
    mine = WHERE.copy()
    edit = Edit("zero", mine)
    mine[:] = True
    assert np.array_equal(edit.slots, WHERE)
    with pytest.raises(ValueError, match="mask"):
        Edit("zero", np.ones(SHAPE))
    with pytest.raises(ValueError, match="no edit"):
        Edit(cast("Any", "paint"), WHERE)
    with pytest.raises(ValueError, match="memory that it is taken from"):
        Edit("patch", WHERE)


def test_that_influence_is_leave_one_out_and_needs_two_turns() -> None:
    found: Influence = ask(subject(ALPHA), AskInfluence())
    assert np.allclose(found.matrix, talk(ALPHA).without_each_turn(), equal_nan=True)
    with pytest.raises(RefusedError, match="two turns or more"):
        ask(subject(ALPHA, 1), AskInfluence())


def test_that_one_turn_has_everything_else() -> None:
    about = subject(ALPHA, 1)
    for inquiry in (AskReads(0), AskWrites(0), AskHealth(0), AskSimilarity(0), AskProvenance(), AskValues(INITIAL)):
        ask(about, inquiry)
    assert ask(about, AskReads(0)).sources.shape[1] == 1


@pytest.mark.parametrize("inquiry", [AskReads(4), AskReads(-1), AskWrites(9), AskHealth(-2), AskProvenance(4)])
def test_that_a_turn_which_there_is_not_is_refused(inquiry: Inquiry) -> None:
    with pytest.raises(RefusedError, match="no turn"):
        ask(subject(BETA), inquiry)


def test_that_an_empty_answer_has_read_nothing() -> None:
    about = subject(BETA)
    last = dataclasses.replace(about.turns[-1], answer="", answer_ids=())
    about = dataclasses.replace(about, turns=(*about.turns[:-1], last))
    with pytest.raises(RefusedError, match="turn 4 is empty"):
        ask(about, AskReads(3))


def test_that_a_model_that_breaks_is_told_in_a_sentence() -> None:
    about = subject(BETA)
    broken = rxt.load(str(Path(__file__).parents[3] / "golden" / BETA))
    with torch.no_grad():
        for parameter in broken.memory_attention.parameters():
            parameter.fill_(float("nan"))
    about = dataclasses.replace(about, loaded=dataclasses.replace(about.loaded, model=cast("Any", broken)))
    with pytest.raises(ValueError, match="not finite"):
        ask(about, AskReads(2))


def test_that_a_list_of_questions_is_asked_of_three_memories() -> None:
    asked = (("what is the name?", "zzz"), ("remember", ""))
    shares: list[float] = []
    found = ModelAnalyst().answer(AskProbe(asked[:1]), subject(BETA), lambda: False, shares.append)
    assert isinstance(found, ProbeResult)
    assert [row.condition for row in found.rows] == list(CONDITIONS)
    assert [row.trials for row in found.rows] == [1, 1, 1]
    expected = explain.ask(model(BETA), talk(BETA).memories[-1], [asked[0][0]])[0].answer
    assert found.answers[0].answer == expected
    assert found.answers[0].is_right == ("zzz" in expected.casefold())
    assert shares[-1] == pytest.approx(1)


def test_that_a_list_of_questions_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("what is the name?,Alice\n", "utf-8")
    analyst = ModelAnalyst()
    assert ask(subject(BETA), AskProbe(path), analyst).rows[0].trials == 1
    path.write_text("a,b\nc\n", "utf-8")
    with pytest.raises(RefusedError, match=r"mine\.csv, line 2"):
        ask(subject(BETA), AskProbe(path), analyst)


def test_that_a_question_that_is_too_long_is_refused() -> None:
    with pytest.raises(RefusedError, match="Question 2 is too long"):
        ask(subject(BETA), AskProbe((("a", "b"), ("word " * 100, "b"))))


@pytest.mark.parametrize(("kind", "cells"), [("distance", ["1", "2"]), ("facts", ["1"])])
def test_that_conversations_are_played_beside_memories_that_cannot_know(
    kind: Any, cells: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.engine.analysis.probe.DISTANCES", (1, 2))  # short ones will do
    monkeypatch.setattr("app.engine.analysis.probe.MOST_FACTS", 1)
    shares: list[float] = []
    found = ModelAnalyst().answer(AskProbe(None, kind, trials=2), subject(BETA), lambda: False, shares.append)
    assert isinstance(found, ProbeResult)
    assert found.kind == kind
    labels = list(dict.fromkeys(row.label for row in found.rows))
    assert labels == cells
    assert {row.condition for row in found.rows} == set(CONDITIONS)
    assert all(row.interval[0] <= row.share <= row.interval[1] for row in found.rows)
    assert shares[-1] == pytest.approx(1)


def test_that_no_more_conversations_are_played_at_once_than_memories_can_be_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.engine.analysis.probe.DISTANCES", (1, 2))
    monkeypatch.setattr("rxt.training.evaluation.player.MEMORIES_BYTES", 2 * 4 * math.prod(model(BETA).memory_shape))
    played: list[int] = []

    def fresh(self: Player, rows: int, first_seed: int) -> Tensor:
        played.append(rows)
        return original(self, rows, first_seed)

    original = Player.fresh
    monkeypatch.setattr(Player, "fresh", fresh)
    shares: list[float] = []
    found = ModelAnalyst().answer(AskProbe(trials=5), subject(BETA), lambda: False, shares.append)
    assert isinstance(found, ProbeResult)
    assert max(played) == 2
    assert {row.trials for row in found.rows if row.condition == "as it is"} == {5}
    assert shares[-1] == pytest.approx(1)


def test_that_two_memories_are_mixed_and_saved_as_synthetic(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "mix.stm"
    found: Synthetic = ask(subject(BETA), AskMix(TurnMemory(0), TurnMemory(2), 0.25, path, chat="Alice"))
    saved = rxt.load_snapshot(path, model=model(BETA))
    first, second = talk(BETA).memories[1], talk(BETA).memories[3]
    assert saved.memory == explain.interpolate(first, second, 0.25)
    assert saved.info.synthetic
    assert found.label == "75\u00a0% of turn 1 and 25\u00a0% of turn 3"
    assert found.label in saved.info.description
    hashes = f"memories {first.sha256[:12]} and {second.sha256[:12]}"
    assert saved.info.origin == f"{found.label} of the chat “Alice” ({hashes})"
    assert found.sha256 == saved.memory.sha256
    assert saved.info.parent.split() == [first.sha256, second.sha256]


def test_that_a_mix_takes_no_place_that_was_taken_while_it_was_made(tmp_path: Path) -> None:
    path = tmp_path / "mix.stm"
    path.write_bytes(b"saved meanwhile")
    found: Synthetic = ask(subject(BETA), AskMix(TurnMemory(0), TurnMemory(2), 0.25, path))
    assert path.read_bytes() == b"saved meanwhile"
    assert found.path == tmp_path / "mix-2.stm"
    assert rxt.load_snapshot(found.path, model=model(BETA)).info.synthetic


def test_that_memories_are_merged_layer_by_layer_and_slot_by_slot(tmp_path: Path) -> None:
    path = tmp_path / "merge.stm"
    first, second = talk(BETA).memories[1], talk(BETA).memories[3]
    ask(subject(BETA), AskMix(TurnMemory(0), TurnMemory(2), (0.0, 1.0, 0.0), path))
    assert rxt.load_snapshot(path, model=model(BETA)).memory == explain.patch(
        first, explain.layers_at(first.shape, [1]), second
    )
    slots = tuple(tuple(float(place) for place in row) for row in WHERE)
    found: Synthetic = ask(subject(BETA), AskMix(SnapshotMemory(path), TurnMemory(2), slots, tmp_path / "2.stm"))
    assert found.label.endswith("and turn 3, merged slot by slot")
    both = AskMix(SnapshotMemory(path), SnapshotMemory(path), 0.5, tmp_path / "3.stm", chat="Alice")
    assert ask(subject(BETA), both) is not None
    assert "of the chat" not in rxt.load_snapshot(both.path, model=model(BETA)).info.origin
    for weight, words in ((1.5, "between 0"), (float("nan"), "between 0"), ((0.5, 0.5), "3 layers of 8")):
        with pytest.raises(RefusedError, match=words):
            ask(subject(BETA), AskMix(TurnMemory(0), TurnMemory(2), weight, tmp_path / "no.stm"))
    assert not (tmp_path / "no.stm").exists()


EDITED = "3 slots set to zero"


def test_that_an_edited_memory_is_saved_as_synthetic(tmp_path: Path) -> None:
    path = tmp_path / "edited.stm"
    found: Synthetic = ask(subject(BETA), AskEdited(2, Edit("zero", WHERE), path, "Without three", "Dogs"))
    saved = rxt.load_snapshot(path, model=model(BETA))
    assert saved.memory == explain.zero(talk(BETA).memories[3], WHERE)
    assert (saved.info.title, saved.info.synthetic) == ("Without three", True)
    assert saved.info.parent == talk(BETA).memories[3].sha256
    assert found.label == f"The memory after turn 3, {EDITED}"
    assert (
        saved.info.origin
        == f"The memory after turn 3 of the chat “Dogs” (memory {talk(BETA).memories[3].sha256[:12]}), {EDITED}"
    )


@pytest.mark.parametrize(
    ("edit", "others"),
    [
        (Edit("mean", WHERE), []),
        (Edit("initial", WHERE), [0]),
        (Edit("freeze", WHERE, TurnMemory(0)), [1]),
        (Edit("patch", WHERE, TurnMemory(1)), [2]),
    ],
)
def test_that_an_edited_memory_names_all_that_it_was_made_from(edit: Edit, others: list[int], tmp_path: Path) -> None:
    path = tmp_path / "edited.stm"
    ask(subject(BETA), AskEdited(2, edit, path))
    info = rxt.load_snapshot(path, model=model(BETA)).info
    assert info.parent.split() == [talk(BETA).memories[place].sha256 for place in (3, *others)]
    assert all(parent[:12] in info.origin for parent in info.parent.split())


def test_that_an_edited_memory_that_would_be_another_than_the_one_that_was_tried_is_not_saved(tmp_path: Path) -> None:
    source, path = tmp_path / "source.stm", tmp_path / "edited.stm"
    edit = Edit("patch", WHERE, SnapshotMemory(source))
    rxt.save_snapshot(source, model(BETA).initial_memory(seed=3), model=model(BETA))
    tried = ask(subject(BETA), AskPaired(3, edit)).memory
    ask(subject(BETA), AskEdited(2, edit, path, expected=tried))
    assert rxt.load_snapshot(path, model=model(BETA)).memory.sha256 == tried
    path.unlink()
    rxt.save_snapshot(source, model(BETA).initial_memory(seed=4), model=model(BETA))
    with pytest.raises(RefusedError, match="another memory by now"):
        ask(subject(BETA), AskEdited(2, edit, path, expected=tried))
    assert not path.exists()


def test_that_a_file_of_another_model_or_of_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.stm"
    rxt.save_snapshot(path, model(ALPHA).initial_memory(seed=3), model=model(ALPHA))
    for where in (path, tmp_path / "absent.stm"):
        with pytest.raises(SnapshotError):
            ask(subject(BETA), AskComparison(TurnMemory(0), SnapshotMemory(where)))


def test_that_branches_are_only_known_where_they_are_stored(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="other branches"):
        ask(subject(BETA), AskComparison(TurnMemory(0), BranchMemory(3)))


def test_that_the_same_question_about_the_same_memory_is_answered_once() -> None:
    analyst = ModelAnalyst()
    first = ask(subject(BETA, 3), AskReads(2), analyst)
    assert ask(subject(BETA, 4), AskReads(2), analyst) is not None
    again = ask(subject(BETA, 3), AskReads(2), analyst)
    assert np.array_equal(again.weights, first.weights)
    about = subject(BETA, 3)
    assert ask(about, AskReads(2), analyst) is ask(about, AskReads(2), analyst)


def test_that_the_cache_holds_what_was_used_last_within_its_budget() -> None:
    def finding(size: int) -> Finding:
        return Influence(np.zeros((size, 1), np.float32))

    cache = FindingCache(100)
    for key in ("a", "b"):
        cache.put(key, finding(10))
    assert cache.get("a") is not None
    cache.put("c", finding(10))
    assert cache.get("b") is None
    assert cache.get("a") is not None
    cache.put("large", finding(26))
    assert cache.get("large") is None
    assert cache.get("c") is not None
    assert size_bytes(finding(10)) == 40


def test_that_memories_are_kept_within_a_budget_and_computed_again_beyond_it() -> None:
    about, memories = subject(BETA, 4), talk(BETA, 4).memories
    replay = Replay(budget_bytes=1)
    for turn in (3, 0, 2, INITIAL, 1, 3):
        assert replay.memory(about, turn, lambda: False) == memories[turn + 1]
    assert len(replay._kept) == 2


def test_that_a_longer_path_goes_on_and_another_one_begins_anew() -> None:
    replay = Replay()
    short, long = subject(BETA, 2), subject(BETA, 4)
    long = dataclasses.replace(long, loaded=short.loaded)
    assert replay.provenance(short, 1, lambda: False).turns == 2
    unrolled = replay._unrolled
    found = replay.provenance(long, 3, lambda: False)
    assert found.turns == 4
    assert unrolled is not None
    assert replay._unrolled is not None
    assert replay._unrolled[1] is unrolled[1]
    assert np.array_equal(found.shares(), talk(BETA, 4).provenance.shares())
    other = dataclasses.replace(long, turns=(long.turns[0], long.turns[2]))
    assert replay.provenance(other, 1, lambda: False).turns == 2


def test_that_a_replay_that_left_other_memories_says_so() -> None:
    about = subject(BETA)
    foreign = dataclasses.replace(about.turns[1], memory_after="0" * 64)
    about = dataclasses.replace(about, turns=(about.turns[0], foreign))
    analyst = ModelAnalyst()
    assert "to the last bit" in ask(about, AskProvenance(), analyst).note
    assert ask(about, AskProvenance(0), analyst).note == ""


@pytest.mark.parametrize("pause", range(10))
def test_that_a_question_in_a_pause_of_another_one_leaves_both_right(pause: int) -> None:
    replay, about, memories = Replay(), subject(BETA, 4), talk(BETA, 4).memories
    calls = 0

    def asks_between() -> bool:
        nonlocal calls
        calls += 1
        if calls == pause + 1:
            assert replay.memory(about, 2, lambda: False) == memories[3]
        return False

    assert replay.memory(about, 3, asks_between) == memories[4]
    found = replay.provenance(about, 3, lambda: False)
    assert calls > 3
    assert found.memory == memories[4]
    assert np.array_equal(found.shares(), talk(BETA, 4).provenance.shares())


LONG: list[Callable[[], Inquiry]] = [
    lambda: AskReads(3),
    lambda: AskReadHeads(3),
    lambda: AskWrites(3),
    lambda: AskProvenance(),
    lambda: AskSimilarity(3),
    lambda: AskHealth(3),
    lambda: AskPaired(3, Edit("zero", WHERE)),
    lambda: AskInfluence(),
    lambda: AskProbe((("a", "b"),)),
    lambda: AskProbe(trials=2),
]


def ready(about: Subject, inquiry: Inquiry) -> ModelAnalyst:
    """An analyst that knows the memories that an inquiry needs: what it still asks between steps is its own."""
    analyst = ModelAnalyst()
    ask(about, AskProvenance(1 if isinstance(inquiry, AskProvenance) else None), analyst)
    return analyst


@pytest.mark.parametrize("inquiry", LONG)
def test_that_every_inquiry_can_be_called_off_at_its_first_step_half_way_and_at_its_last(
    inquiry: Callable[[], Inquiry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.engine.analysis.probe.DISTANCES", (1, 2))  # short ones will do
    about, asked, never = subject(BETA), inquiry(), After(10**6)
    assert ready(about, asked).answer(asked, about, never, lambda share: None) is not None
    questions = 10**6 - never.left
    assert questions >= 3
    undisturbed: Reads = ask(about, AskReads(3))
    for before in (0, questions // 2, questions - 1):
        analyst = ready(about, asked)
        assert analyst.answer(asked, about, After(before), lambda share: None) is None
        found: Reads = ask(about, AskReads(3), analyst)  # nothing is left half done
        assert np.array_equal(found.weights, undisturbed.weights)
        assert np.array_equal(found.sources, undisturbed.sources)


def test_that_cancelled_is_the_librarys() -> None:
    with pytest.raises(Cancelled):
        Replay().memory(subject(BETA), 3, lambda: True)


def test_that_the_origin_names_model_and_memories() -> None:
    about = subject(BETA)
    found: Origin = ask(about, AskOrigin())
    assert found.model == BETA
    assert found.initial.sha256 == about.turns[0].memory_before
    assert found.records[2].memory_after == about.turns[2].memory_after
