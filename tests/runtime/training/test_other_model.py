"""Another package adds a model by two entry points."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthc.compiler.catalog.model import MODELS
from synthc.compiler.compile import check
from synthc.compiler.estimate import plan
from synthc.runtime.errors import InputError
from synthc.runtime.training.checkpoint import build, load_model, weights
from synthc.runtime.training.vocab import Vocab
from tests.runtime.spec import TEXTS, spec

PACKAGE = '''
from torch import nn

from synthc.compiler.catalog.model import ModelEntry, Size
from synthc.compiler.catalog.values import Count, Settings


class Bigram(Settings):
    """How wide."""

    width: Count = 4


class Pairs(nn.Module):
    def __init__(self, settings, ids):
        super().__init__()
        self.both = nn.Sequential(nn.Embedding(ids, settings["width"]), nn.Linear(settings["width"], ids, bias=False))

    def forward(self, ids):
        return self.both(ids)


class Counting(Pairs):
    def __init__(self, settings, ids):
        super().__init__(settings, ids)
        self.norm = nn.BatchNorm1d(3)


class Narrow(Pairs):
    def __init__(self, settings, ids):
        super().__init__(settings, ids)
        self.bfloat16()


MODEL = ModelEntry(settings=Bigram, size=lambda s, ids: Size(parameters=2 * s["width"] * ids, flops=2 * s["width"] * ids))
UNSIZED = ModelEntry(settings=Bigram)
'''
ENTRIES = """[synthc.models]
bigram = pairs:MODEL
counting = pairs:UNSIZED
narrow = pairs:UNSIZED
nothing = pairs:UNSIZED

[synthc.modules]
bigram = pairs:Pairs
counting = pairs:Counting
narrow = pairs:Narrow
nothing = builtins:dict.fromkeys
"""
SPEC = """
vocab keys = word_vocab(web) { size = 10 }
model both = bigram(keys) { width = 3 }
pretrain warm = both on web { words = 600, batch = 4 }
"""
VOCAB = Vocab(words=("a", "b"), lowercase=True)


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install a package, as far as Python can tell, also in the processes that train."""
    folder = tmp_path / "site"
    about = folder / "pairs-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "pairs.py").write_text(PACKAGE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pairs\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    MODELS.forget()
    yield about
    MODELS.forget()


def test_it_is_checked_planned_trained_and_read_again(tmp_path: Path) -> None:
    """Like a built-in one, by logits alone."""
    made = spec(tmp_path / "project", SPEC, texts=["a b a b a b", "b a b a"] * 20)
    node = next(node for node in plan(made.graph, made.folder)["nodes"] if node["name"] == "both")
    trained = load_model(made.make("warm").folder)
    told = json.loads((made.make("warm").folder / "seed-0" / "config.json").read_text())

    assert node["model"]["parameters"] == 2 * 3 * 14
    assert list(weights(trained.model)) == ["both.0.weight", "both.1.weight"]
    assert told["kind"] == "bigram"
    assert told["parameters"] == 2 * 3 * len(trained.vocab.ends)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model both = bigram(keys) { depth = 3 }\n", "there is no setting `depth` here"),
        ("model both = bigran(keys)\n", "there is no model `bigran(...)`"),
    ],
)
def test_what_is_wrong_with_it_is_a_finding(tmp_path: Path, text: str, message: str) -> None:
    """Its settings and its name are judged as those of every model."""
    (tmp_path / "spec.synth").write_text(f"synth 1\n{TEXTS}vocab keys = word_vocab(web) {{ size = 10 }}\n{text}")

    assert message in [found.message for found in check(tmp_path / "spec.synth", tmp_path)]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("counting", r"`counting` keeps norm.num_batches_tracked, norm.running_mean, norm.running_var, which is not learned, so it is neither saved nor sent"),
        ("narrow", r"`narrow` learns both.0.weight, both.1.weight in another precision than float32"),
        ("nothing", r"what `nothing` of synthc.modules builds is no torch module with something to learn"),
        ("bigran", r"this model: no package here carries out `bigran`; install the one that it came from"),
    ],
)
def test_what_cannot_be_trained_kept_and_sent_is_refused(kind: str, message: str) -> None:
    """Before anything is trained, with what mends it."""
    with pytest.raises(InputError, match=message):
        build({"kind": kind, "width": 3}, VOCAB)


def test_what_does_not_tell_its_size_has_none_in_the_plan(tmp_path: Path) -> None:
    """Rather than a wrong one."""
    made = spec(tmp_path / "project", SPEC.replace("bigram", "narrow"), texts=["a b"])

    assert next(node["model"] for node in plan(made.graph, made.folder)["nodes"] if node["name"] == "both") is None
