"""Exported files give the logits of the model, and say how large they are."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file

from synthc.runtime.errors import InputError
from synthc.runtime.export import model as exporting
from synthc.runtime.export.model import Exported, export
from synthc.runtime.training.checkpoint import Trained, build, load_model, save_model
from synthc.runtime.training.vocab import Vocab
from tests.runtime.training.test_models import KINDS, every_kind

VOCAB = Vocab(words=tuple("abcdefgh"), lowercase=True)
TEXTS = ["a b c d", "d c b. a a"]


def exported(tmp_path: Path, settings: dict[str, Any], *formats: str, texts: list[str] | None = None) -> list[Exported]:
    """Export a fresh model."""
    save_model(Trained(model=build(settings, VOCAB, seed=3), settings=settings, vocab=VOCAB), tmp_path / "model")
    return export(tmp_path / "model", tmp_path / "out", formats, {"label": "public"}, texts or [])


@every_kind
def test_an_onnx_file_gives_the_same_logits_for_any_length(tmp_path: Path, settings: dict[str, Any]) -> None:
    """For sentences of one place and of many, one at a time or several."""
    (done,) = exported(tmp_path, settings, "onnx")
    model = load_model(tmp_path / "model").model
    session = onnxruntime.InferenceSession(str(tmp_path / "out" / "model.onnx"))

    assert done.difference < 1e-5
    for shape in ((1, 1), (4, 13)):
        ids = torch.randint(0, VOCAB.size, shape)
        assert np.allclose(session.run(None, {"ids": ids.numpy()})[0], model(ids).detach().numpy(), atol=1e-5)


def test_safetensors_stand_alone_with_their_config(tmp_path: Path) -> None:
    """Weights by name, what builds the model, the vocabulary, and what was found out of each file."""
    (done,) = exported(tmp_path, KINDS[0], "safetensors")
    said = json.loads((tmp_path / "out" / "export.json").read_text())

    assert load_file(tmp_path / "out" / "model.safetensors")["embed.weight"].shape == (12, 8)
    assert json.loads((tmp_path / "out" / "config.json").read_text())["kind"] == "lstm"
    assert Vocab.load(tmp_path / "out" / "vocab.json") == VOCAB
    assert (said["label"], said["files"][0]["bytes"]) == ("public", (tmp_path / "out" / "model.safetensors").stat().st_size)
    assert done.difference == 0


@every_kind
def test_eight_bits_are_smaller_and_their_accuracy_is_told(tmp_path: Path, settings: dict[str, Any]) -> None:
    """Beside that of the model they were made from, over the same words. ONNX Runtime leaves the layers of a GRU as they are."""
    wide = {**settings, **({"width": 128, "embedding": None} if settings["kind"] == "transformer" else {"embedding": 128, "hidden": 128})}
    whole, small = exported(tmp_path, wide, "onnx", "onnx-int8", texts=TEXTS)

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["config.json", "export.json", "model.int8.onnx", "model.onnx", "vocab.json"]
    assert small.bytes < (1.0 if settings["kind"] == "gru" else 0.45) * whole.bytes
    assert 0 < small.difference < 1
    assert small.words == 9
    assert small.top1 is not None
    assert small.top1_before is not None


def test_a_file_with_other_logits_is_not_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong export is worse than none."""
    monkeypatch.setattr(exporting, "difference", lambda *_: 0.5)

    with pytest.raises(InputError, match=r"the onnx file gives other logits than the model, by up to 0.5, so it was removed"):
        exported(tmp_path, KINDS[0], "onnx")
    assert not (tmp_path / "out" / "model.onnx").exists()


@pytest.mark.skipif(find_spec("executorch") is not None, reason="ExecuTorch is installed")
def test_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    """With what installs it."""
    with pytest.raises(InputError, match=r"`.pte` files are written with `executorch`, which is not installed"):
        exported(tmp_path, KINDS[0], "executorch")


@pytest.mark.skipif(find_spec("executorch") is None, reason="ExecuTorch is not installed")
def test_an_executorch_file_gives_the_same_logits(tmp_path: Path) -> None:
    """Run by its own runtime."""
    (done,) = exported(tmp_path, KINDS[0], "executorch")

    assert done.difference < 1e-4
