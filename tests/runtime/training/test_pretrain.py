"""A pre-training of a spec: what is learned, what is looked at, and what is told of it."""

from __future__ import annotations

import errno
import json
import re
from pathlib import Path

import numpy as np
import pytest

from synthc.runtime.errors import InputError, OutsideFault
from synthc.runtime.training.pretrain import REFUSED, SYSTEM_FAULT, Job, judge, refusal
from synthc.runtime.training.sentences import Encoded
from tests.runtime.spec import Spec, spec

TEXTS = [f"w{n % 7} is before w{(n + 1) % 7}" for n in range(200)]
HEAD = "vocab keys = word_vocab(web) { size = 20 }\nmodel small = lstm(keys) { embedding = 8, hidden = 8 }\n"


def made(folder: Path, settings: str) -> Spec:
    """Return a spec with one pre-training."""
    return spec(folder, f"{HEAD}pretrain warm = small on web {{ words = 3k, batch = 8, {settings} }}\n", texts=TEXTS)


def notes(tried: Spec) -> list[str]:
    """Return what was said of the pre-training."""
    return [event["text"] for event in tried.told if event["event"] == "note" and event["node"] == "warm"]


def test_a_share_of_the_rows_is_looked_at_and_not_learned(tmp_path: Path) -> None:
    """Both together are all rows, none in both."""
    tried = made(tmp_path, "seeds = 2, validation = 20%, checks = 5")
    folder = tried.make("warm").folder
    learned, looked = (Encoded.load(folder / name) for name in ("encoded", "validation"))
    told = json.loads((folder / "training.json").read_text())

    assert len(learned) + len(looked) == len(TEXTS)
    assert 20 < len(looked) < 60
    assert told["words"] == learned.words == 4 * len(learned)
    assert [len(checks) for checks in told["checks"]] == [5, 5]
    assert len(told["loss"]) == 2
    assert any(re.match(r"seed 1: lowest loss on text that was not learned \d\.\d{3} per target, after [\d,]+ words", note) for note in notes(tried))


def test_an_early_end_is_told(tmp_path: Path) -> None:
    """A step size that is far too large finds nothing lower soon."""
    tried = made(tmp_path, "validation = 20%, checks = 30, patience = 2, learning_rate = 3.0, schedule = constant")
    told = json.loads((tried.make("warm").folder / "training.json").read_text())

    assert told["words_seen"][0] < 3000
    assert any(f"stopped after {told['words_seen'][0]:,} of 3,000 words" in note for note in notes(tried))


def test_a_model_that_learned_next_to_nothing_is_told_of(tmp_path: Path) -> None:
    """Steps that are far too small leave it guessing no better than by how often each word stands there; one that learned is left in peace."""
    short, long = (made(tmp_path / name, f"learning_rate = {rate}") for name, rate in (("short", "1e-6"), ("long", "0.02")))
    for tried in (short, long):
        tried.make("warm")
    found = [note for note in notes(short) if "next to nothing" in note]

    assert len(found) == 1
    assert re.fullmatch(
        r"it has learned next to nothing: its loss on its own text is 2\.\d\d per target, guessing each word by how often it stands there has 2\.\d\d,"
        r" and any of the 13 ids alike 2\.56; give it more `words` or a larger `learning_rate`",
        found[0],
    )
    assert not any("next to nothing" in note for note in notes(long))


def test_sampled_softmax_is_named(tmp_path: Path) -> None:
    """Where the loss is read, it is said that it is another."""
    tried = made(tmp_path, "softmax = sampled(6)")
    tried.make("warm")

    assert "sampled softmax: a step told its targets from 6 ids that were drawn; its loss is no cross-entropy over the vocabulary" in notes(tried)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("softmax = sampled(50)", r"`softmax = sampled\(50\)` draws as many ids as there are, 13; leave it out"),
        ("validation = 0.01%", r"`warm` has no words to look at its loss on; say other rows or a larger share as `validation`"),
    ],
)
def test_what_cannot_be_done_is_said_before_it_begins(tmp_path: Path, settings: str, message: str) -> None:
    """With what mends it."""
    with pytest.raises(InputError, match=message):
        made(tmp_path, settings).make("warm")


def test_a_step_size_that_is_too_large_is_said_with_its_place(tmp_path: Path) -> None:
    """By the process that found it, through the one that waits for it."""
    with pytest.raises(InputError, match=r"spec.synth:\d+:\d+: `warm` cannot be trained: its loss is no number any more"):
        made(tmp_path, "learning_rate = 1e30").make("warm")


@pytest.mark.parametrize(
    ("code", "error", "said"),
    [
        (-9, OutsideFault, r"a process that trained `warm` was killed \(SIGKILL\), as the system does where memory runs out; the same command continues it"),
        (SYSTEM_FAULT + errno.ENOSPC, OSError, "No space left on device"),
        (REFUSED, InputError, "spec.synth:4:10: `warm` cannot be trained: too little memory"),
        (1, AssertionError, "the training of `warm` failed; what it met stands above"),
    ],
)
def test_how_a_process_ended_decides_whose_mistake_it_is(tmp_path: Path, code: int, error: type[Exception], said: str) -> None:
    """The system's, that of the spec, or ours."""
    (tmp_path / "seed-0.refused").write_text("too little memory")
    job = Job(seed=0, settings={}, model={}, vocab=tmp_path, start=None, scratch=tmp_path, folder=tmp_path / "seed-0")
    with pytest.raises(error, match=said):
        judge(code, job, "warm", "spec.synth:4:10")


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate 20 GiB"), "a batch of 8 sentences takes more memory than there is on cuda; lower `batch`"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), "a batch of 8 sentences takes more memory than there is on cuda; lower `batch`"),
        (RuntimeError("InvalidCxxCompiler: No working C++ compiler found in _inductor.config.cpp.cxx"), "`compile = true` wants a C++ compiler, and none that works was found; install one, such as g++, or leave `compile` out"),
        (RuntimeError("shapes do not fit"), None),
    ],
)
def test_what_a_machine_lacks_is_said_with_its_mend(tmp_path: Path, problem: Exception, said: str | None) -> None:
    """A mistake of ours keeps its own words."""
    job = Job(seed=0, settings={"batch": 8}, model={}, vocab=tmp_path, start=None, scratch=tmp_path, folder=tmp_path)

    assert refusal(problem, job, "cuda") == said


def test_batches_are_rows_of_the_text(tmp_path: Path) -> None:
    """However they are gathered, a batch has the sentences it names, padded at the right."""
    encoded = Encoded.load(made(tmp_path, "seeds = 1").make("warm").folder / "encoded")
    which = np.array([5, 0, 9])
    inputs, targets = encoded.batch(which)

    for row, index in enumerate(which):
        ids = encoded.ids[encoded.starts[index] : encoded.starts[index + 1]].tolist()
        assert inputs[row].tolist() == [2, *ids]
        assert targets[row].tolist() == [*ids, 3]
