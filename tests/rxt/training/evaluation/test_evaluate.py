"""Evaluation: side by side as alone, one thing varied at a time, and numbers that can be read in four forms."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch

from rxt.cli import main
from rxt.inference.cancel import Cancelled
from rxt.inference.reply import reply
from rxt.inference.sampling import InvalidLogitsError
from rxt.inference.share import Share
from rxt.io.pretrained import PretrainedModel, load, save_model
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.batch import BatchBuilder, LossWeights
from rxt.training.dialogues import Dialogue, Turn
from rxt.training.dialogues.facts import OF_KINDS
from rxt.training.evaluation.evaluate import evaluate, evaluate_corpus
from rxt.training.evaluation.examiner import DISTANCES, Examiner
from rxt.training.evaluation.play import play
from rxt.training.evaluation.player import Player
from rxt.training.evaluation.plot import plot
from rxt.training.evaluation.results import MEMORIES, Evaluation, table
from rxt.training.evaluation.script import NOT_TOLD, Probe, Script, natural_script, recall_probe, scripts_of_file
from rxt.training.recipe import ModelShape
from rxt.version import version
from tests.rxt.inference.finished import After

QUERIES = ("hello", "a b", "hello", "What is my name?", "the")


def test_that_rows_side_by_side_answer_and_write_as_each_alone(model: PretrainedModel) -> None:
    player = Player(model)
    memories = player.fresh(len(QUERIES), 3)
    answers = player.answers(memories, QUERIES)
    after = player.write(memories, [ids for _, ids in answers])
    for row, (query, (answer, ids)) in enumerate(zip(QUERIES, answers, strict=True)):
        memory = model.initial_memory(3 + row)
        alone = reply(model, memory, player.prompt(query))
        assert (answer, tuple(ids)) == (alone.answer, alone.interaction_ids)
        expected = model.update_memory(memory, ids).memory.tensor
        torch.testing.assert_close(after[:, row], expected, rtol=1e-4, atol=1e-5)


def test_that_surprise_is_the_mean_of_the_tokens_from_the_start_on(model: PretrainedModel) -> None:
    player = Player(model)
    memories = player.fresh(2, 0)
    rows = [model.template.interaction("hello", "the answer"), model.template.interaction("a", "b")]
    starts = [len(model.template.prompt(query)) for query in ("hello", "a")]
    total, tokens = player.surprise(memories, rows, starts)
    expected, count = 0.0, 0
    for number, (ids, start) in enumerate(zip(rows, starts, strict=True)):
        logits = model.logits(ids, model.initial_memory(number)).log_softmax(dim=-1)
        expected -= sum(float(logits[place - 1, ids[place]]) for place in range(start, len(ids)))
        count += len(ids) - start
    assert (total, tokens) == (pytest.approx(expected, rel=1e-4), count)


def test_that_many_rows_are_computed_in_parts_with_the_same_numbers(
    model: PretrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(model)
    memories = player.fresh(5, 0)
    rows = [model.template.interaction(query, "the answer") for query in QUERIES]
    starts = [len(model.template.prompt(query)) for query in QUERIES]
    together, surprise = player.write(memories, rows), player.surprise(memories, rows, starts)
    monkeypatch.setattr("rxt.training.evaluation.player.MOST_ROWS", 2)
    torch.testing.assert_close(player.write(memories, rows), together, rtol=1e-4, atol=1e-5)
    assert player.surprise(memories, rows, starts) == (pytest.approx(surprise[0], rel=1e-4), surprise[1])


def test_that_writing_large_memories_can_be_called_off_between_few_of_them(
    model: PretrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rxt.training.evaluation.player.WRITTEN_BYTES", 2 * 4 * math.prod(model.memory_shape))
    rows = [model.template.interaction(query, "the answer") for query in QUERIES]
    memories = Player(model).fresh(5, 0)
    with pytest.raises(Cancelled):
        Player(model, After(2)).write(memories, rows)
    calls = After(3)
    assert Player(model, calls).write(memories, rows).shape == memories.shape
    assert calls.left == 0


def test_that_a_model_in_half_precision_is_evaluated_too(folder: Path) -> None:
    half = load(folder, dtype="bfloat16")
    player = Player(half)
    memories = player.fresh(2, 0)
    answers = player.answers(memories, QUERIES[:2])
    ids = [row for _, row in answers]
    after = player.write(memories, ids)
    assert after.dtype is torch.float32
    expected = half.update_memory(half.initial_memory(0), ids[0]).memory.tensor
    torch.testing.assert_close(after[:, 0], expected, rtol=0.05, atol=0.05)
    assert player.surprise(memories, ids, [1, 1])[0] > 0


@pytest.fixture
def broken(folder: Path) -> PretrainedModel:
    """Opened anew, to be damaged."""
    return load(folder)


def test_that_a_model_whose_numbers_overflow_is_broken_and_not_forgetful(
    broken: PretrainedModel, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(broken)
    memories, ids = player.fresh(1, 0), broken.template.interaction("hello", "a")
    for value in broken.memory_attention.parameters():
        value.fill_(torch.inf)
    with pytest.raises(ValueError, match="the memory holds numbers that are not finite"):
        player.write(memories, [ids])
    broken.decoder.head.bias[7] = torch.nan
    for ask in (lambda: player.answers(memories, ["hello"]), lambda: player.surprise(memories, [ids], [2])):
        with pytest.raises(InvalidLogitsError, match="not finite"):
            ask()
    monkeypatch.setattr("rxt.io.pretrained.load", lambda *_: broken)
    for command in (["eval", "--dialogues", "1", "--turns", "2"], ["trace", "--conversations", "1"]):
        assert main(command) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert "rxt: " in said.err
        assert "not finite" in said.err


NOUNS = {fact.slot: fact.noun for fact in OF_KINDS}


def is_held(probe: Probe, held: dict[str, str]) -> bool:
    """Whether what a probe expects is what was told last of one of these facts, or whose name it says."""
    (expected,) = probe.expected
    return any(
        expected.lower() == value.lower()
        or (expected == f"your {NOUNS[slot]}" and value.lower() in probe.query.lower())
        for slot, value in held.items()
    )


def test_that_a_distance_script_asks_for_its_one_fact_at_each_distance() -> None:
    script = Examiner(1).distance(20)
    assert len(script.turns) == 20
    assert len(script.probes) == 21
    assert script.turns[0].kind == "tell"
    assert [turn.kind for turn in script.turns[1:] if turn.kind.startswith(("tell", "update"))] == []
    asked = {place: probes[0] for place, probes in enumerate(script.probes) if probes}
    assert tuple(asked) == DISTANCES
    assert [probe.cell for probe in asked.values()] == [str(distance) for distance in DISTANCES]
    assert all(is_held(probe, dict(script.turns[0].told)) for probe in asked.values())


def test_that_a_longer_conversation_asks_farther_and_the_rest_stays_the_same() -> None:
    short, long = Examiner(1).distance(20), Examiner(1).distance(60)
    assert long.turns[:20] == short.turns
    assert [probes[0].cell for probes in long.probes[21:] if probes] == ["32", "48"]


def test_that_a_facts_script_asks_with_one_to_ten_facts_held() -> None:
    cells = set()
    for script in (Examiner(seed).facts(10) for seed in range(10)):
        held: dict[str, str] = {}
        for probes, turn in zip(script.probes, (*script.turns, None), strict=True):
            for probe in (probe for probe in probes if probe.group == "facts"):
                assert is_held(probe, held)
                assert probe.cell == str(len(held))
                cells.add(probe.cell)
            held |= {} if turn is None else dict(turn.told)
    assert cells == {str(count) for count in range(1, 11)}


@pytest.mark.parametrize("group", ["update", "correction"])
def test_that_a_change_script_expects_the_latest_value(group: str) -> None:
    for seed in range(8):
        script = Examiner(seed).change(group)
        place = next(n for n, turn in enumerate(script.turns) if turn.kind in ("update", "correct"))
        changed = script.turns[place]
        asked = [(n, probe) for n, probes in enumerate(script.probes) for probe in probes]
        assert [n for n, _ in asked] == [place + 1, place + 4]
        assert {probe.group for _, probe in asked} == {group}
        assert all(is_held(probe, dict(changed.told)) for _, probe in asked)


def test_that_a_longer_word_is_no_recall_of_a_shorter_one() -> None:
    probe = Probe("Who am I?", ("Ana",), "distance", "1")
    assert probe.is_right("your name is ana.")
    assert not probe.is_right("Your name is Anabel.")
    assert not probe.is_right("Your name is Mariana.")
    assert Probe("Where?", ("St. John's",), "distance", "1").is_right("You live in St. John's.")


def test_that_scripts_are_the_same_for_the_same_seed() -> None:
    assert Examiner(5).facts(4) == Examiner(5).facts(4)
    assert Examiner(5).facts(4) != Examiner(6).facts(4)


def test_that_everyday_facts_do_not_hide_what_becomes_of_the_others() -> None:
    told = {turn.fact for seed in range(20) for turn in Examiner(seed).facts(10).turns if turn.kind == "tell"}
    assert len(told) > 50
    assert told <= {fact.slot for fact in OF_KINDS}


def test_that_an_evaluation_of_the_commonest_kinds_tells_and_asks_of_no_other() -> None:
    common = {fact.slot for fact in sorted(OF_KINDS, key=lambda fact: -fact.weight)[:30]}
    asked = set()
    for seed in range(8):
        examiner = Examiner(seed, kinds=30)
        scripts = (examiner.distance(4), examiner.facts(10), examiner.change("update"), examiner.change("correction"))
        told = {turn.fact for script in scripts for turn in script.turns if turn.kind in ("tell", "update", "correct")}
        assert told <= common
        asked |= {probe.cell for probes in scripts[1].probes for probe in probes if probe.group == "never told"}
    assert asked == {str(held) for held in range(11)}


def test_that_a_question_of_no_kind_is_drawn_among_few_kinds_as_often_as_among_all() -> None:
    rare, other = Turn("Rare?", "", "ask_unknown", "rare"), Turn("Other?", "", "ask_unknown")
    common = Turn("Job?", "", "ask_unknown", "job")
    for draws, expected in (
        ([other], "Other?"),
        ([rare, other, None, *[rare] * 50, common], "Job?"),
        ([None, common], None),
    ):
        examiner, drawn = Examiner(0, kinds=30), iter(draws)
        examiner._questions.unknown = lambda *_, drawn=drawn: next(drawn)  # type: ignore[method-assign]
        (asked, *_) = examiner.facts(0).probes
        assert [probe.query for probe in asked] == ([expected] if expected else [])


def test_that_what_free_conversations_deny_does_not_count_where_kinds_are_chosen(
    untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, said = load(untrained), f"You {NOT_TOLD} that."
    monkeypatch.setattr(Player, "answers", lambda _, memories, queries: [(said, [2, 5, 6, 3]) for _ in queries])
    for kinds, counts in ((None, True), (5000, False)):
        result = evaluate(model, 3, 8, kinds=kinds)
        told = sum(result.total(group).trials for group in ("distance", "facts", "update", "correction"))
        assert result.total("conversation").trials > 0
        assert (result.denied.trials > told) is counts
    assert f"about the {len(OF_KINDS)} commonest kinds" in result.about


def test_that_an_evaluation_of_too_few_kinds_is_refused(model: PretrainedModel) -> None:
    with pytest.raises(ValueError, match="at least 30 kinds of facts, not 9"):
        evaluate(model, 1, 2, kinds=9)


def test_that_any_answer_of_an_exchange_is_valid_talk() -> None:
    script = natural_script(Dialogue((Turn("hi", "Hello!", "small_talk"), Turn("Bob", "Hi.", "tell"))))
    (probe,), second, end = script.probes
    assert (second, end) == ((), ())
    assert probe.is_right("hi!")
    assert probe.is_right("Hello, nice to see you!")
    assert not probe.is_right("Hello! Hello!")


def test_that_a_question_that_gives_its_answer_away_or_asks_for_two_is_no_probe() -> None:
    plain = Turn("Who is my sister?", "Your sister is Ana.", "ask", "sister", "Ana")
    giving = Turn("is ana my sister", "Yes, your sister is Ana.", "ask", "sister", "Ana")
    double = Turn("Who is my sister and where do I live?", "...", "ask", "sister", "Ana", 1, ("Rome",))
    assert recall_probe(plain, "distance", "1") == Probe(plain.query, ("Ana",), "distance", "1")
    assert recall_probe(giving, "distance", "1") is None
    assert recall_probe(double, "distance", "1") is None
    assert natural_script(Dialogue((giving, double, plain))).probes[:2] == ((), ())
    for seed in range(20):
        examiner = Examiner(seed)
        for script in (examiner.distance(20), examiner.facts(10), examiner.change("update")):
            recalls = [probe for probes in script.probes for probe in probes if probe.expected != (NOT_TOLD,)]
            assert recalls
            assert not any(probe.expected[0].casefold() in probe.query.casefold() for probe in recalls)


def test_that_what_a_fresh_memory_says_counts_as_guessed(model: PretrainedModel) -> None:
    fresh = reply(model, model.initial_memory(2), model.template.prompt("hello")).answer
    probe = Probe("hello", (fresh,), "distance", "1", whole=True)
    result = Evaluation("a test", 2, 1)
    scripts = [Script((Turn("x", "y", "small_talk"),), ((), (probe,)))] * 2
    play(Player(model), scripts, result, lambda _: None)
    shares = result.cells["distance"]["1"]
    assert shares["reset"].trials == shares["as it is"].trials == shares["of another dialogue"].trials == 2
    assert shares["reset"].hits >= 1


def test_that_the_questions_of_one_conversation_make_a_wider_interval_than_those_of_many(
    model: PretrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Player, "answers", lambda _, memories, queries: [(query, [2, 5, 3]) for query in queries])
    right, wrong = (Probe(text, ("yes",), "conversation", "told") for text in ("yes", "no"))
    turns = (Turn("x", "y", "small_talk"),)
    alike = [Script(turns, ((), (probe,) * 4)) for probe in (right, wrong) * 3]
    mixed = [Script(turns, ((), (right, wrong) * 2))] * 6
    found = []
    for scripts in (alike, mixed):
        result = Evaluation("a test", 6, 1)
        for first in (0, 3):  # in two parts, as long files are played
            play(Player(model), scripts[first : first + 3], result, lambda _: None, first)
        share = result.total("conversation")
        assert (share.hits, share.trials, len(scripts)) == (12, 24, 6)
        found.append((share.interval or (0, 1))[0])
    assert found[0] < found[1]


def test_that_a_lone_dialogue_has_no_other_to_compare_with(model: PretrainedModel) -> None:
    result = evaluate_corpus(model, [Dialogue((Turn("hello", "x", "pair"),))], "a test")
    assert result.cells["exact"]["1"]["of another dialogue"].trials == 0
    assert result.to_json()["perplexity"]["of another dialogue"] is None


def test_that_instructions_and_texts_of_files_are_written_and_not_asked() -> None:
    turns = (Turn("SYSTEM INSTRUCTIONS", "Be kind.", "system"), Turn("Hi.", "A", "pair"), Turn("", "B", "text"))
    (script,) = scripts_of_file([Dialogue(turns)], lambda query, answer: answer)
    assert [len(probes) for probes in script.probes] == [0, 1, 0, 0]
    assert script.probes[1][0].cell == "1"


def test_that_an_answer_too_long_for_the_model_is_expected_as_far_as_training_keeps_it(
    model: PretrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt, room = model.template.prompt("hello"), model.config.interaction_length
    long = " ".join(["hello"] * room)
    kept = BatchBuilder(model.template, model.tokenizer, room, LossWeights()).build(
        [Dialogue((Turn("hello", long, "pair"),))]
    )
    learned = kept.tokens[0, 0, len(prompt) :].tolist()
    said = model.tokenizer.decode(learned)
    monkeypatch.setattr(Player, "answers", lambda _, memories, queries: [(said, [*prompt, *learned]) for _ in queries])
    corpus = [Dialogue((Turn("hello", answer, "pair"),)) for answer in (long, said, "hello")]
    result = evaluate_corpus(model, corpus, "a test")
    assert result.cells["exact"]["1"]["as it is"].hits == 2
    assert (result.cut, result.to_json()["cut"]) == (1, 1)
    assert "Answers too long for the model, which were expected as far as they fit: 1." in table(result)


@pytest.mark.parametrize("held", [2, 3, 100])
def test_that_no_more_conversations_are_played_at_once_than_memories_can_be_held(
    model: PretrainedModel, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    played: list[tuple[int, int]] = []
    surprised: list[int] = []
    monkeypatch.setattr(
        "rxt.training.evaluation.evaluate.play",
        lambda player, scripts, result, advance, first=0: played.append((first, len(scripts))),
    )
    monkeypatch.setattr(
        "rxt.training.evaluation.evaluate.measure_surprise", lambda player, part, result: surprised.append(len(part))
    )
    size = 4 * math.prod(model.memory_shape)
    monkeypatch.setattr("rxt.training.evaluation.player.MEMORIES_BYTES", held * size)
    evaluate(model, dialogues=5, turns=2)
    parts = {2: [(0, 2), (2, 2), (4, 1)], 3: [(0, 3), (3, 2)], 100: [(0, 5)]}[held]
    assert played == parts * 5
    assert surprised == [count for _, count in parts]


@pytest.fixture
def small() -> Evaluation:
    result = Evaluation("a model: a < test", 4, 2)
    for cell in ("10", "2"):
        for memory in MEMORIES:
            for conversation, hit in enumerate((True, True, memory == "as it is", False)):
                result.add("distance", cell, memory, conversation, hit)
    result.surprise["as it is"].total, result.surprise["as it is"].tokens = 0.0, 3
    return result


def test_that_numbers_stand_in_json_table_and_plot(small: Evaluation) -> None:
    values = json.loads(json.dumps(small.to_json()))
    assert list(values["recall"]["as it is"]) == ["2", "10"]
    assert values["recall"]["as it is"]["2"] == Share(3, 4).to_json()
    assert values["perplexity"] == {"as it is": 1.0, "reset": None, "of another dialogue": None}
    text = "\n".join(table(small))
    assert "| memory as it is | 75.0 (30–95) | 75.0 (30–95) |" in text
    assert "Perplexity of the answers: 1.00 (memory as it is)." in text
    picture = ElementTree.fromstring(plot(small))  # noqa: S314  (written a line above)
    assert picture.tag.endswith("svg")
    assert "".join(picture.itertext()).count("memory ") == 3


@pytest.fixture
def untrained(new_model: ReactiveTransformer, shape: ModelShape, tokenizer_json: str, tmp_path: Path) -> Path:
    """A folder of a model that says little of sense, but says it fast."""
    save_model(tmp_path / "untrained", new_model, shape.to_document(), tokenizer_json)
    return tmp_path / "untrained"


def test_that_the_command_ends_with_one_line_of_json_and_writes_three_files(
    untrained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "numbers"
    command = ["eval", "--model", str(untrained), "--dialogues", "2", "--turns", "2", "--json", "--out", str(out)]
    command += ["--device", "cpu", "--dtype", "int8"]
    assert main(command) == 0
    values = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (values["model"], values["dtype"]) == ("untrained", "int8")
    assert (values["device"], values["seed"], values["kinds"], values["data"]) == ("cpu", 0, None, [])
    assert Path(values["source"]) == untrained
    assert (values["version"], values["torch"]) == (version(), torch.__version__)
    assert set(values["recall"]["reset"]) == {"1", "2"}
    assert {"facts", "update", "correction", "not_told", "denied", "perplexity", "valid_talk"} <= set(values)
    assert sorted(path.name for path in out.iterdir()) == [
        "evaluation.json", "evaluation.md", "evaluation.svg",
    ]  # fmt: skip


def test_that_the_command_evaluates_files(
    untrained: Path, dialogues: list[Dialogue], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    lines = [json.dumps(dialogue.to_json()) + "\n" for dialogue in (*dialogues, dialogues[0])]
    path.write_text("".join(lines), encoding="utf-8")
    assert main(["eval", "--model", str(untrained), "--data", str(path), "--json"]) == 0
    values = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert values["exact"]["as it is"]["2"]["trials"] == 3
    assert values["perplexity"]["as it is"] > 1
    assert values["data"] == [{"file": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}]
    assert values["seed"] is None
    path.write_text("{}\n", encoding="utf-8")
    assert main(["eval", "--model", str(untrained), "--data", str(path)]) == 1
    assert "line 1: query is missing" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--dialogues", "--turns", "--seed", "--kinds"])
def test_that_options_of_generated_dialogues_are_refused_for_files(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "--model", "no/such/model", "--data", "a.jsonl", option, "0"]) == 1
    said = capsys.readouterr().err
    assert f"rxt: {option} shapes generated dialogues, and with --data there are none" in said
    assert "Nothing was measured." in said


@pytest.mark.parametrize(("dialogues", "turns"), [(0, 5), (5, 0)])
def test_that_an_evaluation_of_nothing_is_refused(model: PretrainedModel, dialogues: int, turns: int) -> None:
    with pytest.raises(ValueError, match="at least one dialogue of one turn"):
        evaluate(model, dialogues, turns)
    with pytest.raises(ValueError, match="no conversations"):
        evaluate_corpus(model, [], "nothing")
