"""A recording holds what the views show of a conversation, opens without a model, and nothing else is taken for one."""

from __future__ import annotations

import dataclasses
import io
import json
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.engine.analysis.analyst import ModelAnalyst
from app.engine.analysis.findings import Finding, Origin, ProvenanceMap, Reads, RecordingSaved, Similarity
from app.engine.analysis.inquiries import (
    AskHealth,
    AskInfluence,
    AskOrigin,
    AskProvenance,
    AskReads,
    AskRecording,
    AskSimilarity,
    AskWrites,
    Inquiry,
)
from app.engine.analysis.maps import similarity_of
from app.engine.analysis.recorded_analysis import RecordedAnalysis, RecordingAnalyst
from app.engine.analysis.recorded_turns import RecordingError
from app.engine.analysis.recording import from_bytes, open_recording, save_recording, unpacked_bytes
from app.engine.refusal import RefusedError
from app.models.memory_names import INITIAL
from rxt.inference.cancel import Cancelled, check
from tests.app.engine.analysis.analysis_stand_in import Heard
from tests.app.engine.analysis.test_analyst import subject
from tests.rxt.inference.finished import BETA, After

ROOT = Path(__file__).parents[4]
Change = Callable[[dict[str, Any], dict[str, Any]], object]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of a whole conversation."""
    path = tmp_path_factory.mktemp("recording") / "talk.mneme"
    shares: list[float] = []
    found = ModelAnalyst().answer(AskRecording(path), subject(BETA), lambda: False, shares.append)
    assert isinstance(found, RecordingSaved)
    assert (found.turns, found.file_bytes) == (4, path.stat().st_size)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    return path


def same(one: object, other: object) -> bool:
    """Whether two findings hold the same."""
    pairs = [(getattr(one, item.name), getattr(other, item.name)) for item in dataclasses.fields(one)]  # type: ignore[arg-type]
    return type(one) is type(other) and all(
        np.array_equal(a, b, equal_nan=True) if isinstance(a, np.ndarray) else a == b for a, b in pairs
    )


@pytest.mark.parametrize(
    "inquiry",
    [AskReads(3), AskWrites(0), AskSimilarity(INITIAL), AskSimilarity(2), AskHealth(1), AskHealth(INITIAL)],
)
def test_that_a_recording_answers_as_the_model_did(path: Path, inquiry: Inquiry) -> None:
    live = ModelAnalyst().answer(inquiry, subject(BETA), lambda: False, lambda share: None)
    kept = open_recording(path).answers()[inquiry]
    live = dataclasses.replace(live, heads=0) if isinstance(live, Reads) else live  # none can be asked about
    assert same(live, kept)
    arrays = (getattr(kept, item.name) for item in dataclasses.fields(kept))
    assert not any(array.flags.writeable for array in arrays if isinstance(array, np.ndarray))


def test_that_a_recording_names_its_model_and_holds_its_turns(path: Path) -> None:
    origin = open_recording(path).origin
    about = subject(BETA)
    assert [record.memory_after for record in origin.records] == [turn.memory_after for turn in about.turns]
    assert (origin.model, origin.fingerprint) == (BETA, about.loaded.info.fingerprint)
    assert origin.initial.sha256 == about.summary.sha256


def test_that_one_turn_can_be_taken_along(tmp_path: Path) -> None:
    path = tmp_path / "one.mneme"
    found = ModelAnalyst().answer(AskRecording(path, (2,)), subject(BETA), lambda: False, lambda share: None)
    assert isinstance(found, RecordingSaved)
    assert (found.turns, found.before) == (1, 2)
    answers = open_recording(path).answers()
    assert AskReads(2) in answers
    assert AskReads(1) not in answers
    with pytest.raises(RefusedError, match="no turn 8"):
        ModelAnalyst().answer(AskRecording(path, (7,)), subject(BETA), lambda: False, lambda share: None)


def test_that_a_recording_of_one_turn_holds_nothing_of_what_was_said_after_it(path: Path, tmp_path: Path) -> None:
    one = tmp_path / "one.mneme"
    about = subject(BETA)
    assert ModelAnalyst().answer(AskRecording(one, (2,)), about, lambda: False, lambda share: None) is not None
    origin = open_recording(one).origin
    assert [record.query for record in origin.records] == [turn.query for turn in about.turns[:3]]
    assert (origin.recorded, open_recording(path).origin.recorded) == ((2,), (0, 1, 2, 3))
    kept, live = RecordingAnalyst(), ModelAnalyst()
    for inquiry in (AskProvenance(2), AskReads(2), AskWrites(2), AskSimilarity(2), AskHealth(2)):
        found = kept.answer(inquiry, one, lambda: False, lambda share: None)
        told = live.answer(inquiry, about, lambda: False, lambda share: None)
        assert same(found, dataclasses.replace(told, heads=0) if isinstance(told, Reads) else told)


@pytest.fixture
def pooled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recording of a memory with more slots than similarity has places."""
    monkeypatch.setattr("app.engine.analysis.maps.PLACES", 3)
    path = tmp_path / "pooled.mneme"
    ask = AskRecording(path, (1, 2))
    assert ModelAnalyst(0).answer(ask, subject(BETA), lambda: False, lambda share: None) is not None
    return path


def test_that_what_a_recording_takes_is_known_before_anything_is_computed(path: Path, pooled: Path) -> None:
    for file, turns, places in ((path, range(4), 512), (pooled, (1, 2), 3)):
        origin = subject(BETA).up_to(turns[-1]).origin
        with np.load(file) as archive:
            taken = sum(archive[name].nbytes for name in archive.files if name != "header")
        assert unpacked_bytes(origin, turns, places) == taken


def test_that_a_recording_too_large_to_be_opened_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = unpacked_bytes(subject(BETA).origin, range(4), 512)
    shares: list[float] = []
    monkeypatch.setattr("app.engine.analysis.analyst.LIMIT_BYTES", needed - 1)
    with pytest.raises(RefusedError, match=r"A recording of 4 turns .* Record single turns instead"):
        ModelAnalyst().answer(AskRecording(tmp_path / "x.mneme"), subject(BETA), lambda: False, shares.append)
    assert shares == []
    monkeypatch.setattr("app.engine.analysis.analyst.LIMIT_BYTES", needed)
    assert ModelAnalyst().answer(AskRecording(tmp_path / "x.mneme"), subject(BETA), lambda: False, shares.append)


def test_that_the_order_by_likeness_of_many_slots_is_kept_and_need_not_be_there(pooled: Path) -> None:
    (first, *_) = [item for item in open_recording(pooled).findings if isinstance(item, Similarity)]
    assert (first.pool, first.turn) == (3, INITIAL)
    assert np.array_equal(first.order, similarity_of(INITIAL, subject(BETA).initial, lambda: False).order)  # type: ignore[arg-type, union-attr]

    def former(arrays: dict[str, Any], header: dict[str, Any]) -> None:
        for name in [name for name in arrays if name.endswith("/order")]:
            del arrays[name]
        for item in header["findings"]:
            item.pop("order", None)

    (old, *_) = [item for item in from_bytes(changed(pooled, former)).findings if isinstance(item, Similarity)]
    assert old.order is None
    assert np.array_equal(old.cosine, first.cosine)
    twice = np.zeros((3, 8), np.int32)
    with pytest.raises(RecordingError, match="each slot of a layer once"):
        from_bytes(changed(pooled, _put("similarity", "order", twice)))


def test_that_packing_a_recording_can_be_called_off(path: Path, tmp_path: Path) -> None:
    recording = open_recording(path)
    shares: list[float] = []
    calls = After(2)

    def told(share: float) -> None:
        shares.append(share)
        check(calls)

    with pytest.raises(Cancelled):
        save_recording(tmp_path / "none.mneme", recording.origin, recording.findings, told)
    assert list(tmp_path.iterdir()) == []
    assert shares == [0, 0.25, 0.5]


def test_that_a_finding_is_packed_before_the_next_one_is_looked_for_and_let_go_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, arrays, alive = ModelAnalyst._find, list[Any](), list[int]()

    def finding(self: ModelAnalyst, inquiry: Inquiry, *about: Any) -> Finding:
        alive.append(sum(array() is not None for array in arrays))
        found = find(self, inquiry, *about)
        arrays.extend(
            weakref.ref(getattr(found, name)) for name in ("weights", "cosine", "dead") if hasattr(found, name)
        )
        return found

    monkeypatch.setattr(ModelAnalyst, "_find", finding)
    ModelAnalyst().answer(AskRecording(tmp_path / "talk.npz"), subject(BETA), lambda: False, lambda share: None)
    assert len(arrays) == 4 * 4 + 2
    assert max(alive) == 1


@pytest.mark.parametrize("questions", [0, 5, 20])
def test_that_a_recording_that_is_called_off_leaves_no_file(tmp_path: Path, questions: int) -> None:
    path = tmp_path / "none.mneme"
    assert ModelAnalyst().answer(AskRecording(path), subject(BETA), After(questions), lambda share: None) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arrays", [0, 1, 20])
def test_that_reading_can_be_called_off_between_two_arrays(path: Path, arrays: int) -> None:
    reader = RecordingAnalyst()
    assert reader.answer(AskOrigin(), path, After(arrays), lambda share: None) is None
    assert isinstance(reader.answer(AskOrigin(), path, lambda: False, lambda share: None), Origin)


def test_that_a_recording_opens_without_torch(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from app.engine.analysis.recorded_analysis import RecordingAnalyst;"
        "from app.engine.analysis.inquiries import AskReads;"
        "found = RecordingAnalyst().answer(AskReads(1), Path(sys.argv[1]), lambda: False, lambda share: None);"
        "print(found.weights.shape[1:], 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(3, 8) False"


@pytest.fixture
def source(path: Path, qtbot: QtBot) -> Iterator[RecordedAnalysis]:
    source = RecordedAnalysis(path)
    yield source
    assert source.shutdown()


def test_that_a_recorded_source_signals_as_the_live_one(source: RecordedAnalysis, qtbot: QtBot) -> None:
    heard = Heard(source)
    assert source.origin is None
    source.open()
    qtbot.waitUntil(lambda: heard.origins == 1)
    assert isinstance(source.origin, Origin)
    assert source.origin.model == BETA
    ticket = source.inquire(AskReads(1))
    refused = source.inquire(AskInfluence())
    qtbot.waitUntil(lambda: len(heard.found) == len(heard.refused) == 1)
    assert heard.found[0][0] == ticket
    assert heard.refused[0][0] == refused
    assert "does not hold that" in heard.refused[0][1]
    assert not source.is_busy


@pytest.mark.parametrize("turn", [None, INITIAL, 0, 3])
def test_that_recorded_provenance_is_that_of_the_model(
    source: RecordedAnalysis, qtbot: QtBot, turn: int | None
) -> None:
    heard = Heard(source)
    source.inquire(AskProvenance(turn))
    qtbot.waitUntil(lambda: bool(heard.found))
    live = ModelAnalyst().answer(AskProvenance(turn), subject(BETA), lambda: False, lambda share: None)
    kept = heard.found[0][1]
    assert isinstance(kept, ProvenanceMap)
    assert isinstance(live, ProvenanceMap)
    assert np.array_equal(kept.shares, live.shares)
    assert (kept.turns, kept.measure, kept.is_fixed, kept.note) == (live.turns, live.measure, live.is_fixed, live.note)
    source.inquire(AskProvenance(4))
    qtbot.waitUntil(lambda: bool(heard.refused))


def test_that_a_file_which_is_not_a_recording_is_told_once(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"not a recording")
    source = RecordedAnalysis(tmp_path / "photo.jpg")
    with qtbot.waitSignal(source.failed) as failed:
        source.open()
    assert "not a recording" in failed.args[0]
    heard = Heard(source)
    source.inquire(AskReads(0))
    qtbot.waitUntil(lambda: bool(heard.refused))
    assert source.shutdown()


def changed(path: Path, change: Change) -> bytes:
    """The file after `change` has had its way with the arrays and the header."""
    with np.load(path) as archive:
        arrays = dict(archive)
    header = json.loads(arrays["header"].tobytes())
    change(arrays, header)
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _number(header: dict[str, Any], kind: str) -> int:
    return next(number for number, item in enumerate(header["findings"]) if item["kind"] == kind)


def _set(kind: str, key: str, value: object) -> Change:
    return lambda arrays, header: header["findings"][_number(header, kind)].update({key: value})


def _put(kind: str, field: str, value: Any) -> Change:
    return lambda arrays, header: arrays.update({f"finding/{_number(header, kind)}/{field}": value})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("reads", "kind", "dreams"), "'dreams'"),
        (_set("reads", "turn", 9), "turn 9"),
        (_set("reads", "turn", INITIAL), "turn -1"),
        (_set("reads", "turn", True), "turn True"),
        (_set("reads", "text", 3), "int where text belongs"),
        (_set("reads", "text", ""), "outside of their text"),
        (_set("reads", "spans", [[0]]), "malformed"),
        (_set("reads", "spans", [["a", 1]]), "where a number belongs"),
        (_set("writes", "answer_start", 1.5), "where a number belongs"),
        (_put("reads", "weights", np.zeros((1, 3, 8), np.float32)), "does not fit"),
        (_put("reads", "weights", np.zeros((8, 3, 8))), "float64"),
        (_put("health", "dead", np.zeros((3, 8), np.float32)), "does not fit"),
        (_put("similarity", "cosine", np.zeros((3, 4, 5), np.float32)), "does not fit"),
        (lambda arrays, header: arrays.pop("factors/keep"), "factors/keep"),
        (lambda arrays, header: header["factors"].update(measure="luck"), "unknown kind"),
        (lambda arrays, header: header.update(findings="many"), "malformed"),
        (lambda arrays, header: header.update(model=3), "int where text belongs"),
        (lambda arrays, header: arrays.update(secret=np.zeros(3)), "belong nowhere: secret"),
        (lambda arrays, header: header["findings"].pop(), "belong nowhere"),
        (lambda arrays, header: header["findings"].pop(0), "lacks 'finding/0/dead'"),
        (lambda arrays, header: arrays.update({"9/norm": arrays["1/norm"]}), "belong nowhere: 9/norm"),
        (lambda arrays, header: header.pop("findings"), "lacks 'findings'"),
    ],
)
def test_that_a_recording_that_was_tampered_with_is_refused(path: Path, change: Change, words: str) -> None:
    with pytest.raises(RecordingError, match=words):
        from_bytes(changed(path, change))


def test_that_a_recording_opens_by_its_name_and_survives_being_written_again(path: Path, tmp_path: Path) -> None:
    recording = open_recording(str(path))  # as a notebook names it
    again_path = tmp_path / "again.mneme"
    parts = (recording.factors, *recording.findings)
    save_recording(again_path, recording.origin, [part for part in parts if part is not None])
    again = open_recording(again_path)
    assert same(recording.factors, again.factors)
    assert all(same(one, other) for one, other in zip(recording.findings, again.findings, strict=True))


def test_that_the_origin_is_an_answer(path: Path, source: RecordedAnalysis, qtbot: QtBot) -> None:
    heard = Heard(source)
    source.inquire(AskOrigin())
    qtbot.waitUntil(lambda: bool(heard.found))
    assert isinstance(heard.found[0][1], Origin)
