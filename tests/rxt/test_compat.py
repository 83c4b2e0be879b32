"""The door for people who come from the family's own package: their programs run, and answer what they answered."""

from __future__ import annotations

import doctest
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import rxt
from rxt import compat
from rxt.compat import RxTAlpha, RxTBeta, load_tokenizer_from_hf_hub
from rxt.errors import ModelError, SnapshotError

GOLDEN = Path(__file__).parents[1] / "golden"
CLASSES = {"alpha-interlayer": RxTAlpha, "beta-self-interlayer": RxTBeta}


def opened(name: str = "beta-self-interlayer", **arguments: Any) -> compat.ReactiveModel:
    return CLASSES[name].from_pretrained(GOLDEN / name, **arguments)


def greedy(model: compat.ReactiveModel, text: str = "hello", length: int = 20) -> list[int]:
    return list(model.interact(**model.tokenize_query(text, length), max_seq_len=length, temperature=0.0))


@pytest.mark.parametrize("name", CLASSES)
def test_that_a_conversation_yields_what_the_reference_yielded(name: str) -> None:
    """With the embedding rows that the reference used: see tests/golden/README.md."""
    model, folder = opened(name), GOLDEN / name
    recovered, tensors = load_file(folder / "embedding_rows.safetensors"), load_file(folder / "golden.safetensors")
    model.model.embedding.weight.data[recovered["ids"]] = recovered["rows"]
    model.load_stm_state(tensors["stm_init"])
    for number, turn in enumerate(json.loads((folder / "golden.json").read_text("utf-8"))["turns"]):
        query = model.tokenize_query(turn["query"], max_seq_len=64)
        assert torch.equal(query["input_ids"], tensors[f"turn{number}.query_ids"])
        assert list(model.interact(**query, max_seq_len=turn["max_seq_len"], temperature=0.0)) == turn["events"]
        theirs = tensors[f"turn{number}.stm_after"]
        assert float((model.export_stm_state() - theirs).abs().max() / theirs.abs().max()) < 1e-5


@pytest.mark.parametrize("name", CLASSES)
def test_that_a_whole_interaction_becomes_the_tokens_of_the_reference(name: str) -> None:
    init = json.loads((GOLDEN / name / "golden.json").read_text("utf-8"))["init"]
    tokens = opened(name).tokenize_full_interaction(init["query"], init["answer"], max_seq_len=64)
    assert torch.equal(tokens["input_ids"], load_file(GOLDEN / name / "golden.safetensors")["init.input_ids"])
    assert tokens["attention_mask"].tolist() == [[1] * tokens["input_ids"].shape[1]]


def test_that_the_example_in_the_documentation_gives_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN.parents[1])
    result = doctest.testmod(compat)
    assert result.attempted > 10
    assert result.failed == 0


def test_that_a_system_prompt_is_written_once_into_fresh_memory() -> None:
    model = opened(seed=4)
    greedy(model)
    system = model.tokenize_full_interaction("SYSTEM", "Be kind.")
    model.init_stm_state(**system)
    fresh = model.model.initial_memory(seed=4)
    assert model.memory == model.model.update_memory(fresh, system["input_ids"]).memory


def test_that_the_memory_is_written_between_the_two_marks() -> None:
    model = opened()
    before, turn = model.memory, model.interact(**model.tokenize_query("hello"), max_seq_len=12, temperature=0.0)
    ids = []
    for token in turn:
        if token == -2:
            assert model.memory != before
        else:
            assert model.memory == before
        ids.append(token)
    assert ids[-2:] == [-1, -2]
    assert min(ids[:-2]) >= 0


def test_that_an_abandoned_turn_leaves_the_memory_as_it_was() -> None:
    model = opened()
    before = model.memory
    turn = model.interact(**model.tokenize_query("hello"))
    next(turn)
    turn.close()
    assert model.memory == before


def test_that_padding_is_not_read() -> None:
    model = opened()
    query = model.tokenize_query("hello")
    ids, mask = (torch.nn.functional.pad(query[key], (0, 5)) for key in ("input_ids", "attention_mask"))
    padded = list(model.interact(ids, mask, max_seq_len=20, temperature=0.0))
    assert padded == greedy(opened())


def test_that_a_prompt_that_ends_in_the_answer_mark_gets_no_second_one() -> None:
    model, other = opened(), opened()
    prompt = torch.tensor([model.model.template.prompt("hello")])
    assert list(model.interact(prompt, max_seq_len=20, temperature=0.0)) == greedy(other)
    assert model.memory == other.memory


def test_that_words_are_chosen_by_the_seed_or_by_that_of_torch() -> None:
    def answer(**arguments: Any) -> list[int]:
        model = opened()
        return list(model.interact(**model.tokenize_query("hello"), max_seq_len=20, top_k=50, **arguments))

    assert answer(seed=1) == answer(seed=1) != answer(seed=2)
    torch.manual_seed(5)
    first = answer()
    torch.manual_seed(5)
    assert answer() == first


@pytest.mark.parametrize(
    ("length", "ask"),
    [
        (4, lambda model, length: model.tokenize_query("hello world", length)),
        (5, lambda model, length: model.tokenize_full_interaction("hello", "world", length)),
        (3, lambda model, length: model.interact(torch.tensor([[2, 5, 9]]), max_seq_len=length)),
        (None, lambda model, length: model.tokenize_query("hello " * 200, length)),
    ],
)
def test_that_what_does_not_fit_is_refused_and_never_cut(length: int | None, ask: Any) -> None:
    with pytest.raises(ValueError, match="nothing was cut"):
        ask(opened(), length)


def test_that_two_texts_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="one text at a time"):
        opened().interact(torch.zeros(2, 3, dtype=torch.long))


def test_that_text_arrives_in_whole_characters() -> None:
    model = opened()
    smile = model.model.tokenizer.encode("🙂")
    assert len(smile) > 1
    parts = [model.stringify_token(token) for token in smile]
    assert parts == [""] * (len(smile) - 1) + ["🙂"]
    model.stringify_token(smile[0])
    assert model.stringify_token(-1) == "\ufffd"
    assert [model.stringify_token(token) for token in (2, 3, -1, -2)] == [""] * 4
    assert model.stringify_token(-2, show_memory_update=True).strip() == "[memory written]"


def test_that_a_memory_can_be_taken_out_and_put_back(tmp_path: Path) -> None:
    model = opened()
    greedy(model)
    kept, state = model.memory, model.export_stm_state(tmp_path / "memory.safetensors")
    assert state.shape == (3, 1, 8, 32)
    state.zero_()
    model.reset_stm_state()
    assert model.memory == model.model.initial_memory(seed=0)
    model.load_stm_state(tmp_path / "memory.safetensors")
    assert model.memory == kept
    model.reset_stm_state(seed=3)
    for form in (kept.tensor, kept.tensor.unsqueeze(1), kept):
        model.load_stm_state(form)
        assert model.memory == kept


def test_that_a_memory_taken_out_says_what_it_grew_from_and_how_many_turns_it_has_lived_through(tmp_path: Path) -> None:
    model = opened(seed=3)
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    greedy(model)
    model.export_stm_state(first)
    info = rxt.read_snapshot_info(first)
    assert (info.turns, info.seed, info.parent) == (1, "3", "")
    model.load_stm_state(first)
    greedy(model)
    model.export_stm_state(second)
    again = rxt.read_snapshot_info(second)
    assert (again.turns, again.seed, again.parent) == (2, "", info.sha256)
    model.load_stm_state(model.model.initial_memory(seed=9).tensor)
    put_in = model.memory.sha256
    model.export_stm_state(third)
    assert (rxt.read_snapshot_info(third).seed, rxt.read_snapshot_info(third).parent) == ("", "")
    greedy(model)
    model.export_stm_state(third)
    assert (rxt.read_snapshot_info(third).turns, rxt.read_snapshot_info(third).parent) == (1, put_in)
    model.reset_stm_state()
    model.export_stm_state(third)
    assert (rxt.read_snapshot_info(third).turns, rxt.read_snapshot_info(third).seed) == (0, "3")


def test_that_a_memory_taken_out_over_the_file_it_came_from_keeps_title_and_note(tmp_path: Path) -> None:
    model, path, beside = opened(), tmp_path / "memory", tmp_path / "beside"
    about = {"title": "Alice", "description": "A note", "parent": "a" * 64, "synthetic": True}
    saved = rxt.save_snapshot(path, model.memory, model=model.model, turns=2, **about)  # type: ignore[arg-type]
    model.load_stm_state(str(path))
    model.export_stm_state(path)
    assert replace(rxt.read_snapshot_info(path), created=saved.created) == saved
    greedy(model)
    for target in (beside, path):
        model.export_stm_state(target)
    grown, other = rxt.read_snapshot_info(path), rxt.read_snapshot_info(beside)
    assert (grown.title, grown.description, grown.turns) == ("Alice", "A note", 3)
    assert (grown.parent, grown.synthetic) == (saved.sha256, False)
    assert (other.title, other.description) == ("", "")


@pytest.mark.parametrize("bad", [torch.zeros(3, 8, 31), torch.full((3, 1, 8, 32), torch.nan), torch.zeros(3, 2, 8, 32)])
def test_that_a_memory_of_another_model_is_refused_and_the_old_one_kept(bad: torch.Tensor) -> None:
    model = opened()
    before = model.memory
    with pytest.raises(ValueError, match=r"memory"):
        model.load_stm_state(bad)
    assert model.memory == before


def test_that_a_snapshot_of_another_model_is_refused(tmp_path: Path) -> None:
    opened("alpha-interlayer").export_stm_state(tmp_path / "memory.safetensors")
    with pytest.raises(SnapshotError, match="alpha-interlayer"):
        opened().load_stm_state(tmp_path / "memory.safetensors")


def test_that_a_tokenizer_is_the_one_of_its_folder(tmp_path: Path) -> None:
    tokenizer = load_tokenizer_from_hf_hub(GOLDEN / "beta-self-interlayer")
    assert tokenizer.sha256 == rxt.load(GOLDEN / "beta-self-interlayer").tokenizer.sha256
    own = opened(tokenizer=tokenizer, token="hf_unused")  # noqa: S106 (a folder asks for no token)
    assert own.model.tokenizer.sha256 == tokenizer.sha256
    alone = tmp_path / "tokenizer.json"
    alone.write_bytes((GOLDEN / "beta-self-interlayer" / "tokenizer.json").read_bytes())
    assert load_tokenizer_from_hf_hub(tmp_path).sha256 == tokenizer.sha256


def test_that_a_tokenizer_without_the_control_tokens_is_refused(tmp_path: Path) -> None:
    parsed = json.loads((GOLDEN / "beta-self-interlayer" / "tokenizer.json").read_text("utf-8"))
    parsed["added_tokens"] = [token for token in parsed["added_tokens"] if token["id"] != 6]
    (tmp_path / "tokenizer.json").write_text(json.dumps(parsed), encoding="utf-8")
    with pytest.raises(ModelError, match=r"answer is the token 6, which is text to tokenizer\.json"):
        opened(tokenizer=load_tokenizer_from_hf_hub(tmp_path))


def test_that_a_tokenizer_with_more_tokens_than_the_model_is_refused() -> None:
    larger = load_tokenizer_from_hf_hub(GOLDEN.parents[1] / "resources" / "models" / "mneme-tiny")
    with pytest.raises(ModelError, match="token id 1023, but the model's vocabulary ends at 599"):
        opened(tokenizer=larger)


def test_that_a_model_without_a_tokenizer_takes_the_one_of_another(tmp_path: Path) -> None:
    alone = Path(shutil.copytree(GOLDEN / "beta-self-interlayer", tmp_path / "model"))
    (alone / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"has no tokenizer\.json"):
        RxTBeta.from_pretrained(alone)
    tokenizer = load_tokenizer_from_hf_hub(GOLDEN / "beta-self-interlayer")
    model = RxTBeta.from_pretrained(alone, tokenizer=tokenizer)
    assert model.model.fingerprint == opened().model.fingerprint
    assert greedy(model) == greedy(opened())


def test_that_a_harmful_tokenizer_is_tried_before_it_is_read(tmp_path: Path) -> None:
    parsed = json.loads((GOLDEN / "beta-self-interlayer" / "tokenizer.json").read_text("utf-8"))
    parsed["normalizer"] = {"type": "Prepend", "prepend": "x" * 40_000_000}
    (tmp_path / "tokenizer.json").write_text(json.dumps(parsed), encoding="utf-8")
    with pytest.raises(ModelError, match="it was not opened"):
        load_tokenizer_from_hf_hub(tmp_path)


def test_that_calls_with_nothing_left_to_do_are_accepted() -> None:
    model = opened(strict=True)
    assert model.share_components() is None  # type: ignore[func-returns-value]
    assert model.to("cpu") is model
    assert model.eval() is model
    assert model.tokenize_query("hello", device="cpu")["input_ids"].device.type == "cpu"
