"""Pre-training: equal words, the same model again, and no difference after an interruption."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from synthc.runtime.errors import InputError
from synthc.runtime.training import loop
from synthc.runtime.training.checkpoint import build
from synthc.runtime.training.schedule import learning_rate
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import Vocab
from tests.runtime.training.tiny import GRU, MODEL, TRANSFORMER

VOCAB = Vocab(words=("a", "b", "c", "d"), lowercase=True)
TEXT = Encoded.of(["a b c d", "b c", "d d d a b", "c"] * 30, VOCAB, max_words=50)
SETTINGS: dict[str, Any] = {"words": 3000, "batch": 4, "learning_rate": 0.01, "schedule": "cosine", "warmup": 0.02, "clip": 1.0}
SETTINGS |= {"softmax": None, "checks": 6, "patience": None, "precision": "float32", "compile": False}


def trained(folder: Path, *, encoded: Encoded = TEXT, of: dict[str, Any] = MODEL, validation: Encoded | None = None, device: str = "cpu", **others: Any) -> tuple[torch.nn.Module, loop.Position]:
    """Train a small model to its end."""
    torch.set_num_threads(1)
    model = build(of, VOCAB, seed=1)
    settings = {**SETTINGS, **others}
    position = loop.train(model, encoded, settings, seed=5, checkpoint=folder / "checkpoint.pt", report=lambda *_: None, validation=validation, device=device)
    return model, position


def same(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    """Tell whether two models are equal bit for bit."""
    return all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


def test_the_same_training_gives_the_same_model(tmp_path: Path) -> None:
    """A seed decides everything."""
    (tmp_path / "b").mkdir()

    assert same(trained(tmp_path)[0], trained(tmp_path / "b")[0])


LOOKED = Encoded.of(["a b c d a b", "d c"] * 4, VOCAB, max_words=50)
WAYS: list[dict[str, Any]] = [
    {"of": MODEL},
    {"of": {**MODEL, "coupled": True}},
    {"of": GRU},
    {"of": TRANSFORMER},
    {"softmax": {"words": 3}},
    {"precision": "bfloat16"},
    {"validation": LOOKED, "patience": 6, "checks": 100},
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(f"{k}={v['kind'] if k == 'of' else v}" for k, v in way.items() if k != "validation"))
def test_a_training_that_was_stopped_goes_on_bit_for_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: dict[str, Any]) -> None:
    """A checkpoint holds all that the rest of the training depends on, whatever the model and the loss."""
    whole, end = trained(tmp_path, **way)
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    saved, stop = loop._save, 20
    (tmp_path / "b").mkdir()

    def save_and_stop(model: torch.nn.Module, optimiser: torch.optim.Optimizer, position: loop.Position, path: Path) -> None:
        saved(model, optimiser, position, path)
        if position.step == stop:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "_save", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "b", **way)
    monkeypatch.setattr(loop, "_save", saved)
    again, other = trained(tmp_path / "b", **way)

    assert end.step > stop
    assert same(again, whole)
    assert (other.loss, other.checks, other.words) == (end.loss, end.checks, end.words)


def test_a_training_ends_early_when_looks_find_nothing_lower(tmp_path: Path) -> None:
    """It has the weights of the lowest look, and says where it stopped. What is looked at is unlike what is learned."""
    other = Encoded.of(["d d d d", "a a a"] * 5, VOCAB, max_words=50)
    model, end = trained(tmp_path, validation=other, patience=3, checks=30, learning_rate=0.05)
    losses = [loss for _, loss in end.checks]

    assert end.stopped
    assert end.words < SETTINGS["words"]
    assert len(losses) - 1 - losses.index(min(losses)) == 3
    assert loop.validation_loss(model, other) == pytest.approx(min(losses))


def test_without_patience_looks_change_nothing(tmp_path: Path) -> None:
    """The loss is looked at as often as it is said, and the model is the last."""
    (tmp_path / "b").mkdir()
    plain, looked = trained(tmp_path), trained(tmp_path / "b", validation=LOOKED)

    assert same(plain[0], looked[0])
    assert len(looked[1].checks) == SETTINGS["checks"]
    assert not looked[1].stopped


def test_sampled_softmax_learns_what_the_whole_one_does(tmp_path: Path) -> None:
    """Less exactly: the full cross-entropy falls as well."""
    (tmp_path / "b").mkdir()
    whole, sampled = trained(tmp_path)[0], trained(tmp_path / "b", softmax={"words": 4})[0]
    fresh = build(MODEL, VOCAB, seed=1)

    assert loop.validation_loss(sampled, TEXT) < 0.8 * loop.validation_loss(fresh, TEXT)
    assert loop.validation_loss(whole, TEXT) < loop.validation_loss(sampled, TEXT) + 0.05


@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no C++ compiler here")
def test_a_compiled_model_learns_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Step by step, as far as rounding goes; its weights have the names that they have without."""
    monkeypatch.setenv("_TORCHINDUCTOR_PYOBJECT_TENSOR_DATA_PTR", "0")  # torch sets it and leaves it so
    (tmp_path / "b").mkdir()
    small = {**TRANSFORMER, "layers": 1}
    plain, compiled = (trained(folder, of=small, compile=value, words=300) for folder, value in ((tmp_path, False), (tmp_path / "b", True)))

    assert compiled[1].step == plain[1].step
    assert compiled[1].loss == pytest.approx(plain[1].loss, abs=1e-4)
    for (name, weight), (other_name, other) in zip(plain[0].state_dict().items(), compiled[0].state_dict().items(), strict=True):
        assert name == other_name
        assert torch.allclose(weight, other, atol=1e-3)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_gpu_learns_the_same(tmp_path: Path, precision: str) -> None:
    """As far as its rounding goes, and twice the same."""
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    here = trained(folders[0])[1].loss
    there = [trained(folder, device="cuda", precision=precision) for folder in folders[1:]]

    assert there[0][1].loss == pytest.approx(here, abs=0.05)
    assert same(there[0][0], there[1][0])


def test_a_checkpoint_that_cannot_be_read_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off anywhere, empty or something else: the training begins anew, says so, and comes to the same model."""
    whole, _ = trained(tmp_path, words=600)
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    (tmp_path / "b").mkdir()
    trained(tmp_path / "b", words=100)
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_CHECKPOINTS", 1e9)
    written = (tmp_path / "b" / "checkpoint.pt").read_bytes()
    for number, content in enumerate([b"", b"nothing of torch", *(written[: len(written) * part // 5] for part in (1, 3, 4)), written[:-1]]):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "checkpoint.pt").write_bytes(content)
        again, end = trained(folder, words=600)

        assert end.anew
        assert same(again, whole)


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing half-written beside it; the same training goes on from there to the same model."""
    whole, _ = trained(tmp_path)
    (tmp_path / "b").mkdir()
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    write, written = torch.save, []

    def full(state: dict[str, Any], path: Path) -> None:
        write(state, path)
        written.append(path)
        if len(written) == 10:
            raise RuntimeError("PytorchStreamWriter failed writing file: No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="No space left on device"):
        trained(tmp_path / "b")
    left = [path.name for path in (tmp_path / "b").iterdir()]
    monkeypatch.setattr(torch, "save", write)
    again, end = trained(tmp_path / "b")

    assert left == ["checkpoint.pt"]
    assert not end.anew
    assert same(again, whole)


def test_a_loss_that_is_no_number_ends_the_training(tmp_path: Path) -> None:
    """With what mends it: a model of such weights guesses nothing."""
    with pytest.raises(InputError, match=r"its loss is no number any more after at most [\d,]+ words: the steps are too large; lower `learning_rate`, or raise `warmup`"):
        trained(tmp_path, learning_rate=1e30)


def test_arms_process_the_same_number_of_words(tmp_path: Path) -> None:
    """However long the sentences of an arm are, it stops at its words, give or take a batch."""
    long = Encoded.of(["a b c d a b c d a b c d"] * 40, VOCAB, max_words=50)
    (tmp_path / "b").mkdir()
    for folder, encoded in ((tmp_path, TEXT), (tmp_path / "b", long)):
        words = trained(folder, encoded=encoded)[1].words

        assert SETTINGS["words"] <= words < SETTINGS["words"] + 4 * 12


def test_a_pass_reads_every_sentence_once() -> None:
    """Batches are alike in length, and nothing is left out or read twice."""
    _, batches = next(TEXT.passes(7, seed=3))

    assert sorted(np.concatenate(batches).tolist()) == list(range(len(TEXT)))


def test_targets_are_the_inputs_one_on_with_marks_around() -> None:
    """A sentence is read behind a begin mark and ends with an end mark."""
    inputs, targets = TEXT.batch(np.array([1]))

    assert inputs.tolist() == [[2, 5, 6]]
    assert targets.tolist() == [[5, 6, 3]]


@pytest.mark.parametrize(("schedule", "end"), [("cosine", 1 / 50), ("linear", 1 / 50), ("constant", 1.0), ("inverse_sqrt", 0.02**0.5)])
def test_the_rate_rises_then_goes_on_as_its_schedule_says(schedule: str, end: float) -> None:
    """Linear warm-up to the peak, then down, or not."""
    rates = [learning_rate({**SETTINGS, "schedule": schedule}, done) for done in (0.0, 0.02, 0.25, 0.5, 1.0)]

    assert rates == sorted(rates[:2]) + sorted(rates[2:], reverse=True)
    assert max(rates) == pytest.approx(0.01)
    assert rates[-1] == pytest.approx(0.01 * end)


def test_schedules_differ_between_their_ends() -> None:
    """Half-way a line is where the cosine is, and before that below it."""
    early, half = ({name: learning_rate({**SETTINGS, "schedule": name, "warmup": 0.0}, done) for name in ("cosine", "linear")} for done in (0.25, 0.5))

    assert half["cosine"] == pytest.approx(half["linear"])
    assert early["cosine"] > early["linear"]
