"""A model on disk: `model.safetensors`, `config.json` and its `vocab.json`; a folder that stands alone."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from synthc.runtime.training.models import MODELS
from synthc.runtime.training.vocab import Vocab

SCARCE = 1 << 20
"""Bytes of free space below which a failed write is taken for a full disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model with what is needed to use it."""

    model: nn.Module
    settings: Mapping[str, Any]
    vocab: Vocab


def build(settings: Mapping[str, Any], vocab: Vocab, *, seed: int | None = None) -> nn.Module:
    """Return a model with fresh weights, drawn by a seed if one is given."""
    module, name = MODELS[settings["kind"]].split(":")
    with torch.random.fork_rng():
        if seed is not None:
            torch.manual_seed(seed)
        model: nn.Module = getattr(import_module(module), name)(settings, vocab.size)
    return model


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Turn what writers of tensors say of a full disk, each in its own way, into the system's error."""
    try:
        yield
    except (RuntimeError, SafetensorError) as problem:
        if "No space left" in str(problem) or shutil.disk_usage(folder).free < SCARCE:
            raise OSError(errno.ENOSPC, "No space left on device", str(folder)) from None
        raise


def save_model(trained: Trained, folder: Path) -> None:
    """Write a model folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: weight.detach().cpu().contiguous() for name, weight in weights(trained.model).items()}
    with on_disk(folder):
        save_file(tensors, str(folder / "model.safetensors"))
    config = {"format": 1, **trained.settings, "parameters": parameters(trained.model)}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    trained.vocab.save(folder / "vocab.json")


def load_model(folder: Path) -> Trained:
    """Read a model folder, or the first model of a family of seeds."""
    folder = folder / "seed-0" if (folder / "seed-0").is_dir() else folder
    settings = json.loads((folder / "config.json").read_text())
    vocab = Vocab.load(folder / "vocab.json")
    model = build(settings, vocab)
    model.load_state_dict(load_file(str(folder / "model.safetensors")), strict=False)
    return Trained(model=model.eval(), settings=settings, vocab=vocab)


def family(folder: Path) -> list[Path]:
    """Return the folders of the models of one training, one a seed."""
    return sorted(folder.glob("seed-*")) or [folder]


def weights(model: nn.Module) -> dict[str, torch.Tensor]:
    """Return the trained tensors by name, a tied one once."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def parameters(model: nn.Module) -> int:
    """Return how many numbers are trained."""
    return sum(weight.numel() for weight in weights(model).values())
