"""A model on disk: `model.safetensors`, `config.json` and its `vocab.json`; a folder that stands alone."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import nn

from synthc.runtime.door import carried_out
from synthc.runtime.errors import InputError
from synthc.runtime.training.models import GROUP, MODELS
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
    """Return a model with fresh weights, drawn by a seed if one is given.

    Raises:
        InputError: nobody here has its architecture, or it is none that can be trained and sent.
    """
    with torch.random.fork_rng():
        if seed is not None:
            torch.manual_seed(seed)
        model: nn.Module = _architecture(settings["kind"])(settings, vocab.size)
    return model


def _architecture(kind: str) -> Callable[[Mapping[str, Any], int], nn.Module]:
    """Return what builds a kind of model; one of another package is looked over when it is built."""
    if kind in MODELS:
        module, name = MODELS[kind].split(":")
        built_in: type[nn.Module] = getattr(import_module(module), name)
        return built_in
    other = carried_out(GROUP, kind, "this model")

    def build_other(settings: Mapping[str, Any], ids: int) -> nn.Module:
        model = other(settings, ids)
        if not isinstance(model, nn.Module) or not weights(model):
            raise InputError(f"what `{kind}` of {GROUP} builds is no torch module with something to learn")
        if (narrow := [name for name, weight in weights(model).items() if weight.dtype != torch.float32]):
            raise InputError(f"`{kind}` learns {', '.join(narrow)} in another precision than float32, which is what a model is trained, kept and sent in")
        learned = {name for name, _ in model.named_parameters(remove_duplicate=False)}
        if (kept := sorted(model.state_dict().keys() - learned)):
            raise InputError(f"`{kind}` keeps {', '.join(kept)}, which is not learned, so it is neither saved nor sent; register it with `persistent=False`")
        return model

    return build_other


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Turn what torch says of a full disk into the system's error."""
    try:
        yield
    except RuntimeError as problem:
        if "No space left" in str(problem) or shutil.disk_usage(folder).free < SCARCE:
            raise OSError(errno.ENOSPC, "No space left on device", str(folder)) from None
        raise


def save_model(trained: Trained, folder: Path) -> None:
    """Write a model folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: weight.detach().cpu().contiguous() for name, weight in weights(trained.model).items()}
    (folder / "model.safetensors").write_bytes(save(tensors))
    config = {"format": 1, **trained.settings, "parameters": parameters(trained.model)}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    trained.vocab.save(folder / "vocab.json")


def load_model(folder: Path) -> Trained:
    """Read a model folder, or the first model of a family of seeds."""
    folder = folder / "seed-0" if (folder / "seed-0").is_dir() else folder
    trained = load_shape(folder)
    trained.model.load_state_dict(load_file(str(folder / "model.safetensors")), strict=False)
    return trained


def load_shape(folder: Path) -> Trained:
    """Read a model folder without its weights, which are fresh."""
    settings = json.loads((folder / "config.json").read_text())
    vocab = Vocab.load(folder / "vocab.json")
    return Trained(model=build(settings, vocab).eval(), settings=settings, vocab=vocab)


def family(folder: Path) -> list[Path]:
    """Return the folders of the models of one training, one a seed."""
    return sorted(folder.glob("seed-*")) or [folder]


def weights(model: nn.Module) -> dict[str, torch.Tensor]:
    """Return the trained tensors by name, a tied one once."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def parameters(model: nn.Module) -> int:
    """Return how many numbers are trained."""
    return sum(weight.numel() for weight in weights(model).values())
