"""Writes a trained model in the formats that are asked for, and tells of each how large it is and how exact."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from synthc.runtime.errors import InputError
from synthc.runtime.training.checkpoint import Trained, load_model, save_model

Logits = NDArray[np.float32]
Run = Callable[[NDArray[np.int64]], Logits]
"""What an exported model is to its check: ids_BT in, logits_BTV out."""

SAME = 1e-4
"""The largest difference of logits that rounding explains, beside a logit of about one."""
SHAPES = ((1, 1), (2, 7), (3, 20))
"""Sentences and places that a model is tried on, those of a keyboard first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """One file: its size in bytes, how far its logits are from the model's at most, and its accuracy where texts were given.

    `top1` and `top1_before` are the shares of words that are the first guess, of the file and of the model it was made from,
    unknown words counting as wrong.
    """

    format: str
    file: str
    bytes: int
    difference: float
    top1: float | None = None
    top1_before: float | None = None
    words: int | None = None


def export(folder: Path, to: Path, formats: Sequence[str], facts: Mapping[str, object], texts: Sequence[str]) -> list[Exported]:
    """Write a model folder's model in some formats, with `vocab.json`, `config.json` and `export.json`, which says all that is said here.

    Raises:
        InputError: a package that a format needs is missing, or cannot write this model.
    """
    trained = load_model(folder)
    to.mkdir(parents=True, exist_ok=True)
    done = [_one(each, trained, to, texts) for each in formats]
    config = {"format": 1, **trained.settings}
    (to / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    trained.vocab.save(to / "vocab.json")
    (to / "export.json").write_text(json.dumps({**facts, "files": [asdict(each) for each in done]}, indent=1) + "\n", encoding="utf-8")
    return done


def _one(format_: str, trained: Trained, to: Path, texts: Sequence[str]) -> Exported:
    if format_ == "safetensors":
        save_model(trained, to)
        path, run, exact = to / "model.safetensors", runs(load_model(to)), True
    elif format_ == "executorch":
        from synthc.runtime.export.executorch import write_executorch

        (path, run), exact = write_executorch(trained, to), True
    else:
        from synthc.runtime.export.onnx import write_onnx

        (path, run), exact = write_onnx(trained, to, int8=format_ == "onnx-int8"), format_ == "onnx"
    off = difference(trained, run)
    if exact and not off <= SAME:
        path.unlink()
        raise InputError(f"the {format_} file gives other logits than the model, by up to {off:.2g}, so it was removed; the model's own folder is whole")
    before = after = words = None
    if texts and not exact:
        words, before = top1(trained, runs(trained), texts)
        _, after = top1(trained, run, texts)
    return Exported(format=format_, file=path.name, bytes=path.stat().st_size, difference=off, top1=after, top1_before=before, words=words)


def runs(trained: Trained) -> Run:
    """Return what a model of torch gives."""

    def run(ids: NDArray[np.int64]) -> Logits:
        with torch.inference_mode():
            logits: Logits = trained.model(torch.from_numpy(ids)).numpy()
        return logits

    return run


def difference(trained: Trained, run: Run) -> float:
    """Return how far the logits of a file are from the model's at most, over sentences of several shapes."""
    random, own = np.random.default_rng(0), runs(trained)
    worst = 0.0
    for shape in SHAPES:
        ids = random.integers(0, trained.vocab.size, shape)
        worst = max(worst, float(np.abs(run(ids) - own(ids)).max()))
    return worst


def top1(trained: Trained, run: Run, texts: Sequence[str]) -> tuple[int, float]:
    """Return how many words some texts have, and the share of them that are the first guess, as `next_word` counts."""
    from synthc.runtime.evaluation.next_word import count

    class Stands(torch.nn.Module):
        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            return torch.from_numpy(np.array(run(ids.numpy())))

    one = np.zeros(len(texts), np.int64)
    metrics = count(Trained(model=Stands(), settings=trained.settings, vocab=trained.vocab), texts, one, 1).metrics()
    return int(metrics["words"]), metrics["top1"]
